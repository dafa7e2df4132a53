// SPDX-License-Identifier: BSL-1.0
// held: what gives back a lock or a permit on every way out.
#pragma once

#include <utility>

namespace rill {

// [held]
/// Holds something of a primitive (a lock, a permit) and releases it when it goes. asyncio: what
/// `async with lock:` does. Got by `co_await primitive.scoped()`, or `primitive.try_scoped()`.
///
/// **Lifetime**: the primitive must outlive it. **Threads**: only on the thread of its loop.
template <class Primitive>
class [[nodiscard]] held {
 public:
  /// Holds nothing.
  held() noexcept = default;
  /// Takes over what has been acquired already.
  explicit held(Primitive& primitive) noexcept : primitive_(&primitive) {}
  held(held&& other) noexcept : primitive_(std::exchange(other.primitive_, nullptr)) {}
  held& operator=(held&& other) noexcept {
    if (this == &other) return *this;
    release();
    primitive_ = std::exchange(other.primitive_, nullptr);
    return *this;
  }
  ~held() {
    if (primitive_ != nullptr) primitive_->release();
  }

  explicit operator bool() const noexcept { return primitive_ != nullptr; }

  /// Releases now; nothing happens when it holds nothing.
  void release() noexcept {
    if (Primitive* const primitive = std::exchange(primitive_, nullptr)) primitive->release();
  }

  /// Lets go without a release: that is the caller's now.
  void detach() noexcept { primitive_ = nullptr; }
  // [/held]

 private:
  Primitive* primitive_ = nullptr;
};

}  // namespace rill
