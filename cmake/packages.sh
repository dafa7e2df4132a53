#!/usr/bin/env bash
# SPDX-License-Identifier: BSL-1.0
#
# Shared by demo.sh, test.sh and bench.sh, which source it: finds out what is missing on this
# machine and installs it where apt and the right to use it are at hand; elsewhere says exactly what
# is missing and stops. Needs nothing but bash and the tools that every Debian has.

step() { printf '\n==> [%3d s] %s\n' "$SECONDS" "$*"; }
note() { printf '    %s\n' "$*"; }
die() {
  printf '\n%s: %s\n' "${0##*/}" "$*" >&2
  exit 1
}

# Whether the dotted version $1 is at least $2.
version_at_least() {
  [ "$(printf '%s\n%s\n' "$2" "$1" | sort -V | head -n 1)" = "$2" ]
}

has_command() { command -v "$1" >/dev/null 2>&1; }

has_header() {
  local folder
  for folder in /usr/include /usr/local/include "/usr/include/$(uname -m)-linux-gnu"; do
    [ -e "$folder/$1" ] && return 0
  done
  return 1
}

# The major version of the system's g++; 0 if there is none.
gcc_major() {
  local version
  version=$(g++ -dumpversion 2>/dev/null) || version=0
  printf '%s\n' "${version%%.*}"
}

