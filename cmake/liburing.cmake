# SPDX-License-Identifier: BSL-1.0
#
# liburing as the target PkgConfig::RILL_LIBURING, for rill's own build and for its package. Its
# archive is linked where there is one: a library less to be loaded at the start of each program.
# -DRILL_STATIC_LIBURING=OFF links the shared one.

# `archive`: whether what links it can take the archive. No target if there is no liburing.
function(rill_find_liburing archive)
  find_package(PkgConfig QUIET)
  if(NOT PkgConfig_FOUND OR TARGET PkgConfig::RILL_LIBURING)
    return()
  endif()
  pkg_check_modules(RILL_LIBURING QUIET IMPORTED_TARGET GLOBAL liburing>=2.3)
  if(NOT TARGET PkgConfig::RILL_LIBURING OR NOT archive)
    return()
  endif()
  if(DEFINED RILL_STATIC_LIBURING AND NOT RILL_STATIC_LIBURING)
    return()
  endif()
  pkg_get_variable(folder liburing libdir)
  if(EXISTS "${folder}/liburing.a")
    set_target_properties(PkgConfig::RILL_LIBURING PROPERTIES INTERFACE_LINK_LIBRARIES
                                                              "${folder}/liburing.a")
  endif()
endfunction()
