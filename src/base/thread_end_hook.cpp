// SPDX-License-Identifier: BSL-1.0
#include "base/thread_end_hook.hpp"

#include <pthread.h>

namespace rill::detail {

thread_end_hook::thread_end_hook(function called) noexcept {
  pthread_key_t key{};
  made_ = ::pthread_key_create(&key, called) == 0;
  key_ = key;
}

bool thread_end_hook::set(void* value) const noexcept {
  return made_ && ::pthread_setspecific(static_cast<pthread_key_t>(key_), value) == 0;
}

}  // namespace rill::detail