# Each need is a function need_<name> that succeeds if the need is met. package_of names the Debian
# package, meaning_of tells people on other systems what is wanted.
need_cmake() {
  has_command cmake && version_at_least "$(cmake --version | sed -n '1s/.* //p')" 3.25
}
need_ninja() { has_command ninja; }
need_gcc() { has_command g++ && [ "$(gcc_major)" -ge 12 ] && has_command gcc; }
need_clang() { has_command clang++-19; }
need_sanitizers() {
  local folder
  has_command clang++-19 && folder=$(clang++-19 --print-runtime-dir) &&
    ls "${folder%/lib/*}"/lib/*/libclang_rt.asan*.a >/dev/null 2>&1
}
need_symbolizer() { has_command llvm-symbolizer-19; }
need_clang_format() { has_command clang-format-19; }
need_clang_tidy() { has_command clang-tidy-19; }
need_pkg_config() { has_command pkg-config; }
need_liburing() { has_command pkg-config && pkg-config --atleast-version=2.3 liburing; }
need_catch2() { has_header catch2/catch.hpp || has_header catch2/catch_all.hpp; }
need_cereal() { has_header cereal/cereal.hpp; }
need_benchmark() { has_header benchmark/benchmark.h; }
need_gcc_i686() { has_command i686-linux-gnu-g++; }
need_gcc_s390x() { has_command s390x-linux-gnu-g++; }
need_qemu() { has_command qemu-s390x-static; }
need_npm() { has_command npm; }
need_mingw() { has_command x86_64-w64-mingw32-g++-posix; }
need_lld() { has_command ld.lld-19; }
need_wine() { has_command wine && [ -x /usr/lib/wine/wine64 ]; }
need_python() { python3 -c 'import argparse, json, subprocess' 2>/dev/null; }
need_valgrind() { has_command valgrind; }
need_asio() { has_header asio/awaitable.hpp; }
need_libuv() { has_command pkg-config && pkg-config --exists libuv; }
need_uvloop() {
  python3 -c 'import uvloop' 2>/dev/null || /usr/bin/python3 -c 'import uvloop' 2>/dev/null
}
need_go() { has_command go; }

package_of() {
  case $1 in
    cmake) echo cmake ;;
    ninja) echo ninja-build ;;
    gcc) echo g++ ;;
    clang) echo clang-19 ;;
    sanitizers) echo libclang-rt-19-dev ;;
    symbolizer) echo llvm-19 ;;
    clang_format) echo clang-format-19 ;;
    clang_tidy) echo clang-tidy-19 ;;
    pkg_config) echo pkg-config ;;
    liburing) echo liburing-dev ;;
    catch2) echo catch2 ;;
    cereal) echo libcereal-dev ;;
    benchmark) echo libbenchmark-dev ;;
    gcc_i686) echo g++-i686-linux-gnu ;;
    gcc_s390x) echo g++-s390x-linux-gnu ;;
    qemu) echo qemu-user-static ;;
    npm) echo npm ;;
    mingw) echo g++-mingw-w64-x86-64-posix ;;
    lld) echo lld-19 ;;
    wine) echo wine ;;
    python) echo python3 ;;
    valgrind) echo valgrind ;;
    asio) echo libasio-dev ;;
    libuv) echo libuv1-dev ;;
    uvloop) echo python3-uvloop ;;
    go) echo golang-go ;;
  esac
}

meaning_of() {
  case $1 in
    cmake) echo "cmake, 3.25 or later" ;;
    ninja) echo "ninja" ;;
    gcc) echo "g++ and gcc, 12 or later" ;;
    clang) echo "clang++-19" ;;
    sanitizers) echo "the sanitizer libraries of clang 19" ;;
    symbolizer) echo "llvm-symbolizer-19" ;;
    clang_format) echo "clang-format-19" ;;
    clang_tidy) echo "clang-tidy-19" ;;
    pkg_config) echo "pkg-config" ;;
    liburing) echo "liburing with its headers, 2.3 or later" ;;
    cereal) echo "cereal with its headers" ;;
    catch2) echo "Catch2 with its headers, 2.13 or later" ;;
    benchmark) echo "Google Benchmark with its headers" ;;
    gcc_i686) echo "g++ for Linux on i686" ;;
    gcc_s390x) echo "g++ for Linux on s390x" ;;
    qemu) echo "QEMU for programs of other processors" ;;
    npm) echo "npm, which brings the compiler for macOS" ;;
    mingw) echo "mingw-w64 g++ for x86-64 with POSIX threads" ;;
    lld) echo "lld, the linker of LLVM 19" ;;
    wine) echo "wine for 64-bit programs" ;;
    python) echo "python3" ;;
    valgrind) echo "valgrind" ;;
    asio) echo "standalone Asio with its headers" ;;
    libuv) echo "libuv with its headers" ;;
    uvloop) echo "uvloop for Python" ;;
    go) echo "Go" ;;
  esac
}

# Prints those of the needs named that are not met, each once.
unmet() {
  local need seen=" "
  for need in "$@"; do
    case $seen in
      *" $need "*) ;;
      *) "need_$need" || printf '%s\n' "$need" ;;
    esac
    seen+="$need "
  done
}

# Meets those of the needs named that can be met; says which are not, and goes on.
wish() {
  local missing=() need
  mapfile -t missing < <(unmet "$@")
  for need in "${missing[@]}"; do
    (require "$need") >/dev/null 2>&1 || true
    if "need_$need"; then
      note "installed $(package_of "$need")"
    else
      note "missing: $(meaning_of "$need") (Debian package $(package_of "$need"))"
    fi
  done
}

# Meets the needs named, or stops.
require() {
  local missing=() packages=() sudo=() need
  mapfile -t missing < <(unmet "$@")
  [ "${#missing[@]}" -eq 0 ] && return 0
  for need in "${missing[@]}"; do packages+=("$(package_of "$need")"); done

  if ! has_command apt-get; then
    report_missing "${missing[@]}"
    die "this system has no apt-get; install the above with its own means, then run this again"
  fi
  if [ "$(id -u)" -ne 0 ]; then
    if ! has_command sudo; then
      report_missing "${missing[@]}"
      die "neither root nor sudo; let an administrator run: apt-get install ${packages[*]}"
    fi
    sudo=(sudo)
  fi
  step "installing ${packages[*]}"
  "${sudo[@]}" apt-get -q update || note "apt-get update failed; trying with the lists at hand"
  if ! "${sudo[@]}" env DEBIAN_FRONTEND=noninteractive \
    apt-get -q -y install --no-install-recommends "${packages[@]}"; then
    report_missing "${missing[@]}"
    die "apt-get could not install them all"
  fi
  hash -r
  mapfile -t missing < <(unmet "$@")
  if [ "${#missing[@]}" -ne 0 ]; then
    report_missing "${missing[@]}"
    die "what apt-get installs here is not enough (too old?)"
  fi
}

report_missing() {
  local need
  printf '\nMissing here:\n' >&2
  for need in "$@"; do
    printf '  %-42s (Debian package %s)\n' "$(meaning_of "$need")" "$(package_of "$need")" >&2
  done
}

# Sets `compiler` to the C++ compiler for a build with one compiler: $CXX if given, the system's g++
# if it is 13 or later, else clang++-19; and `compiler_needs` to what that one needs.
choose_compiler() {
  compiler_needs=()
  if [ -n "${CXX:-}" ]; then
    compiler=$CXX
    note "compiler: $compiler, as CXX says"
  elif [ "$(gcc_major)" -ge 13 ]; then
    compiler=g++
    note "compiler: g++ $(g++ -dumpfullversion)"
  else
    if [ "$(gcc_major)" -gt 0 ]; then
      note "compiler: clang++-19, since g++ $(gcc_major) compiles some coroutines wrongly" \
        "(CXX=g++ overrides)"
    else
      note "compiler: clang++-19"
    fi
    compiler=clang++-19
    # shellcheck disable=SC2034  # used by the scripts that source this one
    compiler_needs=(clang)
  fi
}

# Sets `jobs` to the number of compilations to run at once: one per core, each with 1.5 GB.
choose_jobs() {
  local memory
  jobs=$(nproc)
  memory=$(sed -n 's/^MemAvailable: *\([0-9]*\) kB$/\1/p' /proc/meminfo 2>/dev/null)
  if [ -n "$memory" ] && [ "$((memory / 1500000))" -lt "$jobs" ]; then
    jobs=$((memory / 1500000))
  fi
  [ "$jobs" -ge 1 ] || jobs=1
}
