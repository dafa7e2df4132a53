// SPDX-License-Identifier: BSL-1.0
//
// Takes all descriptors that this process may have, so that the system itself refuses more; or gets
// as many as there are to be had.
#pragma once

#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <cstddef>
#include <vector>

#include "rill/base/config.hpp"
#include "support/skip.hpp"

namespace rill_test {

/// Whether a case that takes all descriptors cannot run; it is marked as skipped then, and must
/// return. UBSan asks with pipes of its own whether an object is what it should be, and without
/// descriptors it calls every object broken.
inline bool needs_descriptors() {
  if (!RILL_HAS_FEATURE(undefined_behavior_sanitizer)) return false;
  skip("UBSan needs descriptors");
  return true;
}

/// Lowers the limit at once: what the system remembers of it when an operation begins is then the
/// low one. The destructor puts all back.
class descriptor_limit {
 public:
  descriptor_limit() {
    ::getrlimit(RLIMIT_NOFILE, &before_);
    rlimit lowered = before_;
    lowered.rlim_cur = 200;
    ::setrlimit(RLIMIT_NOFILE, &lowered);
  }
  descriptor_limit(const descriptor_limit&) = delete;
  descriptor_limit& operator=(const descriptor_limit&) = delete;
  ~descriptor_limit() {
    relieve();
    ::setrlimit(RLIMIT_NOFILE, &before_);
  }

  /// From here on there is no descriptor left.
  void exhaust() {
    for (int copy = ::dup(STDERR_FILENO); copy >= 0; copy = ::dup(STDERR_FILENO)) {
      taken_.push_back(copy);
    }
  }
  /// From here on there are so many.
  void leave(std::size_t count) {
    exhaust();
    for (; count != 0; --count) {
      ::close(taken_.back());
      taken_.pop_back();
    }
  }
  void relieve() {
    for (const int copy : taken_) ::close(copy);
    taken_.clear();
  }

 private:
  rlimit before_{};
  std::vector<int> taken_;
};

/// Raises the limit as far as it goes, while it lives.
class all_descriptors {
 public:
  all_descriptors() {
    ::getrlimit(RLIMIT_NOFILE, &before_);
    rlimit raised = before_;
    raised.rlim_cur = raised.rlim_max;
    ::setrlimit(RLIMIT_NOFILE, &raised);
  }
  all_descriptors(const all_descriptors&) = delete;
  all_descriptors& operator=(const all_descriptors&) = delete;
  ~all_descriptors() { ::setrlimit(RLIMIT_NOFILE, &before_); }

  int limit() const noexcept {
    constexpr rlim_t plenty = 100'000;
    return static_cast<int>(std::min(before_.rlim_max, plenty));
  }

 private:
  rlimit before_{};
};

}  // namespace rill_test
