# SPDX-License-Identifier: BSL-1.0
#
# Builds for Linux with musl, with the C++ compiler and libraries of Zig. Programs are linked
# statically and run on this machine.
#
#   cmake --toolchain cmake/toolchains/linux-musl-zig.cmake -DRILL_ZIG=/path/to/zig
set(CMAKE_SYSTEM_NAME Linux)
set(CMAKE_TRY_COMPILE_PLATFORM_VARIABLES RILL_ZIG)
set(CMAKE_SYSTEM_PROCESSOR x86_64)
if(NOT RILL_ZIG)
  find_program(RILL_ZIG zig REQUIRED)
endif()
set(CMAKE_CXX_COMPILER "${RILL_ZIG}" c++ -target x86_64-linux-musl)
set(CMAKE_C_COMPILER "${RILL_ZIG}" cc -target x86_64-linux-musl)
set(CMAKE_CXX_ARCHIVE_CREATE "${RILL_ZIG} ar qc <TARGET> <OBJECTS>")
set(CMAKE_CXX_ARCHIVE_APPEND "${RILL_ZIG} ar q <TARGET> <OBJECTS>")
set(CMAKE_CXX_ARCHIVE_FINISH "${RILL_ZIG} ranlib <TARGET>")
set(CMAKE_SKIP_RPATH ON)
set(CMAKE_FIND_ROOT_PATH_MODE_PROGRAM NEVER)
set(CMAKE_FIND_ROOT_PATH_MODE_LIBRARY ONLY)
# Packages of headers alone are the same for all systems.
set(CMAKE_FIND_ROOT_PATH_MODE_PACKAGE BOTH)
