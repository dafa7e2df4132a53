# SPDX-License-Identifier: BSL-1.0
#
# The warnings of our own sources: an interface target that our targets link privately, so that no
# consumer inherits one. In somebody else's build our sources are silent, whatever that build asks
# of its own.
add_library(rill_warnings INTERFACE)
if(NOT PROJECT_IS_TOP_LEVEL)
  target_compile_options(rill_warnings INTERFACE -w)
  return()
endif()

# Where several sources are one file, a name of one is hidden by a parameter of another, functions
# are declared behind their definitions, and types in unnamed namespaces seem to be a header's.
set(alone $<NOT:$<BOOL:$<TARGET_PROPERTY:UNITY_BUILD>>>)
set(warnings
    -Wall
    -Wextra
    -Wpedantic
    -Wcast-align
    -Wcast-qual
    -Wconversion
    -Wextra-semi
    -Wformat=2
    -Wimplicit-fallthrough
    -Wnon-virtual-dtor
    -Wold-style-cast
    -Woverloaded-virtual
    $<${alone}:-Wredundant-decls>
    $<${alone}:-Wshadow>
    -Wsign-conversion
    -Wundef
    -Wunused)
set(gcc_warnings -Wduplicated-branches -Wduplicated-cond -Wlogical-op
                 $<$<NOT:${alone}>:-Wno-subobject-linkage>)
set(clang_warnings -Wdocumentation -Wno-documentation-unknown-command)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
  # GCC 12 sees overlapping copies in std::string's operator+ where there are none (PR105651).
  # Goes with the support of GCC 12.
  list(APPEND gcc_warnings -Wno-restrict)
endif()

target_compile_options(
  rill_warnings
  INTERFACE $<$<COMPILE_LANGUAGE:CXX>:${warnings}> #
            $<$<COMPILE_LANG_AND_ID:CXX,GNU>:${gcc_warnings}> #
            $<$<COMPILE_LANG_AND_ID:CXX,Clang>:${clang_warnings}> #
            $<$<BOOL:${RILL_WERROR}>:-Werror>)
