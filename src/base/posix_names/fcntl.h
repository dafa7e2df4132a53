// SPDX-License-Identifier: BSL-1.0
// <fcntl.h> of POSIX for Windows: commands and flags of the table's fcntl() and open().
#pragma once

#include_next <fcntl.h>

#define F_DUPFD_CLOEXEC 1030
#define F_GETFL 3
#define F_SETFL 4

#define O_NONBLOCK 0x1000000
#define O_CLOEXEC 0x2000000
#define O_NOCTTY 0
