// SPDX-License-Identifier: BSL-1.0
// Makes callback nodes out of a callable and its arguments, and handles out of nodes.
#pragma once

#include <cstdint>
#include <functional>
#include <tuple>
#include <type_traits>
#include <utility>

#include "rill/loop/callback_handle.hpp"
#include "rill/loop/detail/callback_node.hpp"

namespace rill::detail {

/// A callable with its arguments, called once or more.
template <class Callable, class... Args>
class bound_call {
 public:
  template <class C, class... A>
  explicit bound_call(C&& callable, A&&... args)
      : callable_(std::forward<C>(callable)), args_(std::forward<A>(args)...) {}
  void operator()() {
    std::apply([this](Args&... args) { static_cast<void>(std::invoke(callable_, args...)); },
               args_);
  }

 private:
  Callable callable_;
  std::tuple<Args...> args_;
};

template <class Callback>
Callback bind_call(Callback callback) {
  return callback;
}

/// A node of kind Node that calls `callback(args...)`, with one reference.
template <class Node, class Callback, class... Args>
Node* make_callback(scheduler& owner, Callback&& callback, Args&&... args) {
  if constexpr (sizeof...(Args) == 0) {
    return new callback_of<Node, std::decay_t<Callback>>(owner, std::forward<Callback>(callback));
  } else {
    using bound = bound_call<std::decay_t<Callback>, std::decay_t<Args>...>;
    return new callback_of<Node, bound>(
        owner, bound(std::forward<Callback>(callback), std::forward<Args>(args)...));
  }
}

/// Makes the handles. The reference that a new node has becomes the queue's.
struct callback_access {
  static callback_handle queue(callback_node& node, scheduler& owner) noexcept {
    callback_handle handle{callback_ref<callback_node>(&node)};
    owner.make_ready(node);
    return handle;
  }
  static timer_handle arm(timer_callback_node& node, std::int64_t when) {
    timer_handle handle{callback_ref<timer_callback_node>(&node)};
    node.arm(when);
    return handle;
  }
  /// An empty handle if the loop is closed.
  static threadsafe_handle post(shared_callback_node& node, scheduler& owner) noexcept {
    threadsafe_handle handle{callback_ref<shared_callback_node>(&node)};
    if (owner.try_post(node)) return handle;
    node.ops->drop(node);
    return {};
  }
};

}  // namespace rill::detail
