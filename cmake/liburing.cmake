# SPDX-License-Identifier: BSL-1.0
#
# liburing as the target PkgConfig::RILL_LIBURING, for rill's own build and for its package. Its
# archive is linked where there is one: a library less to be loaded at the start of each program.

# `archive`: whether to take the archive. No target if there is no liburing.
function(rill_find_liburing archive)
  find_package(PkgConfig QUIET)
  if(NOT PkgConfig_FOUND OR TARGET PkgConfig::RILL_LIBURING)
    return()
  endif()
  pkg_check_modules(RILL_LIBURING QUIET IMPORTED_TARGET GLOBAL liburing>=2.3)
  if(NOT TARGET PkgConfig::RILL_LIBURING OR NOT archive)
    return()
  endif()
  # Beside the shared one that was found, which is for the right system.
  get_target_property(found PkgConfig::RILL_LIBURING INTERFACE_LINK_LIBRARIES)
  list(FILTER found INCLUDE REGEX "/liburing[.]so$")
  list(TRANSFORM found REPLACE "[.]so$" ".a")
  if(found AND EXISTS "${found}")
    set_target_properties(PkgConfig::RILL_LIBURING PROPERTIES INTERFACE_LINK_LIBRARIES "${found}")
  endif()
endfunction()
