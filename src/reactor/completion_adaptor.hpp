// SPDX-License-Identifier: BSL-1.0
// completion_adaptor: the contract, as far as it is the same for all kernels that complete
// operations: which of a handle's operations the kernel has, cancelling, forgetting, ends, and the
// sleep that wake() ends. io_uring and IOCP derive from it and write how an operation is given to
// the kernel, and what its answer says.
#pragma once

#include <cerrno>
#include <cstddef>
#include <cstdint>

#include "reactor/direction.hpp"
#include "reactor/loop_activity.hpp"
#include "reactor/record_list.hpp"
#include "rill/base/config.hpp"
#include "rill/loop/io_op.hpp"
#include "rill/loop/reactor.hpp"

namespace rill::detail {

/// The operations of one handle. Only the first of a direction is with the kernel, those behind it
/// wait for it. That keeps their order: the kernel may finish two receives of one socket in any.
struct handle_operations {
  record_list<io_op>& lane(io_direction direction) noexcept {
    return operations[static_cast<std::size_t>(direction)];
  }

  record_list<io_op> operations[2];  // by direction
  handle_operations* next_listed = nullptr;
  bool listed = false;  // in the reactor's list of those that have something to issue
};

/// `Reactor` derives from this; `Table` is a handle_table whose entries are handle_operations.
///
/// Invariants: 1. An operation that was started and not told is in exactly one list: that of its
/// handle and direction, `forgotten_`, or `ended_`. 2. Only the first of a handle and direction may
/// be issued. If it is not, the handle is listed, or what the derived class keeps armed ends it.
/// 3. An issued operation is not told before the kernel's answer to it is there, whatever a cancel
/// said; what the kernel has of it stays until then.
template <class Reactor, class Table>
class completion_adaptor : public reactor {
 public:
  using handle_entry = typename Table::entry;

  bool start(io_op& op) noexcept final {
    handle_entry* const handle = handles_.get(op.handle);
    if (handle == nullptr) [[unlikely]] {
      op.result = op.handle < 0 ? -EBADF : -ENOMEM;
      return true;
    }
    op.reactor_state = 0;
    record_list<io_op>& lane = handle->lane(direction_of(op.kind));
    const bool first = lane.empty();
    if (first && self().try_now(*handle, op)) return true;
    lane.push_back(op);
    ++pending_;
    if (!first || self().issue(*handle, op)) return false;
    lane.remove(op);
    --pending_;
    return true;
  }

  io_cancel cancel(io_op& op) noexcept final {
    constexpr unsigned on_its_way = state_ended | state_forgotten | state_asked;
    if ((op.reactor_state & on_its_way) != 0) return io_cancel::follows;
    if ((op.reactor_state & state_issued) != 0 && !self().take_out(op)) {
      self().ask_back(op);
      return io_cancel::follows;
    }
    handle_entry& handle = *handles_.find(op.handle);
    record_list<io_op>& lane = handle.lane(direction_of(op.kind));
    const bool first = lane.first() == &op;
    lane.remove(op);
    --pending_;
    if (first && !lane.empty()) {
      list(handle);
      self().show();
    }
    return io_cancel::withdrawn;
  }

  std::size_t pending() const noexcept final { return pending_; }

 protected:
  /// Bits of io_op::reactor_state; those from 16 on are the derived class's.
  enum state : std::uint8_t {
    state_issued = 1,     // the kernel has it, or will have it with the next submission
    state_asked = 2,      // the kernel was asked to give it up
    state_forgotten = 4,  // its handle was forgotten while the kernel had it
    state_ended = 8,      // only to be told
  };
  // -- what a kernel has to do: members of `Reactor` of these names, found when it is compiled ----
  // bool try_now(handle_entry&, io_op&)  Tries at once. True: it has ended, `result` is set.
  // bool issue(handle_entry&, io_op&)    Gives it to the kernel. False: it has ended, as above.
  // bool take_out(io_op&)                Takes back an issued one that the kernel has not seen.
  // void ask_back(io_op&)                Sets state_asked, asks for it; an answer comes anyway.
  // void show()                          The next wait() has something to do of which the kernel
  //                                      knows nothing: shows that on pollable().
  /// What else a listed handle is to do.
  void settle(handle_entry& /*handle*/) noexcept {}

  void list(handle_operations& handle) noexcept {
    if (handle.listed) return;
    handle.listed = true;
    handle.next_listed = listed_;
    listed_ = &handle;
  }
  RILL_NOINLINE void issue_listed() noexcept {  // keeps what is rare out of wait()
    while (listed_ != nullptr) {
      auto& handle = static_cast<handle_entry&>(*listed_);
      listed_ = handle.next_listed;
      handle.listed = false;
      for (record_list<io_op>& lane : handle.operations) {
        io_op* const op = lane.first();
        if (op == nullptr || (op->reactor_state & state_issued) != 0) continue;
        if (self().try_now(handle, *op) || !self().issue(handle, *op)) {
          end_first(handle, *op, op->result);
        }
      }
      self().settle(handle);
    }
  }

  void end(io_op& op, std::int64_t result) noexcept {
    op.result = result;
    op.reactor_state = state_ended;
    ended_.push_back(op);
  }
  /// Ends the first of its handle and direction.
  void end_first(handle_operations& handle, io_op& op, std::int64_t result) noexcept {
    record_list<io_op>& lane = handle.lane(direction_of(op.kind));
    lane.remove(op);
    end(op, result);
    if (!lane.empty()) list(handle);
  }
  /// Has the operations of a handle end with io_closed. Returns whether the kernel has one of them.
  bool forget_operations(handle_entry& handle) noexcept {
    bool held = false;
    for (record_list<io_op>& lane : handle.operations) {
      while (io_op* const op = lane.pop_front()) {
        if ((op->reactor_state & state_issued) == 0 || self().take_out(*op)) {
          end(*op, io_closed);
          continue;
        }
        held = true;
        op->reactor_state |= state_forgotten;
        forgotten_.push_back(*op);
        if ((op->reactor_state & state_asked) == 0) self().ask_back(*op);
      }
    }
    return held;
  }
  /// An issued operation's answer is there: its handle. Null: that was forgotten; it has ended.
  handle_entry* take_answered(io_op& op) noexcept {
    op.reactor_state &= static_cast<std::uint8_t>(~state_issued);
    if ((op.reactor_state & state_forgotten) == 0) return handles_.find(op.handle);
    forgotten_.remove(op);
    end(op, io_closed);
    return nullptr;
  }
  /// Returns how many there were.
  std::size_t tell_ends() noexcept {
    std::size_t ends = 0;
    while (io_op* const op = ended_.pop_front()) {
      --pending_;
      ++ends;
      op->reactor_state = 0;
      op->complete(*op);
    }
    return ends;
  }

  /// How long a wait may last: not at all with something to tell, or when wake() was called.
  std::int64_t fall_asleep(std::int64_t timeout_ns) noexcept {
    if (timeout_ns == 0 || !ended_.empty()) return 0;
    return activity_.fall_asleep() ? timeout_ns : 0;
  }

  Table handles_;
  handle_operations* listed_ = nullptr;  // have something to issue
  record_list<io_op> forgotten_;         // state_forgotten
  record_list<io_op> ended_;             // state_ended
  std::size_t pending_ = 0;
  std::size_t in_kernel_ = 0;  // what is still to be answered
  loop_activity activity_;

 private:
  Reactor& self() noexcept { return static_cast<Reactor&>(*this); }
};

}  // namespace rill::detail
