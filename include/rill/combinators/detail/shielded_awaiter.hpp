// SPDX-License-Identifier: BSL-1.0
// The awaiters of shield(): of handles, and of all else.
#pragma once

#include <coroutine>
#include <cstdint>
#include <optional>
#include <type_traits>
#include <utility>

#include "rill/combinators/detail/join_wait.hpp"
#include "rill/combinators/detail/limited_awaiter.hpp"
#include "rill/core/awaitable.hpp"
#include "rill/core/cancel_scope.hpp"
#include "rill/core/detail/future_awaiter.hpp"

namespace rill::detail {

/// Waits for a future; a cancellation ends the wait alone.
template <future_handle Handle>
class [[nodiscard]] shielded_future_awaiter final : public future_awaiter {
  using value_type = typename std::remove_cvref_t<Handle>::value_type;

 public:
  explicit shielded_future_awaiter(const std::remove_reference_t<Handle>& handle)
      : future_awaiter(checked(future_access::state(handle))) {}

  await_result_t<Handle> await_resume() {
    check_outcome();
    if constexpr (std::is_lvalue_reference_v<Handle>) {
      return slot_of<value_type>(*future_).get();
    } else {
      return slot_of<value_type>(*future_).take();
    }
  }

  cancel_outcome try_cancel(const shared_text& /*reason*/) noexcept override {
    stop_waiting();
    return cancel_outcome::withdrawn;
  }
  bool passes_on() const noexcept override { return false; }
  const char* describe() const noexcept override { return "shield"; }
};

/// A region of the caller's task that keeps cancellations outside.
template <class Source>
class [[nodiscard]] shielded_awaiter final : public native_awaiter {
 public:
  template <class... Args>
  explicit shielded_awaiter(Args&&... args) : source_(std::forward<Args>(args)...) {}
  shielded_awaiter(const shielded_awaiter&) = delete;
  shielded_awaiter& operator=(const shielded_awaiter&) = delete;

  bool await_ready() const noexcept { return false; }

  template <class Promise>
  bool await_suspend(std::coroutine_handle<Promise> handle) {
    static_assert(rill_promise<Promise>,
                  "rill: shields are awaited in coroutines of rill; wrap the call in a rill::coro "
                  "and await that");
    scope_.emplace(cancel_scope::shielding::shielded);
    auto& inner = source_.get();
    if (inner.await_ready()) return false;
    try {
      return await_suspend_of(inner, handle);
    } catch (...) {
      scope_.reset();
      throw;
    }
  }

  decltype(auto) await_resume() {
    const leave_guard guard(scope_);
    return source_.get().await_resume();
  }

 private:
  class leave_guard {
   public:
    explicit leave_guard(std::optional<cancel_scope>& scope) noexcept : scope_(scope) {}
    leave_guard(const leave_guard&) = delete;
    leave_guard& operator=(const leave_guard&) = delete;
    ~leave_guard() { scope_.reset(); }

   private:
    std::optional<cancel_scope>& scope_;
  };

  std::optional<cancel_scope> scope_;  // outlives what is in the source
  Source source_;
};

/// A time limit around an awaitable, made in place.
template <class Awaitable>
class limited_source {
 public:
  using awaiter =
      limited_awaiter<awaited_source<Awaitable>, throwing_outcome<await_result_t<Awaitable>>>;
  limited_source(Awaitable&& awaited, std::int64_t nanoseconds)
      : awaiter_(limit_kind::delay, nanoseconds, std::forward<Awaitable>(awaited)) {}
  awaiter& get() noexcept { return awaiter_; }

 private:
  awaiter awaiter_;
};

template <class Awaitable>
auto shielded(Awaitable&& awaited) {
  if constexpr (future_handle<Awaitable>) {
    return shielded_future_awaiter<Awaitable>(awaited);
  } else {
    return shielded_awaiter<awaited_source<Awaitable>>(std::forward<Awaitable>(awaited));
  }
}

template <class Awaitable>
auto shielded_for(Awaitable&& awaited, std::int64_t nanoseconds) {
  return shielded_awaiter<limited_source<Awaitable>>(std::forward<Awaitable>(awaited), nanoseconds);
}

}  // namespace rill::detail
