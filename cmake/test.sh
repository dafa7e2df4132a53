#!/usr/bin/env bash
# SPDX-License-Identifier: BSL-1.0
#
# Installs what is missing, builds, and runs all tests.
#
#   cmake/test.sh                all tests, with one compiler, in a debug build: a few minutes
#   cmake/test.sh --all          all tests by Clang 19 (and the fuzzers), ASan with UBSan and LSan,
#                                TSan, GCC 12 without optimisation and with it, for Windows under
#                                Wine; for macOS, musl and other processors; ten times as long
#   cmake/test.sh ROW...         these rows: clang asan tsan gcc-debug gcc windows cross; not in the
#                                matrix: tidy
#
# Each row builds in build/<preset>. ctest's whole output is in build/<preset>/ctest.log.
set -uo pipefail
root=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.." && pwd)
# shellcheck source=cmake/packages.sh
. "$root/cmake/packages.sh"
all_rows=(clang asan tsan gcc-debug gcc windows cross)
further_rows=(tidy)

usage() {
  echo "usage: cmake/test.sh [--all | ROW...]   rows: ${all_rows[*]} ${further_rows[*]}" >&2
  exit 2
}

# Sets `rows` to what the command line asks for.
choose_rows() {
  local row
  rows=("$@")
  case ${1:-} in
    "") rows=(debug) ;;
    --all) rows=("${all_rows[@]}" "${@:2}") ;;
  esac
  for row in "${rows[@]}"; do
    case " ${all_rows[*]} ${further_rows[*]} debug " in
      *" $row "*) ;;
      *) usage ;;
    esac
  done
}

install_for_rows() {
  local needs=(cmake ninja pkg_config liburing catch2 cereal python) row
  for row in "${rows[@]}"; do
    case $row in
      gcc-debug) needs+=(gcc) ;;
      gcc) needs+=(gcc benchmark) ;;
      clang) needs+=(clang clang_format lld sanitizers) ;;
      asan | tsan) needs+=(clang lld sanitizers symbolizer) ;;
      cross) needs+=(npm gcc_i686 gcc_s390x qemu) ;;
      tidy) needs+=(clang clang_tidy) ;;
      windows) needs+=(mingw lld symbolizer wine) ;;
      debug) choose_compiler && needs+=("${compiler_needs[@]}" clang_format) ;;
    esac
  done
  require "${needs[@]}"
}

# Passes ctest's output on, except for tests that pass: of these it shows the count now and then.
condense() {
  local line
  while IFS= read -r line; do
    if [[ $line =~ ^\ *Start\ +[0-9]+: ]]; then
      continue
    elif [[ $line =~ ^\ *([0-9]+)/([0-9]+)\ Test.*\ Passed\  ]]; then
      if [ $((BASH_REMATCH[1] % 100)) -eq 0 ]; then
        note "${BASH_REMATCH[1]} of ${BASH_REMATCH[2]} tests have run"
      fi
    else
      printf '%s\n' "$line"
    fi
  done
}

# How often something was skipped in the last run of ctest in build folder $1, and why. A test may
# be a program of many cases: each case that is skipped says so in a line of its own.
skips_of() {
  sed -n 's/\r$//; s/^skipped: //p' "$1/Testing/Temporary/LastTest.log" | sort | uniq -c
}

# Adds a row's result to the summary: name, outcome, tests, failed, skipped.
record() {
  summary+=("$(printf '%-10s %-14s %6s tests %6s failed %6s skipped %7s' "$1" "$2" "$3" "$4" "$5" \
    "$((SECONDS - row_start)) s")")
  total=$((total + $3))
  failed=$((failed + $4))
}

