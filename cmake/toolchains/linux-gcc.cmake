# SPDX-License-Identifier: BSL-1.0
#
# Builds for Linux on another processor with Debian's cross compilers (g++-i686-linux-gnu,
# g++-s390x-linux-gnu, ...). Programs are linked statically, as that system's libraries are not
# here; those of a processor that is none of this machine's are run by QEMU (qemu-user-static).
#
#   cmake --toolchain cmake/toolchains/linux-gcc.cmake -DRILL_PROCESSOR=s390x
set(CMAKE_SYSTEM_NAME Linux)
set(CMAKE_TRY_COMPILE_PLATFORM_VARIABLES RILL_PROCESSOR)
if(NOT RILL_PROCESSOR)
  set(RILL_PROCESSOR i686)
endif()
set(CMAKE_SYSTEM_PROCESSOR "${RILL_PROCESSOR}")
set(CMAKE_C_COMPILER "${RILL_PROCESSOR}-linux-gnu-gcc")
set(CMAKE_CXX_COMPILER "${RILL_PROCESSOR}-linux-gnu-g++")
set(CMAKE_EXE_LINKER_FLAGS_INIT "-static")
set(CMAKE_FIND_ROOT_PATH "/usr/${RILL_PROCESSOR}-linux-gnu")
set(CMAKE_FIND_ROOT_PATH_MODE_PROGRAM NEVER)
set(CMAKE_FIND_ROOT_PATH_MODE_LIBRARY ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_INCLUDE ONLY)
# Packages of headers alone are the same for all systems.
set(CMAKE_FIND_ROOT_PATH_MODE_PACKAGE BOTH)
if(NOT RILL_PROCESSOR STREQUAL "i686")
  set(CMAKE_CROSSCOMPILING_EMULATOR "qemu-${RILL_PROCESSOR}-static")
endif()
