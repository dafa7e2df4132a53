// SPDX-License-Identifier: BSL-1.0
// The members of gather() and race(): of arguments, and of a range.
#pragma once

#include <array>
#include <cstddef>
#include <iterator>
#include <ranges>
#include <tuple>
#include <type_traits>
#include <utility>

#include "rill/combinators/detail/join_wait.hpp"
#include "rill/core/detail/fixed_array.hpp"

namespace rill::detail {

/// A join_wait for arguments. The members are here, no allocation is needed.
template <class Wait, class... Awaitables>
class argument_join : public Wait {
 protected:
  using sources = std::tuple<join_source<Awaitables>...>;

  template <class... WaitArgs>
  explicit argument_join(sources&& given, WaitArgs... wait_args)
      : Wait(wait_args...), sources_(std::move(given)) {
    for (join_member& member : members_) this->add_member(member);
  }
  ~argument_join() { this->stop(); }

  join_member& member_at(std::size_t index) noexcept { return members_[index]; }
  std::size_t index_of(const join_member& member) const noexcept {
    return static_cast<std::size_t>(&member - members_.data());
  }

 private:
  void start_member(scheduler& owner, join_member& member) override {
    start(owner, member, std::index_sequence_for<Awaitables...>());
  }
  template <std::size_t... I>
  void start(scheduler& owner, join_member& member, std::index_sequence<I...> /*all*/) {
    [[maybe_unused]] const auto start_if = [&](std::size_t here, auto& source) {
      if (here == index_of(member)) source.start(owner, member);
    };
    (start_if(I, std::get<I>(sources_)), ...);
  }

  sources sources_;
  std::array<join_member, sizeof...(Awaitables)> members_;
};

/// How an element of a range is taken: lent by an lvalue or a view of one, else given.
template <class Range>
using gathered_t =
    std::conditional_t<std::is_lvalue_reference_v<Range> ||
                           std::ranges::view<std::remove_cvref_t<Range>>,
                       std::ranges::range_reference_t<Range>, std::ranges::range_value_t<Range>>;

template <class Range>
concept gatherable_range =
    std::ranges::forward_range<Range> && awaitable<gathered_t<Range>> &&
    (future_handle<gathered_t<Range>> || !std::is_lvalue_reference_v<gathered_t<Range>>);

/// A join_wait for the elements of a range. One allocation.
template <class Wait, class Range>
class range_join : public Wait {
  using element = gathered_t<Range>;

 protected:
  // A vector holds no references: the results of lent handles are copied.
  struct source : join_source<element> {
    using result = std::remove_cvref_t<typename join_source<element>::result>;
    using join_source<element>::join_source;
  };
  static_assert(!source::lent || std::is_void_v<typename source::result> ||
                    std::is_copy_constructible_v<typename source::result>,
                "rill: the results of these handles cannot be copied; give the range away with "
                "std::move()");

  template <class... WaitArgs>
  explicit range_join(Range&& range, WaitArgs... wait_args)
      : Wait(wait_args...), members_(static_cast<std::size_t>(std::ranges::distance(range))) {
    for (auto&& each : range) this->add_member(members_.emplace_back(static_cast<element&&>(each)));
  }
  ~range_join() { this->stop(); }

  auto& members() noexcept { return members_; }
  std::size_t index_of(const join_member& member) noexcept {
    return static_cast<std::size_t>(&static_cast<const range_member&>(member) - members_.begin());
  }

 private:
  struct range_member : join_member {
    explicit range_member(element&& awaited) : origin(static_cast<element&&>(awaited)) {}
    source origin;
  };

  void start_member(scheduler& owner, join_member& member) override {
    static_cast<range_member&>(member).origin.start(owner, member);
  }

  fixed_array<range_member> members_;
};

}  // namespace rill::detail
