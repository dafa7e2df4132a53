// SPDX-License-Identifier: BSL-1.0
// One generator that stands before another: takes its items, passes on what is sent and thrown in,
// and closes it when it is left.
#pragma once

#include <exception>
#include <optional>
#include <type_traits>
#include <utility>

#include "rill/core/async_generator.hpp"
#include "rill/core/coro.hpp"
#include "rill/core/detail/task_block.hpp"
#include "rill/core/errors.hpp"

namespace rill::detail {

/// What was sent, if anything can be.
template <class Sent>
struct sent_slot {
  std::optional<Sent> value;
};
template <>
struct sent_slot<void> {};

/// The object of an item that is there.
template <class T>
T&& object_of(generator_item_t<T>& item) noexcept {
  return static_cast<T&&>(*item);
}

template <class T>
inline constexpr bool moves_without_exceptions =
    std::is_reference_v<T> || std::is_nothrow_move_constructible_v<T>;

/// A generator that gives what `stage` makes of the items of `source`. The stage has
///   bool wants_more()         false: the end, without a further item of the source
///   apply(T&& item)           an item of U, empty to pass this one over; or a coro of that
template <class U, class T, class Sent, class Stage>
async_generator<U, Sent> relay(async_generator<T, Sent> source, Stage stage) {
  static_assert(!std::is_void_v<T> && moves_without_exceptions<T> && moves_without_exceptions<U>,
                "rill: the items of views are values or references, and moved about, which must "
                "not throw; yield a std::unique_ptr to the item instead");
  std::exception_ptr thrown;   // at the co_yield, for the source
  std::exception_ptr failure;  // leaves, behind the close of the source
  sent_slot<Sent> sent;
  while (!failure && stage.wants_more()) {
    // Emplaced, not assigned, which not every item can be.
    std::optional<generator_item_t<T>> item;
    if (thrown) {
      item.emplace(co_await source.throw_in(std::exchange(thrown, nullptr)));
    } else if constexpr (std::is_void_v<Sent>) {
      item.emplace(co_await source.next());
    } else if (sent.value) {
      item.emplace(co_await source.send(std::move(*sent.value)));
      sent.value.reset();
    } else {
      item.emplace(co_await source.next());
    }
    if (!*item) co_return;
    std::optional<generator_item_t<U>> made;
    try {
      if constexpr (is_coro<decltype(stage.apply(object_of<T>(*item)))>) {
        made.emplace(co_await stage.apply(object_of<T>(*item)));
      } else {
        made.emplace(stage.apply(object_of<T>(*item)));
      }
    } catch (...) {
      failure = std::current_exception();
    }
    if (failure || !*made) continue;
    U&& given = object_of<U>(*made);
    try {
      if constexpr (std::is_void_v<Sent>) {
        co_yield static_cast<U&&>(given);
      } else {
        // Initialised, not assigned: in a template GCC 12 knows the type of a co_yield only there.
        std::optional<Sent> received = co_yield static_cast<U&&>(given);
        sent.value = std::move(received);
      }
    } catch (const generator_exit&) {
      failure = std::current_exception();
    } catch (...) {
      thrown = std::current_exception();
    }
  }
  co_await source.aclose();
  // Nothing further is asked of the source, so what was thrown in has nobody else to go to.
  if (!failure) failure = thrown;
  if (failure) std::rethrow_exception(failure);
}

/// What stands behind a `|`: a call that waits for its generator.
template <class Apply>
class generator_stage {
 public:
  explicit generator_stage(Apply apply) : apply_(std::move(apply)) {}

  template <class T, class Sent>
  friend auto operator|(async_generator<T, Sent>&& source, generator_stage stage) {
    return stage.apply_(std::move(source));
  }

 private:
  Apply apply_;
};

}  // namespace rill::detail
