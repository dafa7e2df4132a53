# SPDX-License-Identifier: BSL-1.0

# Adds one folder's files to a library target: public headers, given relative to include/rill, and
# sources, given relative to the calling folder.
#
#   rill_layer(rill
#     HEADERS core.hpp core/coro.hpp core/detail/frame_pool.hpp
#     SOURCES frame_pool.cpp)
function(rill_layer target)
  cmake_parse_arguments(PARSE_ARGV 1 layer "" "" "HEADERS;SOURCES")
  if(layer_UNPARSED_ARGUMENTS)
    message(FATAL_ERROR "rill_layer: what is ${layer_UNPARSED_ARGUMENTS}?")
  endif()
  list(TRANSFORM layer_HEADERS PREPEND "${PROJECT_SOURCE_DIR}/include/rill/")
  list(TRANSFORM layer_SOURCES PREPEND "${CMAKE_CURRENT_SOURCE_DIR}/")
  target_sources(
    ${target} PUBLIC FILE_SET HEADERS BASE_DIRS "${PROJECT_SOURCE_DIR}/include" FILES
                     ${layer_HEADERS})
  if(layer_SOURCES)
    target_sources(${target} PRIVATE ${layer_SOURCES})
    cmake_path(GET CMAKE_CURRENT_SOURCE_DIR FILENAME layer)
    set_property(SOURCE ${layer_SOURCES} TARGET_DIRECTORY ${target} PROPERTY UNITY_GROUP ${layer})
  endif()
endfunction()
