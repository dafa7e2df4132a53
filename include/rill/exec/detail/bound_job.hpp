// SPDX-License-Identifier: BSL-1.0
// A function and its arguments as a job, in one block with the result.
#pragma once

#include <exception>
#include <functional>
#include <optional>
#include <stop_token>
#include <tuple>
#include <type_traits>
#include <utility>

#include "rill/base/config.hpp"
#include "rill/core/detail/context_slot.hpp"
#include "rill/core/detail/frame_pool.hpp"
#include "rill/core/detail/task_block.hpp"
#include "rill/loop/detail/job_core.hpp"

namespace rill::detail {

template <class Function, class... Args>
concept takes_stop_token =
    std::is_invocable_v<std::decay_t<Function>&, std::stop_token, std::decay_t<Args>...>;

/// Can be called in a thread with these arguments, which are copied or moved there.
template <class Function, class... Args>
concept threadable = takes_stop_token<Function, Args...> ||
                     std::is_invocable_v<std::decay_t<Function>&, std::decay_t<Args>...>;

template <class Function, class... Args>
  requires threadable<Function, Args...>
struct job_result {
  using type = std::invoke_result_t<std::decay_t<Function>&, std::decay_t<Args>...>;
};
template <class Function, class... Args>
  requires takes_stop_token<Function, Args...>
struct job_result<Function, Args...> {
  using type =
      std::invoke_result_t<std::decay_t<Function>&, std::stop_token, std::decay_t<Args>...>;
};
/// What a call in a thread gives.
template <class Function, class... Args>
using job_result_t = typename job_result<Function, Args...>::type;

/// Whether jobs see the context of the code that has made them.
enum class job_context : bool { none, carried };

template <bool WithToken>
struct stop_part {
  void request() noexcept {}
};
template <>
struct stop_part<true> {
  void request() noexcept { source.request_stop(); }
  std::stop_source source;
};

template <job_context Context, class Function, class... Args>
class bound_job final : public job_state<job_result_t<Function, Args...>>, public from_pool {
  using value_type = job_result_t<Function, Args...>;
  static constexpr bool with_token = takes_stop_token<Function, Args...>;
  static_assert(!is_coro<value_type>,
                "rill: a coroutine function given to an executor would only make the coroutine in "
                "the thread, and not run it; await it, or give it to a loop of another thread");
  static_assert(!std::is_rvalue_reference_v<value_type>,
                "rill: a job cannot give an rvalue reference; let it return a value");

 public:
  template <class F, class... A>
  explicit bound_job(F&& function, A&&... args)
      : payload_(std::in_place, std::forward<F>(function), std::forward<A>(args)...) {
    if constexpr (Context == job_context::carried) payload_->keep_context();
  }

 private:
  struct no_context {
    void keep_context() noexcept {}
  };
  struct own_context {
    void keep_context() { values = copy_of(current_context_or_null()); }
    context_slot values;
  };
  struct payload : std::conditional_t<Context == job_context::carried, own_context, no_context> {
    template <class F, class... A>
    explicit payload(F&& given, A&&... given_args)
        : function(std::forward<F>(given)), args(std::forward<A>(given_args)...) {}
    Function function;
    std::tuple<Args...> args;
  };

  void run() noexcept override {
    std::exception_ptr error;
    try {
      call_inside();
    } catch (...) {
      error = std::current_exception();
    }
    // Before whoever waits goes on: what the job was given may be what it waits to be free of.
    payload_.reset();
    if (error) {
      this->end_with_error(std::move(error));
    } else {
      this->end_with_value();
    }
  }
  void call_inside() {
    if constexpr (Context == job_context::carried) {
      const context_scope inside(nullptr, &payload_->values);
      call();
    } else {
      call();
    }
  }
  void call() {
    const auto with = [this](Args&... args) -> value_type {
      if constexpr (with_token) {
        return std::invoke(payload_->function, stop_.source.get_token(), std::move(args)...);
      } else {
        return std::invoke(payload_->function, std::move(args)...);
      }
    };
    if constexpr (std::is_void_v<value_type>) {
      std::apply(with, payload_->args);
    } else {
      this->slot.emplace(std::apply(with, payload_->args));
    }
  }
  void drop_payload() noexcept override { payload_.reset(); }
  void request_stop() noexcept override { stop_.request(); }

  std::optional<payload> payload_;
  RILL_NO_UNIQUE_ADDRESS stop_part<with_token> stop_;
};

/// A job that calls `function(args...)`.
template <job_context Context, class Function, class... Args>
auto bind_job(Function&& function, Args&&... args) {
  using made = bound_job<Context, std::decay_t<Function>, std::decay_t<Args>...>;
  using state = job_state<job_result_t<Function, Args...>>;
  return job_ref<state>(new made(std::forward<Function>(function), std::forward<Args>(args)...),
                        {});
}

}  // namespace rill::detail
