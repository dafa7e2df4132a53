// SPDX-License-Identifier: BSL-1.0
// The awaiter of wait().
#pragma once

#include <cstddef>
#include <cstdint>
#include <iterator>
#include <ranges>
#include <utility>

#include "rill/combinators/detail/join_wait.hpp"
#include "rill/core/detail/fixed_array.hpp"
#include "rill/loop/detail/loop_services.hpp"

namespace rill {
enum class return_when : std::uint8_t;
}

namespace rill::detail {

/// The part that does not depend on the type of the handles.
class wait_join : public join_wait, private timer_node {
 public:
  const char* describe() const noexcept override { return "wait"; }

 protected:
  wait_join(return_when until, std::int64_t timeout) noexcept
      : timer_node(&on_due), timeout_(timeout), until_(until) {}
  ~wait_join() = default;

  void on_member_end(join_member& member) noexcept override;
  bool cancels_handles() const noexcept override { return false; }
  void on_parked() override;
  void end_wait() noexcept;

 private:
  static void on_due(timer_node& timer) noexcept;

  std::int64_t timeout_;
  return_when until_;
};

template <class Sets, class Handle, class Options>
class [[nodiscard]] wait_awaiter final : public wait_join {
  struct handle_member : join_member {
    explicit handle_member(const Handle& given) : handle(given) {}
    Handle handle;
  };

 public:
  template <class Range>
  wait_awaiter(Range& handles, const Options& options)
      : wait_join(options.until, options.timeout.count()),
        members_(static_cast<std::size_t>(std::ranges::distance(handles))) {
    for (const Handle& handle : handles) add_member(members_.emplace_back(handle));
  }
  ~wait_awaiter() { end_wait(); }

  Sets await_resume() {
    end_wait();
    check_join();
    Sets sets;
    std::size_t done = 0;
    for (const handle_member& member : members_) {
      if (member.handle.done()) ++done;
    }
    sets.done.reserve(done);
    sets.pending.reserve(members_.size() - done);
    for (handle_member& member : members_) {
      (member.handle.done() ? sets.done : sets.pending).push_back(std::move(member.handle));
    }
    return sets;
  }

 private:
  void start_member(scheduler& owner, join_member& member) override {
    const state_ref<future_state>& state =
        checked(future_access::state(static_cast<handle_member&>(member).handle));
    check_same_loop(owner, *state);
    member.state = state;
  }

  fixed_array<handle_member> members_;
};

}  // namespace rill::detail
