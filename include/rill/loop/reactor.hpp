// SPDX-License-Identifier: BSL-1.0
// The reactor contract: what the loop asks of the system. Implemented in src/reactor by epoll,
// io_uring, kqueue and poll, and by the simulated network of rill::testing; users may bring their
// own. docs/design/reactor-contract.md has the why.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "rill/base/native_handle.hpp"
#include "rill/loop/io_op.hpp"

namespace rill {

enum class io_direction : std::uint8_t { read, write };

// [io_watch]
/// A persistent, level-triggered watch on a handle: `fire` is called in every wait() during which
/// the handle is ready, until the watch is removed. What add_reader() and add_writer() stand on.
struct io_watch {
  io_watch() noexcept = default;
  io_watch(const io_watch&) = delete;
  io_watch& operator=(const io_watch&) = delete;

  void (*fire)(io_watch&) noexcept = nullptr;  // only queues work; may not add or remove watches
  native_handle handle = invalid_handle;
  io_direction direction = io_direction::read;

  // The reactor's own.
  std::uint8_t reactor_state = 0;
  std::uint32_t reactor_word = 0;
  io_watch* previous = nullptr;
  io_watch* next = nullptr;
};
// [/io_watch]

// [io_cancel]
/// What became of reactor::cancel().
enum class io_cancel : std::uint8_t {
  withdrawn,  ///< at once: the record is free, it never happened, complete() will not be called
  follows,    ///< complete() will be called, with io_cancelled or, if the cancel came too late, the
              ///< real result
};
// [/io_cancel]

// [reactor_feature]
/// What a reactor can do beyond the operations that all of them do.
enum class reactor_feature : std::uint8_t {
  readiness,     ///< watches, wait_readable and wait_writable
  native_files,  ///< reads and writes of regular files do not block the thread
  pollable,      ///< pollable() gives a handle
};
// [/reactor_feature]

// [reactor]
/// Performs operations and waits for their ends. Completion-shaped: an operation is started, and
/// its end is told.
///
/// **Thread rules**: everything but wake() is called by the loop's thread only. Handles are sockets
/// in non-blocking mode or, for read, write and watches, any handle that can be polled; with
/// native_files, reads and writes take regular files too.
/// **Order**: two operations of one direction on one handle proceed in the order started; a receive
/// and a send on one handle are independent. **Errors** of an operation are its result; only
/// constructors throw.
class reactor {
 public:
  virtual ~reactor() = default;
  reactor(const reactor&) = delete;
  reactor& operator=(const reactor&) = delete;

  /// "epoll", "io_uring", "poll", ...
  virtual std::string_view name() const noexcept = 0;
  virtual bool supports(reactor_feature feature) const noexcept = 0;

  /// Starts an operation. True: it has ended at once, `result` is set and complete() will not be
  /// called. False: it is pending; complete() is called inside a later wait().
  virtual bool start(io_op& op) noexcept = 0;

  /// Asks a pending operation to end. Idempotent. Buffers belong to the operation until it has
  /// ended.
  virtual io_cancel cancel(io_op& op) noexcept = 0;

  /// Must be called before a handle that was given to this reactor is closed, or taken elsewhere.
  /// Pending operations on it end with io_closed (in a later wait()); what was prepared for it
  /// (accepted connections, received bytes) is disposed of; its watches are gone. Afterwards the
  /// handle may be closed at once, whatever is still in flight.
  virtual void forget(native_handle handle) noexcept = 0;

  /// Adds a watch. Returns 0 or a system error code (a handle that cannot be polled; out of
  /// memory). At most one watch per handle and direction.
  virtual int add_watch(io_watch& watch) noexcept = 0;
  virtual void remove_watch(io_watch& watch) noexcept = 0;

  /// Submits what start() has prepared, waits until something happens, at most `timeout_ns` (0:
  /// only looks; negative: without limit), and tells all ends and all ready watches. May return
  /// early, with nothing to tell.
  virtual void wait(std::int64_t timeout_ns) noexcept = 0;

  /// Ends the present or the next wait(). Any thread; where there are signals, also their handlers.
  virtual void wake() noexcept = 0;

  /// How many operations and watches are in its hands: zero means that wait() can only be ended by
  /// wake().
  virtual std::size_t pending() const noexcept = 0;

  /// A handle that becomes readable when wait(0) would tell something, for embedding into another
  /// loop; or invalid_handle.
  virtual native_handle pollable() const noexcept { return invalid_handle; }
  // [/reactor]

 protected:
  reactor() = default;
};

// [reactor_info]
/// One line of the list of reactors: what was compiled in, and whether it works here.
struct reactor_info {
  std::string_view name;
  bool available;
  std::string reason;  ///< why it is not available; empty if it is
};
// [/reactor_info]

// [available_reactors]
/// The reactors compiled in, best first. Tries each one.
std::vector<reactor_info> available_reactors();
// [/available_reactors]

// [make_reactor]
/// Makes a reactor by name; "" or "auto" means: the one named by the environment variable
/// RILL_BACKEND, else the best one that works here, in silence. Throws std::invalid_argument for a
/// name that is unknown or not compiled in, with the list of names, and std::system_error when the
/// named one does not work here.
std::unique_ptr<reactor> make_reactor(std::string_view name = {});
// [/make_reactor]

}  // namespace rill
