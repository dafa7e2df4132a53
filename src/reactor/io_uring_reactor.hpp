// SPDX-License-Identifier: BSL-1.0
//
// The io_uring reactor: every operation is an entry of the submission queue, all entries of a turn
// are submitted by the call that waits for completions.
//
// Where the choice was open, measurement decided (kernel 6.18, 64-byte echo, bare servers, CPU time
// per message, server and client on one processor, medians of 5 interleaved runs, noise 1 %):
//
//                                                              64 connections   1,000 connections
//   multishot receive into provided buffers                          1,300 ns            1,880 ns
//   one-shot receive, polled first                                   1,385 ns            2,010 ns
//   epoll                                                            1,380 ns            2,000 ns
//
// So a receive that may read ahead (io_read_ahead: streams, and sockets that allow it) is served
// from a multishot receive, which takes more from the socket than was asked for. Others are
// one-shot, straight into the caller's buffer: what is taken ahead is lost when the descriptor goes
// to somebody else. So are those that move much at a time, as copying costs more than arming.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "reactor/completion_adaptor.hpp"
#include "reactor/io_uring_handles.hpp"
#include "reactor/io_uring_operations.hpp"
#include "reactor/io_uring_ring.hpp"
#include "rill/loop/reactor.hpp"

namespace rill::detail {

/// Invariant, beside those of the adaptor: the kernel's answer to an issued operation carries the
/// record's address. The record is not told before that answer is there, so that the address cannot
/// mean another operation; a cancel is queued before the answer is seen, hence taken before an
/// operation that comes to lie at the same address. All else that the kernel answers to carries a
/// descriptor and the generation in which it was armed, and is stale if that generation is not the
/// present one.
class io_uring_reactor final : public completion_adaptor<io_uring_reactor, io_uring_handles> {
 public:
  explicit io_uring_reactor(io_uring_rung first = io_uring_rung::deferred);
  /// Takes back what the kernel holds and waits for that: no buffer is written to afterwards.
  /// Touches no operation.
  ~io_uring_reactor() override;

  /// True where it beats epoll: receives can stay armed.
  bool is_fast() const noexcept { return ring_.has_multishot_receive(); }

  std::string_view name() const noexcept override { return "io_uring"; }
  bool supports(reactor_feature feature) const noexcept override;
  void forget(native_handle handle) noexcept override;
  int add_watch(io_watch& watch) noexcept override;
  void remove_watch(io_watch& watch) noexcept override;
  void wait(std::int64_t timeout_ns) noexcept override;
  void wake() noexcept override;
  native_handle pollable() const noexcept override;

 private:
  friend completion_adaptor;

  /// The low three bits of user data; records are aligned to eight.
  enum tag : std::uint8_t {
    tag_operation = 0,
    tag_read_watch = 1,
    tag_write_watch = 2,
    tag_accept = 3,
    tag_wake = 4,
    tag_receive = 6,
    tag_unheeded = 5,  // the answer says nothing that matters
  };
  /// Bits of io_op::reactor_state beside the adaptor's.
  enum own_state : std::uint8_t {
    state_polling = 16,  // issued as a poll, after which it is performed or issued anew
    state_blocked = 32,  // a direct call would have blocked
  };
  /// io_watch::reactor_state.
  enum watch_state : std::uint8_t {
    watch_armed = 0,
    watch_listed = 1,  // to be armed
    watch_ready = 2,   // to be fired, and then armed
  };

  // io_uring_reactor.cpp: operations
  bool try_now(io_uring_handle& handle, io_op& op) noexcept;
  bool issue(io_uring_handle& handle, io_op& op) noexcept;
  bool is_polled(io_kind kind) const noexcept {
    return uring::is_polled(kind) || (kind == io_kind::accept && !ring_.has_multishot_accept());
  }
  static bool writes_by_call(io_uring_handle& handle) noexcept;
  bool take_out(io_op& op) noexcept;
  void ask_back(io_op& op) noexcept;
  void settle(io_uring_handle& handle) noexcept;
  void show() const noexcept { ring_bell(); }
  /// Whether receives into the reactor's buffers pay for this handle: what one by itself has
  /// brought.
  static void note_size(io_uring_handle& handle, std::int64_t received) noexcept {
    io_uring_receiver& receiver = handle.receiver;
    if (received >= static_cast<std::int64_t>(io_uring_buffers::size)) {
      receiver.one_shots = io_uring_receiver::expect_much;
    } else if (received > 0 && receiver.one_shots != 0) {
      --receiver.one_shots;
    }
  }

  // io_uring_completions.cpp: what the kernel answers
  void take(const io_uring_cqe& answer) noexcept;
  void take_operation(io_op& op, std::int64_t result, unsigned flags) noexcept;
  void take_polled(io_uring_handle& handle, io_op& op, std::int64_t result) noexcept;
  void tell() noexcept;
  void arm_waker() noexcept;
  void ring_bell() const noexcept;
  void silence_bell() noexcept;
  void move_here() noexcept;
  bool only_wake_ends_it() const noexcept;
  int enter(std::int64_t timeout_ns) noexcept;
  io_uring_sqe* entry() noexcept;
  io_uring_sqe& needed_entry() noexcept;
  std::uint32_t next_generation() noexcept;
  void cancel_by_data(std::uint64_t user_data) noexcept;

  // io_uring_listener.cpp: accepts and watches, which stay armed
  bool arm_accept(io_uring_handle& handle) noexcept;
  void take_accept(io_uring_handle& handle, std::uint32_t generation, std::int64_t result,
                   unsigned flags) noexcept;
  void keep_accepted(io_uring_handle& handle, int accepted) noexcept;
  void stop_accept_if_wanted(io_uring_handle& handle) noexcept;
  bool disarm(io_uring_handle& handle) noexcept;
  void drop_watch(io_uring_handle& handle, io_watch& watch) noexcept;
  void arm_watches() noexcept;
  void take_watch(io_uring_handle& handle, io_direction direction, std::uint32_t generation,
                  std::int64_t result) noexcept;

  // io_uring_receiver.cpp: receives that stay armed
  bool may_receive_ahead(io_uring_handle& handle, const io_op& op) noexcept;
  bool arm_receive(io_uring_handle& handle) noexcept;
  void take_receive(io_uring_handle& handle, std::uint32_t generation, std::int32_t result,
                    unsigned flags) noexcept;
  static void note_end_of_receive(io_uring_receiver& receiver, std::int32_t result) noexcept;
  void stop_receive_if_wanted(io_uring_handle& handle) noexcept;

  /// For what stays armed.
  static std::uint64_t user_data(tag kind, const io_uring_handle& handle,
                                 std::uint32_t generation) noexcept {
    return std::uint64_t{generation} << 32 | static_cast<std::uint64_t>(handle.number) << 3 | kind;
  }

  io_uring_buffers buffers_;  // outlives the ring
  mutable io_uring_ring ring_;
  record_list<io_watch> watches_;  // not armed
  std::uint32_t generation_ = 0;
  bool direct_sends_ = true;  // little is going on: a send of its own is cheaper than an entry
  bool waker_armed_ = false;
  bool closing_ = false;  // answers are only counted
  int waker_ = -1;        // eventfd; polled edge-triggered, so that nobody reads it
  // The eventfd of pollable(), -1 before that. Made there, by the loop's thread; read by wake().
  mutable std::atomic<int> bell_{-1};
};

}  // namespace rill::detail
