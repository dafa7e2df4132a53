# SPDX-License-Identifier: BSL-1.0
#
# Windows programs by mingw-w64 GCC with POSIX threads (Debian: g++-mingw-w64-x86-64-posix), run
# under Wine (Debian: wine64) by ctest. Programs need none of the compiler's libraries beside them.
set(CMAKE_SYSTEM_NAME Windows)
set(CMAKE_SYSTEM_PROCESSOR x86_64)
set(CMAKE_C_COMPILER x86_64-w64-mingw32-gcc-posix)
set(CMAKE_CXX_COMPILER x86_64-w64-mingw32-g++-posix)
set(CMAKE_RC_COMPILER x86_64-w64-mingw32-windres)
set(CMAKE_EXE_LINKER_FLAGS_INIT "-static")
# LLVM's linker takes a fifth of a second where the one of mingw-w64 takes half a minute, and it is
# the same with archives. GCC here looks for no other linker, but calls what is named collect2 in
# the folder that -B names.
find_program(RILL_MINGW_LLD NAMES ld.lld-19 ld.lld)
find_program(RILL_MINGW_AR NAMES llvm-ar-19 llvm-ar)
find_program(RILL_MINGW_RANLIB NAMES llvm-ranlib-19 llvm-ranlib)
if(RILL_MINGW_LLD AND RILL_MINGW_AR AND RILL_MINGW_RANLIB)
  set(collect2 "${CMAKE_BINARY_DIR}/linker/collect2")
  file(WRITE "${collect2}" "#!/bin/sh\nexec '${RILL_MINGW_LLD}' \"$@\"\n")
  file(CHMOD "${collect2}" PERMISSIONS OWNER_READ OWNER_WRITE OWNER_EXECUTE)
  string(APPEND CMAKE_EXE_LINKER_FLAGS_INIT
         " \"-B${CMAKE_BINARY_DIR}/linker\" -fno-use-linker-plugin")
  set(CMAKE_AR "${RILL_MINGW_AR}")
  set(CMAKE_RANLIB "${RILL_MINGW_RANLIB}")
endif()
set(CMAKE_FIND_ROOT_PATH /usr/x86_64-w64-mingw32)
set(CMAKE_FIND_ROOT_PATH_MODE_PROGRAM NEVER)
set(CMAKE_FIND_ROOT_PATH_MODE_LIBRARY ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_INCLUDE ONLY)
# Packages of headers alone are the same for all systems.
set(CMAKE_FIND_ROOT_PATH_MODE_PACKAGE BOTH)
set(CMAKE_CROSSCOMPILING_EMULATOR wine)
