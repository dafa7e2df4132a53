// SPDX-License-Identifier: BSL-1.0
// A file, read or written at the position that it shares with others, by threads.
#pragma once

#include <cstdint>
#include <memory>

#include "net/blocking_pool.hpp"
#include "rill/core/scheduler.hpp"
#include "streams/stream_device.hpp"

namespace rill::detail {

class file_transfer;
class owned_descriptor;

/// Also on io_uring, which works on a position of its own while the kernel is at it, and puts that
/// back: what others write meanwhile would be overwritten.
///
/// Bytes pass through memory of the device, so that a read that is cancelled leaves them for the
/// next one. Invariants: 1. `transfer_` is set from the submission to the end of a call; one at a
/// time, and external work is counted meanwhile. 2. `waiting_` is the operation of the stream that
/// waits for it, or null for a read that was cancelled.
class blocking_device final : public stream_device,
                              private device_reactor,
                              private blocking_waiter {
 public:
  explicit blocking_device(owned_descriptor descriptor);
  ~blocking_device() override;

  stream_wiring wiring() noexcept override;
  bool end_writing() override { return true; }
  void close() noexcept override;

 private:
  bool start(io_op& wanted) noexcept override;
  io_cancel cancel(io_op& wanted) noexcept override;
  void call_ended() noexcept override;
  void begin(const io_op& wanted);
  void drop_transfer() noexcept;
  void end_write(io_op& wanted) noexcept;

  scheduler* owner_;  // counted
  // Closed when neither this nor a thread uses it.
  std::shared_ptr<const owned_descriptor> file_;
  job_ref<file_transfer> transfer_;
  job_ref<file_transfer> ended_;  // a read that has bytes, an end or an error to give
  io_op* waiting_ = nullptr;
};

}  // namespace rill::detail
