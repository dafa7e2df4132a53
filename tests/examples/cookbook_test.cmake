# SPDX-License-Identifier: BSL-1.0
#
# Runs a recipe in virtual time and compares what it prints. Wants: program, expected. Its standard
# input is the file beside the expected output that ends in .in, if there is one. Nonsense on its
# command line must be refused.
string(REGEX REPLACE "[.]txt$" ".in" input "${expected}")
if(EXISTS "${input}")
  set(input_arguments INPUT_FILE "${input}")
endif()
execute_process(
  COMMAND "${program}" --virtual ${input_arguments}
  OUTPUT_VARIABLE printed
  ERROR_VARIABLE errors
  RESULT_VARIABLE result)
file(READ "${expected}" wanted)
if(NOT result EQUAL 0 OR NOT printed STREQUAL wanted)
  message(FATAL_ERROR "ended with ${result}, ${errors}\nprinted:\n${printed}\nwanted:\n${wanted}")
endif()
foreach(nonsense IN ITEMS --nonsense word --scale "--scale;nan" "--scale;0")
  execute_process(
    COMMAND "${program}" ${nonsense} ${input_arguments}
    OUTPUT_QUIET
    ERROR_VARIABLE errors
    RESULT_VARIABLE result)
  if(NOT result EQUAL 2 OR NOT errors MATCHES "usage: ")
    message(FATAL_ERROR "${nonsense}: ended with ${result}, ${errors}")
  endif()
endforeach()
