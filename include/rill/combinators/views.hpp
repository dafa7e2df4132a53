// SPDX-License-Identifier: BSL-1.0
// views: async generators made of others, in the way of std::views.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <type_traits>
#include <utility>

#include "rill/combinators/detail/generator_relay.hpp"
#include "rill/core/async_generator.hpp"
#include "rill/core/coro.hpp"

namespace rill {

namespace detail {

template <class T>
struct plain_value {
  using type = T;
};
template <class T>
struct plain_value<coro<T>> {
  using type = T;
};
/// What a function gives for an item, awaited if it is a coroutine.
template <class F, class T>
using outcome_of_call_t = typename plain_value<std::invoke_result_t<F&, T>>::type;

template <class U>
generator_item_t<U> as_item(U&& value) {
  if constexpr (std::is_lvalue_reference_v<U>) {
    return std::addressof(value);
  } else {
    return generator_item_t<U>(std::move(value));
  }
}

template <class T, class F>
struct map_stage {
  using outcome = outcome_of_call_t<F, T>;
  using made = std::conditional_t<std::is_lvalue_reference_v<outcome>, outcome,
                                  std::remove_cvref_t<outcome>>;
  static constexpr bool waits = is_coro<std::invoke_result_t<F&, T>>;
  static_assert(!std::is_void_v<outcome>, "rill: the function of views::map() must give a value");

  static bool wants_more() noexcept { return true; }
  auto apply(T&& item) {
    if constexpr (waits) {
      return await_it(std::invoke(function, static_cast<T&&>(item)));
    } else {
      return as_item<made>(std::invoke(function, static_cast<T&&>(item)));
    }
  }

  F function;

 private:
  static coro<generator_item_t<made>> await_it(coro<outcome> running) {
    outcome value = co_await std::move(running);
    co_return as_item<made>(static_cast<outcome&&>(value));
  }
};

template <class T, class F>
struct filter_stage {
  using object = std::remove_reference_t<T>;
  static constexpr bool waits = is_coro<std::invoke_result_t<F&, object&>>;
  static_assert(std::is_convertible_v<outcome_of_call_t<F, object&>, bool>,
                "rill: the function of views::filter() must give a bool");

  static bool wants_more() noexcept { return true; }
  auto apply(T&& item) {
    if constexpr (waits) {
      return await_it(item);
    } else {
      if (!std::invoke(function, item)) return generator_item_t<T>{};
      return as_item<T>(static_cast<T&&>(item));
    }
  }

  F function;

 private:
  coro<generator_item_t<T>> await_it(object& item) {
    const bool kept = co_await std::invoke(function, item);
    if (!kept) co_return generator_item_t<T>{};
    co_return as_item<T>(static_cast<T&&>(item));
  }
};

template <class T>
struct take_stage {
  bool wants_more() const noexcept { return left != 0; }
  generator_item_t<T> apply(T&& item) {
    --left;
    return as_item<T>(static_cast<T&&>(item));
  }

  std::size_t left;
};

template <class T>
struct enumerate_stage {
  using pair = std::pair<std::size_t, T>;
  static bool wants_more() noexcept { return true; }
  generator_item_t<pair> apply(T&& item) { return pair(next++, static_cast<T&&>(item)); }

  std::size_t next;
};

}  // namespace detail

/// Generators made of generators. Each takes its source over, as an argument or by `|`:
///
///     auto few = rill::views::take(numbers(), 3);
///     auto few = numbers() | rill::views::filter(is_even) | rill::views::take(3);
///
/// Lazy as their source, in the task that awaits the step, one item at a time and none ahead. What
/// is sent or thrown in goes to the source, what the source throws comes out. Left half-way, closed
/// or cancelled, or ended by an exception of a function, they close their source first, and await
/// that.
namespace views {

// [views_map]
/// What `function` makes of each item; it may be a coroutine function, which is awaited. A
/// reference that it returns is yielded as one.
template <class T, class Sent, class F>
  requires std::is_invocable_v<F&, T>
auto map(async_generator<T, Sent> source, F function) {
  using stage = detail::map_stage<T, F>;
  return detail::relay<typename stage::made>(std::move(source), stage{std::move(function)});
}
template <class F>
auto map(F function) {
  return detail::generator_stage([function = std::move(function)](auto&& source) mutable {
    return map(std::move(source), std::move(function));
  });
}
// [/views_map]

// [views_filter]
/// The items of which `function` says true; it is given an lvalue, and may be a coroutine function.
/// What is sent in when the next item is passed over has been sent to the item before.
template <class T, class Sent, class F>
  requires std::is_invocable_v<F&, std::remove_reference_t<T>&>
async_generator<T, Sent> filter(async_generator<T, Sent> source, F function) {
  return detail::relay<T>(std::move(source), detail::filter_stage<T, F>{std::move(function)});
}
template <class F>
auto filter(F function) {
  return detail::generator_stage([function = std::move(function)](auto&& source) mutable {
    return filter(std::move(source), std::move(function));
  });
}
// [/views_filter]

// [views_take]
/// The first `count` items. Behind the last one the source is closed; no further item is asked for,
/// and none at all for a count of zero: so what is thrown in at the last one comes out behind the
/// close, and what is sent there is dropped.
template <class T, class Sent>
async_generator<T, Sent> take(async_generator<T, Sent> source, std::size_t count) {
  return detail::relay<T>(std::move(source), detail::take_stage<T>{count});
}
inline auto take(std::size_t count) {
  return detail::generator_stage([count](auto&& source) { return take(std::move(source), count); });
}
// [/views_take]

// [views_enumerate]
/// Pairs of a number, counted from `first`, and an item; of a reference for a generator of
/// references.
template <class T, class Sent>
async_generator<std::pair<std::size_t, T>, Sent> enumerate(async_generator<T, Sent> source,
                                                           std::size_t first = 0) {
  return detail::relay<std::pair<std::size_t, T>>(std::move(source),
                                                  detail::enumerate_stage<T>{first});
}
inline auto enumerate(std::size_t first = 0) {
  return detail::generator_stage(
      [first](auto&& source) { return enumerate(std::move(source), first); });
}
// [/views_enumerate]

}  // namespace views

}  // namespace rill
