# SPDX-License-Identifier: BSL-1.0
#
# Runs a recipe in virtual time and compares what it prints. Wants: program, emulator (or nothing),
# expected, input: a file for its standard input, which need not be there. Nonsense on its command
# line must be refused.
if(EXISTS "${input}")
  set(input_arguments INPUT_FILE "${input}")
endif()
execute_process(
  COMMAND ${emulator} "${program}" --virtual ${input_arguments}
  OUTPUT_VARIABLE printed
  ERROR_VARIABLE errors
  RESULT_VARIABLE result)
string(REPLACE "\r\n" "\n" printed "${printed}")
file(READ "${expected}" wanted)
if(NOT result EQUAL 0 OR NOT printed STREQUAL wanted)
  message(FATAL_ERROR "ended with ${result}, ${errors}\nprinted:\n${printed}\nwanted:\n${wanted}")
endif()
foreach(nonsense IN ITEMS --nonsense word --scale "--scale;nan" "--scale;0")
  execute_process(
    COMMAND ${emulator} "${program}" ${nonsense} ${input_arguments}
    OUTPUT_QUIET
    ERROR_VARIABLE errors
    RESULT_VARIABLE result)
  if(NOT result EQUAL 2 OR NOT errors MATCHES "usage: ")
    message(FATAL_ERROR "${nonsense}: ended with ${result}, ${errors}")
  endif()
endforeach()
