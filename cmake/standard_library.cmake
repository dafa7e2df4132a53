# SPDX-License-Identifier: BSL-1.0
#
# What the C++ standard library has. Sets RILL_LIBRARY_OPTIONS, which users of rill need too, and
# RILL_HAS_EXCEPTION_TYPE.
include(CheckCXXSourceCompiles)

function(rill_check_library source variable)
  set(CMAKE_TRY_COMPILE_TARGET_TYPE STATIC_LIBRARY)
  set(CMAKE_CXX_STANDARD 20)
  set(CMAKE_REQUIRED_FLAGS "${ARGN}")
  check_cxx_source_compiles("${source}" ${variable})
endfunction()

# libc++ before 20 has std::stop_token among what is experimental.
set(RILL_LIBRARY_OPTIONS "")
set(source "#include <stop_token>\nvoid stop(std::stop_source& from) { from.request_stop(); }")
rill_check_library("${source}" RILL_HAS_STOP_TOKEN)
if(NOT RILL_HAS_STOP_TOKEN)
  rill_check_library("${source}" RILL_HAS_EXPERIMENTAL_STOP_TOKEN -fexperimental-library)
  if(NOT RILL_HAS_EXPERIMENTAL_STOP_TOKEN)
    message(FATAL_ERROR "rill: the C++ standard library has no std::stop_token")
  endif()
  set(RILL_LIBRARY_OPTIONS -fexperimental-library)
endif()

set(source "#include <exception>\n\
const void* of(const std::exception_ptr& error) { return error.__cxa_exception_type(); }")
rill_check_library("${source}" RILL_HAS_EXCEPTION_TYPE)
