# SPDX-License-Identifier: BSL-1.0
#
# Builds and runs the consumer with what pkg-config says of an installed rill. Wants: the folder of
# rill.pc (pc_dir), compiler, compiler_flags, source, output.
find_program(pkg_config pkg-config)
if(NOT pkg_config)
  message("skipped: there is no pkg-config here")
  return()
endif()
set(ENV{PKG_CONFIG_PATH} "${pc_dir}:$ENV{PKG_CONFIG_PATH}")
execute_process(
  COMMAND "${pkg_config}" --static --cflags --libs rill
  OUTPUT_VARIABLE flags
  OUTPUT_STRIP_TRAILING_WHITESPACE COMMAND_ERROR_IS_FATAL ANY)
separate_arguments(flags UNIX_COMMAND "${flags}")
separate_arguments(compiler_flags UNIX_COMMAND "${compiler_flags}")
execute_process(COMMAND "${compiler}" -std=c++20 -O1 ${compiler_flags} "${source}" -o "${output}"
                        ${flags} "-Wl,-rpath,${pc_dir}/.."
                        COMMAND_ECHO STDOUT COMMAND_ERROR_IS_FATAL ANY)
execute_process(COMMAND "${output}" COMMAND_ECHO STDOUT COMMAND_ERROR_IS_FATAL ANY)
