// SPDX-License-Identifier: BSL-1.0
// <arpa/inet.h> of POSIX for Windows.
#pragma once

#include <sys/socket.h>
