// SPDX-License-Identifier: BSL-1.0
// The awaiters of race() and first_of(): of arguments, and of a range.
#pragma once

#include <cstddef>
#include <optional>
#include <tuple>
#include <utility>
#include <variant>

#include "rill/combinators/detail/gather_awaiter.hpp"
#include "rill/combinators/detail/join_members.hpp"
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
class [[nodiscard]] race_awaiter final : public argument_join<race_wait, Awaitables...> {
  using base = argument_join<race_wait, Awaitables...>;
  using sources = typename base::sources;

 public:
  using value_type =
      std::variant<std::decay_t<gather_values::type<typename join_source<Awaitables>::result>>...>;

  explicit race_awaiter(Awaitables&&... awaited)
      : base(sources(std::forward<Awaitables>(awaited)...), Rule::failures_win) {}

  value_type await_resume() {
    this->check_join();
    return take(this->winner(), std::index_sequence_for<Awaitables...>());
  }

 private:
  template <std::size_t... I>
  value_type take(join_member& won, std::index_sequence<I...> /*all*/) {
    std::optional<value_type> value;
    const auto take_if = [&]<std::size_t Here>(std::index_sequence<Here> /*one*/) {
      if (Here != this->index_of(won)) return;
      value.emplace(std::in_place_index<Here>,
                    gather_values::take<std::tuple_element_t<Here, sources>>(won));
    };
    (take_if(std::index_sequence<I>()), ...);
    return *std::move(value);
  }
};

template <class Rule, class Range, template <class> class Winner>
class [[nodiscard]] race_range_awaiter final : public range_join<race_wait, Range> {
  using base = range_join<race_wait, Range>;
  using source = typename base::source;

 public:
  explicit race_range_awaiter(Range&& range)
      : base(std::forward<Range>(range), Rule::failures_win) {}

  Winner<gather_values::type<typename source::result>> await_resume() {
    this->check_join();
    join_member& won = this->winner();
    return {this->index_of(won), gather_values::take<source>(won)};
  }
};

}  // namespace rill::detail
