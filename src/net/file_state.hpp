// SPDX-License-Identifier: BSL-1.0
// file_state: what a file and the operations on it share, and the one way to read and write.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "net/blocking_pool.hpp"
#include "rill/base/native_handle.hpp"
#include "rill/core/coro.hpp"
#include "rill/core/detail/future_state.hpp"
#include "rill/loop/io_op.hpp"
#include "rill/loop/reactor.hpp"
#include "rill/net/detail/loop_handle.hpp"
#include "rill/net/file.hpp"
#include "rill/sync/event.hpp"
#include "rill/sync/lock.hpp"

namespace rill::detail {

/// The threads that all files share.
blocking_pool& file_pool();

/// A descriptor that is closed when it goes, in whatever thread.
class owned_descriptor {
 public:
  explicit owned_descriptor(native_handle handle) noexcept : handle_(handle) {}
  owned_descriptor(owned_descriptor&& other) noexcept : handle_(other.give()) {}
  owned_descriptor& operator=(owned_descriptor&&) = delete;
  ~owned_descriptor() { close(); }

  native_handle get() const noexcept { return handle_; }
  native_handle give() noexcept;
  /// Returns 0 or an error code. Nothing is to be done about an error: the descriptor is gone.
  int close() noexcept;

 private:
  native_handle handle_;
};

/// What a file was opened for.
struct file_rights {
  bool read = false;
  bool write = false;
  bool append = false;
};

/// Counted by state_ref, on its loop's thread.
///
/// Invariants: 1. `under_way` counts the operations that have begun and not ended, also those that
/// wait for their turn; `idle` is set exactly when it is zero. 2. The handle is closed by nobody
/// while it is above zero. 3. `ahead` holds bytes of the file from `ahead_at` on, or nothing.
class file_state {
 public:
  file_state(native_handle handle, file_rights opened_for, std::string name);
  file_state(const file_state&) = delete;
  file_state& operator=(const file_state&) = delete;

  void add_reference() noexcept { ++references_; }
  void release() noexcept {
    if (--references_ == 0) delete this;
  }

  /// Throws unless this thread runs the loop of the file. Requires: there is a handle.
  reactor& io() const;
  /// Throws if it was closed.
  void check_open() const;
  [[noreturn]] void throw_error(int code, const char* doing) const;
  /// Takes the descriptor out, for good.
  owned_descriptor take_out() noexcept;
  void forget_ahead() noexcept {
    ahead.clear();
    ++changes;
  }
  void move_to(std::uint64_t place) noexcept {
    position = place;
    forget_ahead();
  }

  const file_rights rights;
  loop_handle handle;
  bool closing = false;
  std::size_t under_way = 0;
  event idle{true};
  lock turn;  // of operations at the position
  std::uint64_t position = 0;
  std::string ahead;
  std::uint64_t ahead_at = 0;
  std::uint64_t changes = 0;  // how often that was forgotten

 private:
  ~file_state() = default;

  std::size_t references_ = 0;
  const std::string name_;
};

using file_ref = state_ref<file_state>;

struct file_access {
  static const file_ref& state(const file& owner) { return owner.state(); }
  static file make(native_handle handle, file_rights opened_for, std::string name);
};

/// An operation on a file, from its beginning to its end.
class file_use {
 public:
  explicit file_use(file_state& used);
  file_use(const file_use&) = delete;
  file_use& operator=(const file_use&) = delete;
  ~file_use();

 private:
  file_state& used_;
};

/// One read or write: of io_kind::read_at, write_at, or write, which is for appending.
struct file_part {
  io_kind kind;
  void* memory;
  std::size_t size;
  std::uint64_t offset;
};

/// Reads or writes some of it: natively, or in a thread. Requires: a file_use of the caller.
coro<std::size_t> move_part(file_ref from, file_part part);

/// A place in a file, from what a program has given.
std::uint64_t checked_offset(std::int64_t offset);

}  // namespace rill::detail
