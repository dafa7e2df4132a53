// SPDX-License-Identifier: BSL-1.0
// merge: the items of several async generators as they come.
#pragma once

#include <concepts>
#include <cstddef>
#include <exception>
#include <memory>
#include <utility>
#include <vector>

#include "rill/combinators/detail/generator_relay.hpp"
#include "rill/combinators/detail/merge_state.hpp"
#include "rill/core/async_generator.hpp"
#include "rill/core/cancel_scope.hpp"
#include "rill/core/coro.hpp"
#include "rill/core/create_task.hpp"
#include "rill/core/detail/ended_awaiter.hpp"
#include "rill/core/result.hpp"
#include "rill/core/task.hpp"

namespace rill {

namespace detail {

/// Runs one source; closes it when it is to stop with an item in its hands.
template <class T>
coro<> run_merged(async_generator<T> source, merge_place place) {
  std::exception_ptr failure;
  try {
    while (auto item = co_await source.next()) co_await place.meeting().offer(&item);
  } catch (...) {
    failure = std::current_exception();
  }
  try {
    co_await source.aclose();
  } catch (...) {
    failure = std::current_exception();
  }
  // Of several errors the first is thrown by the step, the others come to the exception handler.
  if (!place.leave(failure) && !is_cancellation(failure)) std::rethrow_exception(failure);
}

/// Throws what is to be thrown when all sources have ended, one of which may have failed only then.
void leave_merged(const std::exception_ptr& failure, const std::exception_ptr& late);

}  // namespace detail

// [merge]
/// The items of several generators, each as soon as it is there; those that are there at the same
/// time in the order of their coming. The end when all have ended. asyncio has no counterpart.
///
///     auto messages = rill::merge(from_network(), from_keyboard());
///     while (auto message = co_await messages.next()) show(*message);
///
/// From the first step on each source runs in a task of its own, and is at most one item ahead.
/// **The end**: when a source throws, when the merged generator is closed, dropped half-way, or
/// cancelled at a step, all tasks are cancelled, sources that hold an item are closed, and all have
/// ended before that goes on; items that were not taken are dropped. The first error of a source is
/// thrown, also one of its close; others come to the exception handler.
/// **Lifetime**: the sources are kept.
template <class T>
async_generator<T> merge(std::vector<async_generator<T>> sources) {
  const auto meeting = std::make_shared<detail::merge_meeting>(sources.size());
  std::vector<task<>> running;
  std::exception_ptr failure;
  try {
    running.reserve(sources.size());
    for (async_generator<T>& each : sources) {
      running.push_back(
          create_task(detail::run_merged(std::move(each), detail::merge_place(meeting))));
    }
    while (!meeting->has_error()) {
      co_await meeting->news();
      if (!meeting->has_offer()) {
        if (meeting->is_over()) break;
        continue;  // withdrawn meanwhile
      }
      auto* const offered = static_cast<detail::generator_item_t<T>*>(meeting->offered());
      detail::generator_item_t<T> item = std::move(*offered);
      meeting->took();
      co_yield detail::object_of<T>(item);
    }
    failure = meeting->take_error();
  } catch (...) {
    failure = std::current_exception();
  }
  {
    const cancel_scope keep(cancel_scope::shielding::shielded);
    for (const task<>& each : running) each.cancel();
    for (const task<>& each : running) co_await detail::ended(each);
  }
  detail::leave_merged(failure, meeting->take_error());
}

/// The same of arguments.
template <class T, std::same_as<async_generator<T>>... More>
async_generator<T> merge(async_generator<T> first, More... more) {
  std::vector<async_generator<T>> sources;
  sources.reserve(1 + sizeof...(more));
  sources.push_back(std::move(first));
  (sources.push_back(std::move(more)), ...);
  return merge(std::move(sources));
}
// [/merge]

}  // namespace rill
