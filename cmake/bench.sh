#!/usr/bin/env bash
# SPDX-License-Identifier: BSL-1.0
#
# Measures rill beside its floors and peers: installs what is missing, builds a release, runs all
# scenarios or some, and prints a table. The report lies in build/bench, as
# report.{txt,md,json,csv,html}.
#
#   cmake/bench.sh                       all scenarios, at the usual sizes: about an hour
#   cmake/bench.sh --quick               a look whether it all works: minutes; no figures
#   cmake/bench.sh --only lock yield     scenarios whose names have one of these in them
#   cmake/bench.sh --thorough            more sizes and numbers of connections: most of a day
#   cmake/bench.sh --list                what there is
#   cmake/bench.sh --instructions        with instruction counts by callgrind
#   cmake/bench.sh --against COMMIT      this tree against another commit: rill in both builds;
#                                        build/bench-against/changes.{txt,json}
#
# Also: --rounds N (7), --tolerance PART of the control (0.05), --out FOLDER for the report, and
# CXX=... for the compiler.
set -euo pipefail
root=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.." && pwd)
# shellcheck source=cmake/packages.sh
. "$root/cmake/packages.sh"
build=$root/build/bench
against=
needs_valgrind=
options=()
listing=0

while [ "$#" -gt 0 ]; do
  case $1 in
    --against)
      [ "$#" -ge 2 ] || die "--against needs a commit"
      against=$(git -C "$root" rev-parse --short --verify "$2^{commit}" 2> /dev/null) ||
        die "--against $2: there is no such commit here"
      shift
      ;;
    --instructions) options+=("$1") && needs_valgrind=1 ;;
    --list) options+=("$1") && listing=1 ;;
    -h | --help)
      sed -n '/^# Measures/,/^set /{/^set /d;s/^#$//;s/^# //;p}' "${BASH_SOURCE[0]}"
      exit 0
      ;;
    *) options+=("$1") ;;
  esac
  shift
done

require python
if [ "$listing" -eq 1 ]; then
  exec python3 -B "$root/bench/suite/suite.py" "${options[@]}"
fi
[ -z "$against" ] || [ -z "$needs_valgrind" ] || die "--instructions are of one build, not of two"
# What makes no sense is told before anything is installed or built.
python3 -B "$root/bench/suite/suite.py" --list "${options[@]}" > /dev/null

# Builds the benchmarks of the tree $1 in the folder $2.
build_benchmarks() {
  local c_compiler=
  case $compiler in
    *clang++*) c_compiler=${compiler/clang++/clang} ;;
    *g++*) c_compiler=${compiler/g++/gcc} ;;
  esac
  cmake -S "$1" -B "$2" -G Ninja -DCMAKE_BUILD_TYPE=Release -DCMAKE_CXX_COMPILER="$compiler" \
    ${c_compiler:+-DCMAKE_C_COMPILER="$c_compiler"} -DRILL_BUILD_TESTS=OFF \
    -DRILL_BUILD_EXAMPLES=OFF -DRILL_INSTALL=OFF -DRILL_BUILD_BENCH=ON
  cmake --build "$2" --parallel "$jobs"
}

step "looking for what the benchmarks need"
choose_compiler
require cmake ninja pkg_config liburing benchmark cereal \
  ${needs_valgrind:+valgrind} "${compiler_needs[@]}"
step "looking for peers"
wish asio libuv uvloop go
choose_jobs

step "building a release in build/bench, $jobs at a time"
build_benchmarks "$root" "$build"

if [ -n "$against" ]; then
  tree=$root/build/bench-against/tree
  step "building $against in build/bench-against"
  rm -rf "$tree"
  mkdir -p "$tree"
  git -C "$root" archive "$against" | tar -x -C "$tree"
  # The library is compared, so both builds have the benchmarks of this tree.
  rm -rf "$tree/bench"
  cp -r "$root/bench" "$tree/bench"
  build_benchmarks "$tree" "$root/build/bench-against/build"
  step "comparing $against with this tree"
  exec python3 -B "$root/bench/suite/suite.py" \
    --compare "$root/build/bench-against/build/bench" "$build/bench" --before "$against" \
    --out "$root/build/bench-against" "${options[@]}"
fi

step "measuring; leave the machine alone until it is done"
exec python3 -B "$root/bench/suite/suite.py" --bin "$build/bench" --out "$build" "${options[@]}"
