// SPDX-License-Identifier: BSL-1.0
// <sys/un.h> of POSIX for Windows.
#pragma once

#include <sys/socket.h>
// Needs the above.
#include <afunix.h>
