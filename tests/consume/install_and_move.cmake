# SPDX-License-Identifier: BSL-1.0
#
# Installs the build folder `build` and moves the installed tree to `prefix`: nothing in it may name
# the place where it was installed. What `consumer` built from an earlier one goes as well.
file(REMOVE_RECURSE "${prefix}" "${prefix}-before" "${consumer}")
execute_process(COMMAND "${CMAKE_COMMAND}" --install "${build}" --config "${config}" --prefix
                        "${prefix}-before" COMMAND_ERROR_IS_FATAL ANY)
file(RENAME "${prefix}-before" "${prefix}")
