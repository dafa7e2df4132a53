// SPDX-License-Identifier: BSL-1.0
// The awaiters of gather(): of arguments, and of a range.
#pragma once

#include <array>
#include <cstddef>
#include <iterator>
#include <ranges>
#include <tuple>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include "rill/base/detail/fixed_array.hpp"
#include "rill/combinators/detail/join_wait.hpp"
#include "rill/core/result.hpp"

namespace rill::detail {

/// Gives values; the first error is thrown before it comes to that.
struct gather_values {
  static constexpr bool collects = false;
  template <class T>
  using type = std::conditional_t<std::is_void_v<T>, std::monostate, T>;

  template <class Source>
  static type<typename Source::result> take(join_member& member) {
    if constexpr (std::is_void_v<typename Source::result>) {
      return {};
    } else {
      return take_value<Source>(member);
    }
  }
};

/// Gives a result<T> for each.
struct gather_results {
  static constexpr bool collects = true;
  template <class T>
  using type = result<T>;

  template <class Source, class T = typename Source::result>
  static result<T> take(join_member& member) {
    if (member.state->status() != future_status::value) {
      member.state->mark_observed();
      return result<T>(member.state->error());
    }
    if constexpr (std::is_void_v<T>) {
      return result<T>(std::in_place);
    } else {
      return result<T>(std::in_place, take_value<Source>(member));
    }
  }
};

/// What both forms share: when it is over, and what is thrown.
template <class Mode>
class gather_wait : public join_wait {
 public:
  const char* describe() const noexcept override { return "gather"; }

 protected:
  gather_wait() noexcept = default;
  ~gather_wait() = default;

  void on_member_end(join_member& member) noexcept override {
    if (Mode::collects || settled() || member.state->status() == future_status::value) return;
    failed_ = &member;
    settle();
    cancel_owned();
  }

  void check_gather() {
    check_join();
    if (failed_ != nullptr) failed_->state->throw_if_not_value();
  }

 private:
  join_member* failed_ = nullptr;
};

template <class Mode, class... Awaitables>
class [[nodiscard]] gather_awaiter final : public gather_wait<Mode> {
  using sources = std::tuple<join_source<Awaitables>...>;

 public:
  explicit gather_awaiter(Awaitables&&... awaited)
      : sources_(std::forward<Awaitables>(awaited)...) {
    for (join_member& member : members_) this->add_member(member);
  }
  ~gather_awaiter() { this->stop(); }

  auto await_resume() {
    this->check_gather();
    return take(std::index_sequence_for<Awaitables...>());
  }

 private:
  void start_member(scheduler& owner, join_member& member) override {
    start(owner, member, std::index_sequence_for<Awaitables...>());
  }
  template <std::size_t... I>
  void start(scheduler& owner, join_member& member, std::index_sequence<I...> /*all*/) {
    const auto index = static_cast<std::size_t>(&member - members_.data());
    [[maybe_unused]] const auto start_if = [&](std::size_t here, auto& source) {
      if (here == index) source.start(owner, member);
    };
    (start_if(I, std::get<I>(sources_)), ...);
  }
  template <std::size_t... I>
  auto take(std::index_sequence<I...> /*all*/) {
    return std::tuple<decltype(Mode::template take<std::tuple_element_t<I, sources>>(
        members_[I]))...>(Mode::template take<std::tuple_element_t<I, sources>>(members_[I])...);
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

template <class Mode, class Range>
class [[nodiscard]] gather_range_awaiter final : public gather_wait<Mode> {
  using element = gathered_t<Range>;
  // A vector holds no references: the results of lent handles are copied.
  struct source : join_source<element> {
    using result = std::remove_cvref_t<typename join_source<element>::result>;
    using join_source<element>::join_source;
  };
  struct range_member : join_member {
    explicit range_member(element&& awaited) : origin(static_cast<element&&>(awaited)) {}
    source origin;
  };
  static_assert(!source::lent || std::is_void_v<typename source::result> ||
                    std::is_copy_constructible_v<typename source::result>,
                "rill: the results of these handles cannot be copied; give the range away with "
                "std::move()");

 public:
  explicit gather_range_awaiter(Range&& range)
      : members_(static_cast<std::size_t>(std::ranges::distance(range))) {
    for (auto&& each : range) this->add_member(members_.emplace_back(static_cast<element&&>(each)));
  }
  ~gather_range_awaiter() { this->stop(); }

  auto await_resume() {
    this->check_gather();
    std::vector<typename Mode::template type<typename source::result>> values;
    values.reserve(members_.size());
    for (join_member& member : members_) values.push_back(Mode::template take<source>(member));
    return values;
  }

 private:
  void start_member(scheduler& owner, join_member& member) override {
    static_cast<range_member&>(member).origin.start(owner, member);
  }

  fixed_array<range_member> members_;
};

}  // namespace rill::detail
