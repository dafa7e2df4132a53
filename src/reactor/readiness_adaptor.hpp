// SPDX-License-Identifier: BSL-1.0
// readiness_adaptor: the completion-shaped contract on top of kernels that tell readiness. Tries an
// operation, parks it when it would block, tries again when its handle is ready. epoll, kqueue
// and poll derive from it and write only registration and waiting.
#pragma once

#include <cstddef>
#include <cstdint>

#include "reactor/descriptor_table.hpp"
#include "reactor/loop_activity.hpp"
#include "rill/loop/reactor.hpp"

namespace rill::detail {

/// Parks and retries. A derived class calls ready() for what its kernel reports, inside wait().
///
/// Invariants: 1. An operation is parked only after a try that would have blocked, or behind one
/// that is parked. 2. `may_try` is false only while a report of the kernel is certain to follow, so
/// nothing waits for an edge that has passed. 3. Operations of one direction of a handle end in the
/// order started.
class readiness_adaptor : public reactor {
 public:
  bool supports(reactor_feature feature) const noexcept override;
  bool start(io_op& op) noexcept final;
  io_cancel cancel(io_op& op) noexcept final;
  void forget(native_handle handle) noexcept final;
  int add_watch(io_watch& watch) noexcept final;
  void remove_watch(io_watch& watch) noexcept final;
  void wait(std::int64_t timeout_ns) noexcept final;
  void wake() noexcept final;
  std::size_t pending() const noexcept final { return pending_; }

 protected:
  /// `exact_interest`: the kernel must know at any time what each handle waits for. Without it,
  /// interest_changed() is called for handles that have, or have just had, a watch.
  explicit readiness_adaptor(bool exact_interest) noexcept : exact_interest_(exact_interest) {}

  // -- what a kernel has to do -------------------------------------------------------------------
  /// Begins to look after a handle. Returns 0, EPERM for handles that are always ready, or another
  /// error. Reports that are due already must come.
  virtual int add_handle(descriptor& entry) noexcept = 0;
  /// What the entry waits for has changed: parked operations, or watches. Returns 0, or why a watch
  /// that has just come cannot be.
  virtual int interest_changed(descriptor& entry) noexcept = 0;
  /// The handle is about to be closed.
  virtual void drop_handle(descriptor& entry) noexcept = 0;
  /// Waits, and calls ready() for each report.
  virtual void wait_for_reports(std::int64_t timeout_ns) noexcept = 0;
  /// Ends the present or the next wait_for_reports(). Any thread, and signal handlers.
  virtual void wake_kernel() noexcept = 0;

  /// A report. `hung_up`: the peer has closed its half, or the connection is gone; then a short
  /// read does not mean that nothing is left to be told.
  void ready(descriptor& entry, bool readable, bool writable, bool hung_up) noexcept;

  /// For pollable(): a host waits for the kernel's handle, on which also the ends must show of
  /// which the kernel knows nothing.
  native_handle show_to_host(native_handle handle) const noexcept {
    hosted_ = true;
    return handle;
  }

  descriptor_table table_;

 private:
  bool register_handle(descriptor& entry, int& error) noexcept;
  void pump(descriptor& entry, descriptor_side& side) noexcept;
  void park(descriptor& entry, descriptor_side& side, io_op& op) noexcept;
  void unpark(descriptor_side& side, io_op& op) noexcept;
  void end_closed(descriptor_side& side) noexcept;
  void tell_closed() noexcept;

  int note_interest(descriptor& entry) noexcept {
    const bool tell = exact_interest_ || entry.level || entry.read.watch != nullptr ||
                      entry.write.watch != nullptr;
    return tell ? interest_changed(entry) : 0;
  }

  const bool exact_interest_;
  std::size_t pending_ = 0;
  io_op* closed_first_ = nullptr;  // ended by forget(), to be told in the next wait()
  io_op* closed_last_ = nullptr;
  loop_activity activity_;       // never asleep: that would cost each wait something
  mutable bool hosted_ = false;  // somebody waits for the handle of pollable()
};

}  // namespace rill::detail
