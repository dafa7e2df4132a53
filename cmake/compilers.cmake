# SPDX-License-Identifier: BSL-1.0
#
# Which compilers can build programs with rill, and what users of GCC 12 must know. Included by the
# build and, installed, by rill-config.cmake.

# Sets `out` to a sentence that says what is wrong with the C++ compiler in use; to nothing if it
# will do.
function(rill_compiler_problem out)
  set(problem "")
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 12)
    set(problem "rill needs GCC 12 or later, or Clang 17 or later; \
this is GCC ${CMAKE_CXX_COMPILER_VERSION}.")
  elseif(CMAKE_CXX_COMPILER_ID STREQUAL "Clang" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 17)
    set(problem "rill needs Clang 17 or later, or GCC 12 or later; \
this is Clang ${CMAKE_CXX_COMPILER_VERSION}, which miscompiles coroutines.")
  endif()
  if(problem)
    string(APPEND problem " On Debian 12 install the package clang-19 and configure with \
-DCMAKE_CXX_COMPILER=clang++-19.")
  endif()
  set(${out} "${problem}" PARENT_SCOPE)
endfunction()

# Sets `out` to what users of GCC 12 must know; to nothing with any other compiler.
function(rill_compiler_note out)
  set(note "")
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
    set(note "GCC ${CMAKE_CXX_COMPILER_VERSION} compiles some coroutines wrongly, without a warning:
  * co_await in the condition of if, while, for, switch: the coroutine may stop for ever.
    Name the value first:        const bool ok = co_await f();  if (ok) ...
    or declare it in place:      if (auto value = co_await f()) ...
  * a capturing lambda, an aggregate with owning members or a class-typed ?: inside an expression
    that awaits is destroyed twice. Name it on the line before.
  * braced lists inside an expression that awaits do not compile.
  The guide's page \"GCC 12\" (docs/guide) has the whole list, and coroutine_shapes.py (tests/lint,
  installed in share/rill) finds these shapes in your sources. clang++-19 (Debian: clang-19) has
  none of these faults and is preferred:
  -DCMAKE_CXX_COMPILER=clang++-19")
  endif()
  set(${out} "${note}" PARENT_SCOPE)
endfunction()

# Stops the configuration if the compiler can't do, and tells what must be known about one that can.
function(rill_require_compiler)
  rill_compiler_problem(problem)
  if(problem)
    message(FATAL_ERROR "${problem}")
  endif()
  rill_compiler_note(note)
  if(note)
    message(STATUS "rill: ${note}")
  endif()
endfunction()
