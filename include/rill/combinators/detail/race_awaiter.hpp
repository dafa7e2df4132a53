// SPDX-License-Identifier: BSL-1.0
// The awaiters of race() and first_of(): of arguments, and of a range.
#pragma once

#include <array>
#include <cstddef>
#include <iterator>
#include <optional>
#include <ranges>
#include <tuple>
#include <utility>
#include <variant>

#include "rill/base/detail/fixed_array.hpp"
#include "rill/combinators/detail/gather_awaiter.hpp"
#include "rill/combinators/detail/join_wait.hpp"

namespace rill::detail {

/// What ends a race.
struct first_end {
  static constexpr bool failures_win = true;
};
struct first_success {
  static constexpr bool failures_win = false;
};

/// The part that does not depend on types.
class race_wait : public join_wait {
 public:
  const char* describe() const noexcept override { return "race"; }

 protected:
  explicit race_wait(bool failures_win) noexcept : failures_win_(failures_win) {}
  ~race_wait() = default;

  void on_member_end(join_member& member) noexcept override;
  /// The winner, which has a value; throws if there is none.
  join_member& winner();

 private:
  [[noreturn]] void throw_failures();

  join_member* winner_ = nullptr;
  bool failures_win_;
};

template <class Rule, class... Awaitables>
class [[nodiscard]] race_awaiter final : public race_wait {
  using sources = std::tuple<join_source<Awaitables>...>;

 public:
  using value_type =
      std::variant<std::decay_t<gather_values::type<typename join_source<Awaitables>::result>>...>;

  explicit race_awaiter(Awaitables&&... awaited)
      : race_wait(Rule::failures_win), sources_(std::forward<Awaitables>(awaited)...) {
    for (join_member& member : members_) add_member(member);
  }
  ~race_awaiter() { stop(); }

  value_type await_resume() {
    check_join();
    return take(winner(), std::index_sequence_for<Awaitables...>());
  }

 private:
  std::size_t index_of(const join_member& member) const noexcept {
    return static_cast<std::size_t>(&member - members_.data());
  }
  void start_member(scheduler& owner, join_member& member) override {
    start(owner, member, std::index_sequence_for<Awaitables...>());
  }
  template <std::size_t... I>
  void start(scheduler& owner, join_member& member, std::index_sequence<I...> /*all*/) {
    const auto start_if = [&](std::size_t here, auto& source) {
      if (here == index_of(member)) source.start(owner, member);
    };
    (start_if(I, std::get<I>(sources_)), ...);
  }
  template <std::size_t... I>
  value_type take(join_member& won, std::index_sequence<I...> /*all*/) {
    std::optional<value_type> value;
    const auto take_if = [&]<std::size_t Here>(std::index_sequence<Here> /*one*/) {
      if (Here != index_of(won)) return;
      value.emplace(std::in_place_index<Here>,
                    gather_values::take<std::tuple_element_t<Here, sources>>(won));
    };
    (take_if(std::index_sequence<I>()), ...);
    return *std::move(value);
  }

  sources sources_;
  std::array<join_member, sizeof...(Awaitables)> members_;
};

template <class Rule, class Range, template <class> class Winner>
class [[nodiscard]] race_range_awaiter final : public race_wait {
  using element = gathered_t<Range>;
  struct source : join_source<element> {
    using result = std::remove_cvref_t<typename join_source<element>::result>;
    using join_source<element>::join_source;
  };
  struct range_member : join_member {
    explicit range_member(element&& awaited) : origin(static_cast<element&&>(awaited)) {}
    source origin;
  };

 public:
  explicit race_range_awaiter(Range&& range)
      : race_wait(Rule::failures_win),
        members_(static_cast<std::size_t>(std::ranges::distance(range))) {
    for (auto&& each : range) add_member(members_.emplace_back(static_cast<element&&>(each)));
  }
  ~race_range_awaiter() { stop(); }

  Winner<gather_values::type<typename source::result>> await_resume() {
    check_join();
    auto& won = static_cast<range_member&>(winner());
    return {static_cast<std::size_t>(&won - members_.begin()), gather_values::take<source>(won)};
  }

 private:
  void start_member(scheduler& owner, join_member& member) override {
    static_cast<range_member&>(member).origin.start(owner, member);
  }

  fixed_array<range_member> members_;
};

}  // namespace rill::detail
