// SPDX-License-Identifier: BSL-1.0
// <sys/stat.h> of POSIX for Windows: with sockets.
#pragma once

#include_next <sys/stat.h>

#define S_IFSOCK 0xC000
#define S_ISSOCK(mode) (((mode) & S_IFMT) == S_IFSOCK)
