// SPDX-License-Identifier: BSL-1.0
// An await inside a time limit, in the task that awaits: what timeout(), wait_for() and
// move_on_after() give.
#pragma once

#include <coroutine>
#include <cstdint>
#include <functional>
#include <optional>
#include <type_traits>
#include <utility>

#include "rill/combinators/timeout_scope.hpp"
#include "rill/core/awaitable.hpp"
#include "rill/core/coro.hpp"
#include "rill/core/detail/task_block.hpp"
#include "rill/core/errors.hpp"

namespace rill::detail {

// -- sources: where the awaiter inside comes from -------------------------------------------------

/// Any awaitable. A coroutine is kept, others are referred to until the end of the expression.
template <class Awaitable>
class awaited_source {
 public:
  using awaiter = native_awaiter_t<Awaitable>;
  /// A coroutine that would begin too late does not begin.
  static constexpr bool may_be_skipped = false;

  explicit awaited_source(Awaitable&& awaitable)
      : awaiter_(native_awaiter_of(std::forward<Awaitable>(awaitable))) {}
  awaiter& prepare(timeout_scope& /*limit*/) noexcept { return awaiter_; }
  awaiter& get() noexcept { return awaiter_; }

 private:
  awaiter awaiter_;
};

template <class T>
class awaited_source<coro<T>> {
 public:
  using awaiter = coro_awaiter<T>;
  static constexpr bool may_be_skipped = true;

  explicit awaited_source(coro<T>&& coroutine)
      : coroutine_(std::move(coroutine)), awaiter_(coro_access::promise_of(coroutine_)) {}
  awaiter& prepare(timeout_scope& /*limit*/) noexcept { return awaiter_; }
  awaiter& get() noexcept { return awaiter_; }

 private:
  coro<T> coroutine_;
  awaiter awaiter_;
};

/// A callable that gives a coroutine, and may take the limit.
template <class Body>
class body_source {
  template <class B>
  static auto call(B& body, timeout_scope& limit) {
    if constexpr (std::is_invocable_v<B&, timeout_scope&>) {
      return std::invoke(body, limit);
    } else {
      return std::invoke(body);
    }
  }

 public:
  using coroutine = decltype(call(std::declval<Body&>(), std::declval<timeout_scope&>()));
  static_assert(is_coro<coroutine>, "rill: the body of a timeout must return rill::coro<T>");
  using awaiter = coro_awaiter<typename coroutine::value_type>;
  /// It runs up to its first wait, as the block of asyncio's timeout() does.
  static constexpr bool may_be_skipped = false;

  template <class B>
  explicit body_source(B&& body) : body_(std::forward<B>(body)) {}
  awaiter& prepare(timeout_scope& limit) {
    coroutine_ = call(body_, limit);
    return awaiter_.emplace(coro_access::promise_of(coroutine_));
  }
  awaiter& get() noexcept { return *awaiter_; }

 private:
  Body body_;
  coroutine coroutine_;
  std::optional<awaiter> awaiter_;
};

template <class Body>
concept timeout_body = std::is_invocable_v<std::decay_t<Body>&, timeout_scope&> ||
                       std::is_invocable_v<std::decay_t<Body>&>;

// -- outcomes: what an expired limit is -----------------------------------------------------------

template <class T>
struct throwing_outcome {
  using type = T;
  template <class Take>
  static T value(Take take) {
    return take();
  }
  [[noreturn]] static T expired() { throw timeout_error(); }
};

template <class T>
struct optional_outcome {
  using type = std::optional<T>;
  template <class Take>
  static type value(Take take) {
    return type(take());
  }
  static type expired() noexcept { return std::nullopt; }
};
template <class T>
struct optional_outcome<T&> {
  using type = T*;
  template <class Take>
  static type value(Take take) {
    return &take();
  }
  static type expired() noexcept { return nullptr; }
};
template <>
struct optional_outcome<void> {
  using type = bool;
  template <class Take>
  static type value(Take take) {
    take();
    return true;
  }
  static type expired() noexcept { return false; }
};

/// Whether an awaiter inside another has suspended the coroutine.
template <class Awaiter, class Promise>
bool await_suspend_of(Awaiter& inner, std::coroutine_handle<Promise> handle) {
  if constexpr (std::is_void_v<decltype(inner.await_suspend(handle))>) {
    inner.await_suspend(handle);
    return true;
  } else {
    return inner.await_suspend(handle);
  }
}

// -- the awaiter ----------------------------------------------------------------------------------

enum class limit_kind : std::uint8_t { delay, moment };

/// Gives the awaiter inside the coroutine that awaits, so nothing stands between them: no frame, no
/// task. The clock is read at the beginning, the timer armed only if the await suspends.
template <class Source, class Outcome>
class [[nodiscard]] limited_awaiter final : public native_awaiter {
 public:
  template <class Argument>
  limited_awaiter(limit_kind kind, std::int64_t nanoseconds, Argument&& argument)
      : nanoseconds_(nanoseconds), kind_(kind), source_(std::forward<Argument>(argument)) {}
  limited_awaiter(const limited_awaiter&) = delete;
  limited_awaiter& operator=(const limited_awaiter&) = delete;

