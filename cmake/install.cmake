# SPDX-License-Identifier: BSL-1.0
#
# What is installed: libraries, headers, the CMake package, rill.pc, and the lint for GCC 12.
include(CMakePackageConfigHelpers)
include(GNUInstallDirs)
set(package_dir "${CMAKE_INSTALL_LIBDIR}/cmake/rill")

install(
  TARGETS rill rill_testing
  EXPORT rill-targets
  FILE_SET HEADERS)
# The headers of process pools, whether cereal was here or not: the package makes their target where
# it finds cereal.
set(process_pool_headers process_archive.hpp process_pool_executor.hpp
                         detail/process_function.hpp)
foreach(header IN LISTS process_pool_headers)
  cmake_path(GET header PARENT_PATH folder)
  install(FILES "include/rill/exec/${header}"
          DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}/rill/exec/${folder}")
endforeach()
install(
  EXPORT rill-targets
  NAMESPACE rill::
  DESTINATION "${package_dir}")

get_property(reactors GLOBAL PROPERTY RILL_REACTORS_COMPILED)
get_target_property(library_type rill TYPE)
set(needs_liburing FALSE)
if("io_uring" IN_LIST reactors AND library_type STREQUAL "STATIC_LIBRARY")
  set(needs_liburing TRUE)
endif()
configure_package_config_file(
  cmake/rill-config.cmake.in "${PROJECT_BINARY_DIR}/rill-config.cmake"
  INSTALL_DESTINATION "${package_dir}")
write_basic_package_version_file(
  "${PROJECT_BINARY_DIR}/rill-config-version.cmake" COMPATIBILITY SameMajorVersion)
install(FILES cmake/compilers.cmake cmake/liburing.cmake "${PROJECT_BINARY_DIR}/rill-config.cmake"
              "${PROJECT_BINARY_DIR}/rill-config-version.cmake" DESTINATION "${package_dir}")

set(pc_cflags "")
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  set(pc_cflags " -foptimize-sibling-calls")
endif()
foreach(option IN LISTS RILL_LIBRARY_OPTIONS)
  string(APPEND pc_cflags " ${option}")
endforeach()
set(pc_requires_private "")
if("io_uring" IN_LIST reactors)
  set(pc_requires_private "liburing >= 2.3")
endif()
# The prefix is found from where rill.pc lies, so that an installed tree can be moved.
string(REGEX REPLACE "[^/]+" ".." pc_up "${CMAKE_INSTALL_LIBDIR}/pkgconfig")
cmake_path(APPEND pc_libdir "\${prefix}" "${CMAKE_INSTALL_LIBDIR}")
cmake_path(APPEND pc_includedir "\${prefix}" "${CMAKE_INSTALL_INCLUDEDIR}")
configure_file(cmake/rill.pc.in "${PROJECT_BINARY_DIR}/rill.pc" @ONLY)
install(FILES "${PROJECT_BINARY_DIR}/rill.pc" DESTINATION "${CMAKE_INSTALL_LIBDIR}/pkgconfig")

install(FILES LICENSE DESTINATION "${CMAKE_INSTALL_DATADIR}/doc/rill")
install(PROGRAMS tests/lint/coroutine_shapes.py DESTINATION "${CMAKE_INSTALL_DATADIR}/rill")
install(FILES tests/lint/coroutine_braces.py tests/lint/coroutine_rules.py
              tests/lint/cpp_scopes.py tests/lint/cpp_structure.py tests/lint/cpp_tokens.py
              tests/lint/cpp_types.py
        DESTINATION "${CMAKE_INSTALL_DATADIR}/rill")
