// SPDX-License-Identifier: BSL-1.0
// <netinet/tcp.h> of POSIX for Windows.
#pragma once

#include <sys/socket.h>
