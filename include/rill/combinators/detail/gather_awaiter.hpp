// SPDX-License-Identifier: BSL-1.0
// The awaiters of gather(): of arguments, and of a range.
#pragma once

#include <cstddef>
#include <tuple>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include "rill/combinators/detail/join_members.hpp"
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
    if (member.state && member.state->status() != future_status::value) {
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

/// Whether two members wait for the same future. O(members).
template <class Members>
bool has_duplicates(Members& members) noexcept {
  bool found = false;
  for (join_member& member : members) found = member.state->mark(true) || found;
  for (join_member& member : members) member.state->mark(false);
  return found;
}
[[noreturn]] void throw_duplicates();

/// What both forms share: when it is over, and what is thrown.
template <class Mode>
class gather_wait : public join_wait {
 public:
  const char* describe() const noexcept override { return "gather"; }

 protected:
  gather_wait() noexcept = default;
  ~gather_wait() = default;

  void on_member_end(join_member& member) noexcept override {
    if (member.state->status() == future_status::value) {
      // Nobody will ask it for anything: its block goes now, while the caches hold it.
      if (member.bare) member.state = {};
      return;
    }
    if (Mode::collects || settled()) return;
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
class [[nodiscard]] gather_awaiter final : public argument_join<gather_wait<Mode>, Awaitables...> {
  using base = argument_join<gather_wait<Mode>, Awaitables...>;
  using sources = typename base::sources;

 public:
  explicit gather_awaiter(Awaitables&&... awaited)
      : base(sources(std::forward<Awaitables>(awaited)...)) {}

  auto await_resume() {
    this->check_gather();
    return take(std::index_sequence_for<Awaitables...>());
  }

 private:
  template <std::size_t... I>
  auto take(std::index_sequence<I...> /*all*/) {
    return std::tuple<decltype(Mode::template take<std::tuple_element_t<I, sources>>(
        this->member_at(I)))...>(
        Mode::template take<std::tuple_element_t<I, sources>>(this->member_at(I))...);
  }
};

template <class Mode, class Range>
class [[nodiscard]] gather_range_awaiter final : public range_join<gather_wait<Mode>, Range> {
  using base = range_join<gather_wait<Mode>, Range>;
  using source = typename base::source;

 public:
  explicit gather_range_awaiter(Range&& range) : base(std::forward<Range>(range)) {}

  auto await_resume() {
    this->check_gather();
    std::vector<typename Mode::template type<typename source::result>> values;
    values.reserve(this->members().size());
    if constexpr (future_handle<gathered_t<Range>> && !source::lent) {
      if (has_duplicates(this->members())) throw_duplicates();
    }
    for (join_member& member : this->members())
      values.push_back(Mode::template take<source>(member));
    return values;
  }
};

}  // namespace rill::detail
