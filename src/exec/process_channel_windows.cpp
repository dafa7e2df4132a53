// SPDX-License-Identifier: BSL-1.0
//
// The channel is a pipe of both directions, for overlapped operations, so that a wait for it can be
// one for the other process' end as well. Such a pipe has no half that ends alone, and carries no
// handles: bytes go in frames, behind the handles, which were duplicated into the other process.
#include <windows.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <iterator>
#include <optional>
#include <utility>

#include "base/file_calls_windows.hpp"
#include "base/system_calls.hpp"
#include "base/windows_errors.hpp"
#include "base/windows_handles.hpp"
#include "exec/process_channel.hpp"
#include "rill/base/error.hpp"

namespace rill::detail {

namespace {

constexpr std::size_t most_handles = 16;
constexpr std::size_t most_at_once = 256 * 1024;

/// So many bytes follow, behind so many handles, each a native_handle of the receiver's.
struct frame_head {
  std::uint32_t bytes;
  std::uint32_t handles;
};
/// Instead of a number of bytes: no frame follows.
constexpr std::uint32_t farewell = UINT32_MAX;

[[noreturn]] void fail(DWORD code) {
  if (code == ERROR_BROKEN_PIPE || code == ERROR_NO_DATA || code == ERROR_PIPE_NOT_CONNECTED) {
    throw wire_closed();
  }
  throw_system_error(errno_of(code), "rill: the channel to a process of a pool");
}

bool has_ended(native_handle process) noexcept {
  return process != invalid_handle && ::WaitForSingleObject(handle_of(process), 0) == WAIT_OBJECT_0;
}

/// Milliseconds for one wait; nothing when the time is over.
std::optional<DWORD> time_left(process_channel::clock::time_point deadline) noexcept {
  if (deadline == process_channel::clock::time_point::max()) return INFINITE;
  const auto left =
      std::chrono::ceil<std::chrono::milliseconds>(deadline - process_channel::clock::now());
  if (left.count() <= 0) return std::nullopt;
  return static_cast<DWORD>(std::min<std::int64_t>(left.count(), 60'000));
}

/// A handle of this process for the other one; of this one itself where none is known.
native_handle give(native_handle handle, native_handle process) {
  const HANDLE self = ::GetCurrentProcess();
  const HANDLE to = process == invalid_handle ? self : handle_of(process);
  HANDLE made = nullptr;
  if (::DuplicateHandle(self, handle_of(handle), to, &made, 0, FALSE, DUPLICATE_SAME_ACCESS) !=
      FALSE) {
    return number_of(made);
  }
  const DWORD code = ::GetLastError();
  if (has_ended(process)) throw wire_closed();
  throw_system_error(errno_of(code), "rill: giving a handle to a process of a pool");
}

void append(std::vector<std::byte>& to, const void* data, std::size_t size) {
  const auto* const from = static_cast<const std::byte*>(data);
  to.insert(to.end(), from, from + size);
}

}  // namespace

process_channel& process_channel::operator=(process_channel&& other) noexcept {
  if (this == &other) return *this;
  close();
  socket_ = std::exchange(other.socket_, invalid_handle);
  ended_ = std::exchange(other.ended_, invalid_handle);
  event_ = std::exchange(other.event_, invalid_handle);
  frame_left_ = std::exchange(other.frame_left_, 0);
  deadline_ = other.deadline_;
  return *this;
}

// What the process sent before it ended is still to be read: then the call has ended by itself.
std::size_t process_channel::move(wanted what, std::byte* data, std::size_t size) {
  if (event_ == invalid_handle) {
    const HANDLE made = ::CreateEventW(nullptr, TRUE, FALSE, nullptr);
    if (made == nullptr) fail(::GetLastError());
    event_ = number_of(made);
  }
  OVERLAPPED record{};
  record.hEvent = handle_of(event_);
  const HANDLE pipe = handle_of(socket_);
  const auto most = static_cast<DWORD>(std::min(size, most_at_once));
  const BOOL begun = what == wanted::reading ? ::ReadFile(pipe, data, most, nullptr, &record)
                                             : ::WriteFile(pipe, data, most, nullptr, &record);
  if (begun == FALSE) {
    const DWORD code = ::GetLastError();
    if (code != ERROR_IO_PENDING) fail(code);
  }
  const std::array<HANDLE, 2> watched{record.hEvent, handle_of(ended_)};
  const DWORD count = ended_ == invalid_handle ? 1 : 2;
  bool late = false;
  while (true) {
    const std::optional<DWORD> left = time_left(deadline_);
    const DWORD seen = ::WaitForMultipleObjects(count, watched.data(), FALSE, left.value_or(0));
    if (seen == WAIT_TIMEOUT && left) continue;
    late = seen == WAIT_TIMEOUT;
    if (seen != WAIT_OBJECT_0) ::CancelIoEx(pipe, &record);
    break;
  }
  DWORD moved = 0;
  if (::GetOverlappedResult(pipe, &record, &moved, TRUE) != FALSE) return moved;
  const DWORD code = ::GetLastError();
  if (late) throw wire_late();
  if (code == ERROR_OPERATION_ABORTED) throw wire_closed();
  fail(code);
}

void process_channel::write_whole(std::span<const std::byte> bytes) {
  while (!bytes.empty()) {
    // What is written is not changed.
    auto* const data = const_cast<std::byte*>(bytes.data());
    bytes = bytes.subspan(move(wanted::writing, data, bytes.size()));
  }
}

void process_channel::read_whole(std::span<std::byte> room) {
  while (!room.empty()) room = room.subspan(move(wanted::reading, room.data(), room.size()));
}

void process_channel::send(std::span<const std::byte> head, std::span<const std::byte> body,
                           std::span<const native_handle> handles) {
  const frame_head frame{static_cast<std::uint32_t>(head.size() + body.size()),
                         static_cast<std::uint32_t>(handles.size())};
  std::vector<std::byte> first;
  first.reserve(sizeof frame + handles.size_bytes() + head.size());
  append(first, &frame, sizeof frame);
  for (const native_handle handle : handles) {
    const native_handle there = give(handle, ended_);
    append(first, &there, sizeof there);
  }
  append(first, head.data(), head.size());
  write_whole(first);
  write_whole(body);
}

std::size_t process_channel::receive(std::span<std::byte> room,
                                     std::vector<native_handle>& handles) {
  while (frame_left_ == 0) {
    frame_head frame{};
    read_whole(std::as_writable_bytes(std::span(&frame, 1)));
    if (frame.bytes == farewell) throw wire_closed();
    if (frame.handles > most_handles) {
      throw_system_error(EPROTO, "rill: the channel to a process of a pool");
    }
    for (std::uint32_t i = 0; i < frame.handles; ++i) {
      native_handle handle = invalid_handle;
      read_whole(std::as_writable_bytes(std::span(&handle, 1)));
      handles.push_back(handle);
    }
    frame_left_ = frame.bytes;
  }
  const std::size_t got = move(wanted::reading, room.data(), std::min(room.size(), frame_left_));
  frame_left_ -= got;
  return got;
}

// If there is no room for it the other side is not waiting for it either.
void process_channel::finish() noexcept {
  if (!is_open()) return;
  const clock::time_point before = std::exchange(deadline_, clock::time_point());
  try {
    const frame_head frame{farewell, 0};
    write_whole(std::as_bytes(std::span(&frame, 1)));
  } catch (...) {
    // It has gone, or will be ended.
  }
  deadline_ = before;
}

void process_channel::close() noexcept {
  close_handle(std::exchange(socket_, invalid_handle));
  close_handle(std::exchange(event_, invalid_handle));
  ended_ = invalid_handle;
}

channel_pair make_channel_pair() {
  HANDLE ends[2];
  const DWORD code = windows::connect_pipe(ends, true);
  if (code != NO_ERROR) {
    throw_system_error(errno_of(code), "rill: connecting with a process of a pool");
  }
  channel_pair pair;
  pair.own = number_of(ends[0]);
  pair.other = number_of(ends[1]);
  return pair;
}

void close_handle(native_handle handle) noexcept {
  if (handle != invalid_handle) ::CloseHandle(handle_of(handle));
}

}  // namespace rill::detail
