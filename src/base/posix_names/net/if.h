// SPDX-License-Identifier: BSL-1.0
// <net/if.h> of POSIX for Windows.
#pragma once

#include <sys/socket.h>
// Needs the above.
#include <iphlpapi.h>

#undef IF_NAMESIZE
#define IF_NAMESIZE 257