# Configures, builds and tests one row: name, preset, then options of CMake.
run_row() {
  local row=$1 preset=$2 build=$root/build/$2 log=$root/build/$2/ctest.log closing
  local ctest_options=(--preset "$preset") at_a_time=$jobs
  local count bad skipped line
  shift 2
  row_start=$SECONDS
  # With precompiled headers, and where sources are compiled together, a file may leave out an
  # include, so the library goes without in one row: that in which GCC optimises, as it warns of the
  # standard library's own code otherwise. Cases run in a process of their own, which takes longer
  # than most of them, where no row is named.
  case $row in
    clang | asan | tsan | gcc-debug)
      set -- "$@" -DRILL_PRECOMPILE=ON -DRILL_UNITY=ON -DRILL_TEST_UNITY=ON -DRILL_TEST_WHOLE=ON
      ;;
    gcc) set -- "$@" -DRILL_TEST_UNITY=ON -DRILL_TEST_WHOLE=ON ;;
  esac
  case $row in
    clang | asan | tsan) set -- "$@" -DCMAKE_EXE_LINKER_FLAGS=-fuse-ld=lld ;;
  esac
  case $row in
    asan | tsan) set -- "$@" -DRILL_TEST_KQUEUE=ON ;;
    gcc-debug) set -- "$@" -DRILL_BUILD_EXAMPLES=OFF ;;
  esac
  step "$row: configuring and building in build/$preset, $jobs at a time"
  if ! cmake --preset "$preset" -DRILL_WERROR=ON -DRILL_BUILD_TESTS=ON -DRILL_BUILD_EXAMPLES=ON \
    "$@" || ! cmake --build "$build" --parallel "$jobs"; then
    record "$row" "build failed" 1 1 0
    return
  fi
  # What doesn't run the library has nothing new to say in these rows.
  case $row in
    asan | tsan | gcc-debug) ctest_options+=(--label-exclude '^(lint|consume|compile_fail)$') ;;
  esac
  # Under Wine most of the time goes by in waiting for Wine's server.
  [ "$row" = windows ] && at_a_time=$((2 * jobs))
  step "$row: testing"
  ctest "${ctest_options[@]}" --parallel "$at_a_time" 2>&1 | tee "$log" | condense
  closing=$(sed -n 's/^[0-9]*% tests passed, \([0-9]*\) .* failed out of \([0-9]*\)$/\1 \2/p' \
    "$log")
  if [ -z "$closing" ]; then
    record "$row" "ctest failed" 1 1 0
    return
  fi
  read -r bad count <<<"$closing"
  skips_of "$build" >"$build/skipped.log"
  skipped=$(awk '{ sum += $1 } END { print sum + 0 }' "$build/skipped.log")
  if [ "$skipped" -ne 0 ]; then
    note "$skipped skipped:"
    while IFS= read -r line; do note "$line"; done <"$build/skipped.log"
  fi
  if [ "$bad" -eq 0 ]; then
    record "$row" passed "$count" 0 "$skipped"
  else
    record "$row" failed "$count" "$bad" "$skipped"
  fi
}

# clang-tidy over the library's sources, as one test.
run_tidy() {
  row_start=$SECONDS
  step "tidy: clang-tidy-19 over src"
  if cmake --preset clang-19-debug >/dev/null &&
    find src -name '*.cpp' -print0 | sort -z | xargs -0 -n 1 -P "$jobs" \
      clang-tidy-19 --quiet -p build/clang-19-debug --warnings-as-errors='*'; then
    record tidy passed 1 0 0
  else
    record tidy failed 1 1 0
  fi
}

# For other systems and processors: each check of the script is a test.
run_cross() {
  row_start=$SECONDS
  local build=$root/build/cross closing count bad skipped
  step "cross: compiling, linking and running in build/cross, $jobs at a time"
  mkdir -p "$build"
  cmake/cross.sh "$build" "$jobs" 2>&1 | tee "$build/checks.log"
  closing=$(sed -n 's/^\([0-9]*\) checks, \([0-9]*\) failed, \([0-9]*\) skipped$/\1 \2 \3/p' \
    "$build/checks.log")
  if [ -z "$closing" ]; then
    record cross "build failed" 1 1 0
    return
  fi
  read -r count bad skipped <<<"$closing"
  if [ "$bad" -eq 0 ]; then
    record cross passed "$count" 0 "$skipped"
  else
    record cross failed "$count" "$bad" "$skipped"
  fi
}

# One row with GCC: 12 where it is at hand, else whichever g++ is.
run_gcc_row() {
  local row=$1 type=$2
  shift 2
  if has_command g++-12; then
    run_row "$row" "gcc-12-$type" "$@"
  else
    run_row "$row" "$type" -DCMAKE_CXX_COMPILER=g++ "$@"
  fi
}

run_named_row() {
  case $1 in
    tidy) run_tidy ;;
    cross) run_cross ;;
    clang) run_row clang clang-19-debug -DRILL_BUILD_FUZZ=ON ;;
    asan | tsan) run_row "$1" "$1" ;;
    debug) run_row debug debug "-DCMAKE_CXX_COMPILER=$compiler" ;;
    gcc-debug) run_gcc_row gcc-debug debug ;;
    gcc) run_gcc_row gcc release -DRILL_BUILD_BENCH=ON ;;
    windows) run_row windows windows ;;
  esac
}

choose_rows "$@"
cd "$root" || exit 1
step "looking for what the tests need"
install_for_rows
choose_jobs

# The sanitizers' reports name functions only if llvm-symbolizer is found under just this name.
if has_command llvm-symbolizer-19; then
  PATH=$PATH:$(dirname -- "$(readlink -f -- "$(command -v llvm-symbolizer-19)")")
fi

summary=()
total=0
failed=0
row_start=0
for row in "${rows[@]}"; do run_named_row "$row"; done

step "summary"
for line in "${summary[@]}"; do note "$line"; done
# The closing line of ctest, over all rows. A row that could not be built counts as one failed test.
printf '\n%d%% tests passed, %d tests failed out of %d\n' \
  "$(((total - failed) * 100 / total))" "$failed" "$total"
[ "$failed" -eq 0 ]