  bool await_ready() const noexcept { return false; }

  template <class Promise>
  bool await_suspend(std::coroutine_handle<Promise> handle) {
    static_assert(rill_promise<Promise>,
                  "rill: time limits are awaited in coroutines of rill; wrap the call in a "
                  "rill::coro and await that");
    leave_guard guard(limit_);
    enter(*handle.promise().task());
    if (skipped_ != skip::no) {
      guard.dismiss();
      return false;
    }
    auto& inner = source_.prepare(limit_);
    if (inner.await_ready() || !await_suspend_of(inner, handle)) {
      guard.dismiss();
      return false;
    }
    limit_.arm();
    guard.dismiss();
    return true;
  }

  typename Outcome::type await_resume() {
    const leave_guard guard(limit_);
    if (skipped_ == skip::cancelled) task_->throw_interrupt();
    if (skipped_ == skip::expired) return Outcome::expired();
    try {
      return Outcome::value([this]() -> decltype(auto) { return source_.get().await_resume(); });
    } catch (const cancelled_error&) {
      if (!limit_.absorb()) limit_.scope_->pass_on();
    }
    return Outcome::expired();
  }

 private:
  class leave_guard {
   public:
    explicit leave_guard(timeout_scope& limit) noexcept : limit_(&limit) {}
    leave_guard(const leave_guard&) = delete;
    leave_guard& operator=(const leave_guard&) = delete;
    ~leave_guard() {
      if (limit_ != nullptr && limit_->scope_) limit_->leave();
    }
    void dismiss() noexcept { limit_ = nullptr; }

   private:
    timeout_scope* limit_;
  };

  void enter(task_state& task) {
    loop_services& loop = loop_services::of(task);
    const bool relative = kind_ == limit_kind::delay;
    std::int64_t when = nanoseconds_;
    bool overdue = relative && when <= 0;
    if (when != never) {
      const std::int64_t now = loop.now();
      if (relative) when = saturated_sum(now, when);
      overdue = overdue || when <= now;
    }
    if (overdue && Source::may_be_skipped) {
      // A cancellation of the task comes first.
      skipped_ = task.interrupt_due() ? skip::cancelled : skip::expired;
      task_ = &task;
      return;
    }
    limit_.enter(when);
    if (overdue) limit_.strike();
  }

  enum class skip : std::uint8_t { no, expired, cancelled };

  std::int64_t nanoseconds_;
  task_state* task_ = nullptr;  // if skipped
  limit_kind kind_;
  skip skipped_ = skip::no;
  timeout_scope limit_;  // outlives what is in the source
  Source source_;
};

/// wait_for(), timeout() and their kin: each is this with another outcome.
template <template <class> class Outcome, awaitable Awaitable>
auto limited(limit_kind kind, std::int64_t nanoseconds, Awaitable&& awaited) {
  using source = awaited_source<Awaitable>;
  using outcome = Outcome<await_result_t<Awaitable>>;
  return limited_awaiter<source, outcome>(kind, nanoseconds, std::forward<Awaitable>(awaited));
}
template <template <class> class Outcome, timeout_body Body>
  requires(!awaitable<Body>)
auto limited(limit_kind kind, std::int64_t nanoseconds, Body&& body) {
  using source = body_source<std::decay_t<Body>>;
  using outcome = Outcome<typename source::coroutine::value_type>;
  return limited_awaiter<source, outcome>(kind, nanoseconds, std::forward<Body>(body));
}

template <class T>
concept limitable = awaitable<T> || timeout_body<T>;

}  // namespace rill::detail
