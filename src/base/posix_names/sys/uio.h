// SPDX-License-Identifier: BSL-1.0
// <sys/uio.h> of POSIX for Windows.
#pragma once

#include <sys/types.h>

struct iovec {
  void* iov_base;
  size_t iov_len;
};

#define RWF_NOWAIT 8
