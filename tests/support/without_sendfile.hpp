// SPDX-License-Identifier: BSL-1.0
//
// A system that sends no files by itself, as Windows is for rill.
#pragma once

#include <sys/types.h>

#include <atomic>
#include <cerrno>
#include <cstddef>

#include "base/system_calls.hpp"

namespace rill_test {

/// While it lives, sendfile() is refused.
class without_sendfile {
 public:
  without_sendfile() {
    calls = 0;
    rill::detail::current_system_calls.sendfile = [](int, int, off_t*, std::size_t) {
      ++calls;
      errno = EINVAL;
      return ssize_t{-1};
    };
  }
  /// How often it was asked for; never on a system that has none.
  static inline std::atomic<int> calls{0};

 private:
  rill::detail::system_calls_restorer restorer_;
};

/// While it lives, the second thousand of a file cannot be read; calls read a thousand at most.
class damaged_files {
 public:
  damaged_files() {
    original_ = rill::detail::current_system_calls.pread;
    rill::detail::current_system_calls.pread = [](int handle, void* data, std::size_t size,
                                                  off_t offset) {
      if (offset < 1000) return original_(handle, data, size < 1000 ? size : 1000, offset);
      errno = EIO;
      return ssize_t{-1};
    };
    rill::detail::current_system_calls.preadv2 = nullptr;
  }

 private:
  rill::detail::system_calls_restorer restorer_;
  static inline ssize_t (*original_)(int, void*, std::size_t, off_t) = nullptr;
};

}  // namespace rill_test
