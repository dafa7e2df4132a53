# SPDX-License-Identifier: BSL-1.0
#
# Compiles `source` with `compiler`: as it is it must pass; with RILL_MUST_FAIL it must be refused
# with every text of its lines "// expect: ...".
separate_arguments(flags UNIX_COMMAND "${flags}")
set(command "${compiler}" ${flags} -std=c++20 -fsyntax-only -Werror=unused-result -I "${include}"
            "${source}")

execute_process(COMMAND ${command} RESULT_VARIABLE code ERROR_VARIABLE said)
if(NOT code EQUAL 0)
  message(FATAL_ERROR "must compile without RILL_MUST_FAIL:\n${said}")
endif()

execute_process(COMMAND ${command} -DRILL_MUST_FAIL RESULT_VARIABLE code ERROR_VARIABLE said)
if(code EQUAL 0)
  message(FATAL_ERROR "compiles, but must not")
endif()

file(STRINGS "${source}" expectations REGEX "^// expect: ")
if(NOT expectations)
  message(FATAL_ERROR "${source} names no words to expect")
endif()
foreach(line IN LISTS expectations)
  string(REPLACE "// expect: " "" words "${line}")
  string(FIND "${said}" "${words}" place)
  if(place EQUAL -1)
    message(FATAL_ERROR "the compiler does not say '${words}', but:\n${said}")
  endif()
endforeach()
