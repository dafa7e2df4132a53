# SPDX-License-Identifier: BSL-1.0
#
# A library that is headers alone serves every system, so a build for another one takes those that
# are installed for this one; without the rest of the folder that they lie in.
#
#   rill_borrow_headers(cereal::cereal cereal/cereal.hpp)
#
# makes the target cereal::cereal of the headers in the folder cereal; nothing if there are none.
function(rill_borrow_headers target header)
  string(REGEX MATCH "^[^/]+" folder "${header}")
  find_path(${folder}_folder ${header} NO_CMAKE_FIND_ROOT_PATH)
  if(NOT ${folder}_folder)
    return()
  endif()
  set(headers "${PROJECT_BINARY_DIR}/headers_of_${folder}")
  file(MAKE_DIRECTORY "${headers}")
  file(CREATE_LINK "${${folder}_folder}/${folder}" "${headers}/${folder}" SYMBOLIC)
  add_library(${target} INTERFACE IMPORTED GLOBAL)
  set_target_properties(${target} PROPERTIES INTERFACE_INCLUDE_DIRECTORIES "${headers}")
endfunction()
