# SPDX-License-Identifier: BSL-1.0
#
# Runs a recipe in virtual time and compares what it prints. Wants: program, expected.
execute_process(
  COMMAND "${program}" --virtual
  OUTPUT_VARIABLE printed
  ERROR_VARIABLE errors
  RESULT_VARIABLE result)
file(READ "${expected}" wanted)
if(NOT result EQUAL 0 OR NOT printed STREQUAL wanted)
  message(FATAL_ERROR "ended with ${result}, ${errors}\nprinted:\n${printed}\nwanted:\n${wanted}")
endif()
