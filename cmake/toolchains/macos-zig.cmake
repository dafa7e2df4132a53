# SPDX-License-Identifier: BSL-1.0
#
# Builds for macOS on another system, with the C++ compiler, headers and linker stubs of Zig.
#
#   cmake --toolchain cmake/toolchains/macos-zig.cmake -DRILL_ZIG=/path/to/zig -DRILL_MACOS=aarch64
#
# RILL_MACOS is x86_64 or aarch64.
set(CMAKE_SYSTEM_NAME Darwin)
set(CMAKE_TRY_COMPILE_PLATFORM_VARIABLES RILL_ZIG RILL_MACOS)
if(NOT RILL_MACOS)
  set(RILL_MACOS x86_64)
endif()
set(CMAKE_SYSTEM_PROCESSOR "${RILL_MACOS}")
if(NOT RILL_ZIG)
  find_program(RILL_ZIG zig REQUIRED)
endif()
set(CMAKE_CXX_COMPILER "${RILL_ZIG}" c++ -target "${RILL_MACOS}-macos")
set(CMAKE_C_COMPILER "${RILL_ZIG}" cc -target "${RILL_MACOS}-macos")
set(CMAKE_CXX_ARCHIVE_CREATE "${RILL_ZIG} ar qc <TARGET> <OBJECTS>")
set(CMAKE_CXX_ARCHIVE_APPEND "${RILL_ZIG} ar q <TARGET> <OBJECTS>")
set(CMAKE_CXX_ARCHIVE_FINISH "${RILL_ZIG} ranlib <TARGET>")
# Which CMake cannot find out.
set(CMAKE_SIZEOF_VOID_P 8)
# Nothing is installed that would want another name.
set(CMAKE_INSTALL_NAME_TOOL "${CMAKE_COMMAND}")
set(CMAKE_SKIP_RPATH ON)
set(CMAKE_FIND_ROOT_PATH_MODE_PROGRAM NEVER)
set(CMAKE_FIND_ROOT_PATH_MODE_LIBRARY ONLY)
