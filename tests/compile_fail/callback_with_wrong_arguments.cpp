// SPDX-License-Identifier: BSL-1.0
//
// A done-callback takes nothing or the future.
// expect: a done-callback takes nothing or an any_future
#include "rill/core/future.hpp"

inline void listen(const rill::future<int>& number) {
#if defined(RILL_MUST_FAIL)
  number.add_done_callback([](int) {});
#else
  number.add_done_callback([](const rill::any_future&) {});
#endif
}
