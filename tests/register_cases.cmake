# SPDX-License-Identifier: BSL-1.0
#
# Asks a test executable for its cases and writes the file in which ctest finds them, one test for
# each. Runs after the executable is linked. Catch2's own script tears a name at ';', and takes a
# leading '~' for "all but".
#
# Wants: executable, list_arguments, run_arguments (lists), label, time_limit, output.
execute_process(
  COMMAND "${executable}" ${list_arguments}
  OUTPUT_VARIABLE listing
  ERROR_VARIABLE errors
  RESULT_VARIABLE result)
# Catch2 2 gives the number of cases as its exit code; a name stands for a signal.
if(NOT result MATCHES "^[0-9]+$" OR NOT errors STREQUAL "")
  message(FATAL_ERROR "${executable} can't list its cases: ${result}\n${listing}${errors}")
endif()

# Line by line: as a list, names with ';' or a lone '[' would be torn or joined.
set(tests "")
string(APPEND listing "\n")
while(NOT listing STREQUAL "")
  string(FIND "${listing}" "\n" end)
  string(SUBSTRING "${listing}" 0 ${end} case)
  math(EXPR end "${end} + 1")
  string(SUBSTRING "${listing}" ${end} -1 listing)
  if(case STREQUAL "")
    continue()
  endif()
  # In quotes a name is just a name.
  string(REGEX REPLACE "([\\\",[])" "\\\\\\1" pattern "${case}")
  set(test "[===[${label}.${case}]===]")
  string(APPEND tests "add_test(${test} [===[${executable}]===] [===[\"${pattern}\"]===] "
                      "${run_arguments})\nset_tests_properties(${test} PROPERTIES "
                      "LABELS ${label} TIMEOUT ${time_limit} SKIP_RETURN_CODE 77)\n")
endwhile()
if(tests STREQUAL "")
  message(FATAL_ERROR "${executable} has no cases")
endif()
file(WRITE "${output}" "${tests}")
