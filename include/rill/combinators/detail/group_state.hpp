// SPDX-License-Identifier: BSL-1.0
// What a task_group refers to: its members, the errors, and who waits for the end.
#pragma once

#include <cstddef>
#include <exception>
#include <memory>
#include <string_view>
#include <vector>

#include "rill/base/detail/intrusive_list.hpp"
#include "rill/base/detail/shared_text.hpp"
#include "rill/core/cancel_scope.hpp"
#include "rill/core/detail/frame_pool.hpp"
#include "rill/core/detail/future_state.hpp"

namespace rill::detail {

class group_state;
class group_wait;

/// A member of a group, alive or failed.
struct group_member final : future_waiter, list_node, from_pool {
  explicit group_member(group_state& owner) noexcept : future_waiter(&on_done), group(&owner) {}
  static void on_done(future_waiter& waiter, future_state& state) noexcept;

  group_state* group;
  state_ref<future_state> state;
};

/// What refers to a group, and learns of its end.
class group_link : private list_node {
 protected:
  group_link() noexcept = default;
  explicit group_link(group_state& group) noexcept { attach(&group); }
  group_link(const group_link& other) noexcept : list_node() { attach(other.group_); }
  group_link& operator=(const group_link& other) noexcept {
    if (this == &other) return *this;
    detach();
    attach(other.group_);
    return *this;
  }
  ~group_link() { detach(); }

  /// Null when there is none, or it is over.
  group_state* group() const noexcept { return group_; }
  /// The group; throws usage_error when there is none, or it is over.
  group_state& state() const;

 private:
  friend class group_state;
  template <class T, class Node>
  friend class intrusive_list;

  void attach(group_state* group) noexcept;
  void detach() noexcept;

  group_state* group_ = nullptr;
};

/// Lives in the frame of with_task_group().
class group_state {
 public:
  using member_ref = std::unique_ptr<group_member>;

  explicit group_state(bool always_wrap) noexcept : always_wrap_(always_wrap) {}
  group_state(const group_state&) = delete;
  group_state& operator=(const group_state&) = delete;
  ~group_state();

  /// Throws usage_error if no member can be added.
  member_ref prepare();
  void adopt(member_ref member, const state_ref<future_state>& state) noexcept;
  void cancel(std::string_view reason);
  std::size_t live() const noexcept { return live_; }

  /// The body has ended. An error or a cancellation of it stops the members.
  void end_body(std::exception_ptr error, bool interrupted) noexcept;
  /// Throws what with_task_group() throws, if anything. Requires: no member lives.
  void conclude();

 private:
  friend struct group_member;
  friend class group_link;
  friend class group_wait;

  void on_member_end(group_member& member) noexcept;
  void stop_members(const shared_text& reason) noexcept;
  void abort() noexcept;
  std::vector<std::exception_ptr> take_errors();
  static void drop(intrusive_list<group_member>& list) noexcept;

  cancel_scope scope_;
  intrusive_list<group_member> members_;  // that live
  intrusive_list<group_member> failed_;   // in the order of failing
  intrusive_list<group_link> links_;
  group_wait* waiting_ = nullptr;
  std::exception_ptr body_error_;
  std::exception_ptr interruption_;
  std::size_t live_ = 0;
  bool always_wrap_;
  bool body_runs_ = true;
  bool interrupted_ = false;  // a cancellation from outside has met the wait for the members
  bool stopping_ = false;
  bool over_ = false;
};

}  // namespace rill::detail
