// SPDX-License-Identifier: BSL-1.0
// What the kernel is given of an operation, and the place where it leaves the answer. For
// iocp_reactor.
#pragma once

#include <sys/socket.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "rill/base/native_handle.hpp"
#include "rill/loop/io_op.hpp"

namespace rill::detail {

/// One operation in the kernel. Its memory is the kernel's from the call to the completion, longer
/// than the handle may live; that is why it does not lie with the handle.
struct iocp_request {
  OVERLAPPED overlapped;  // first: a completion names its address
  io_op* op;              // null: it is free
  native_handle handle;   // whose it is
  std::uint32_t number;   // in the pool; io_op::reactor_word
  std::uint32_t next;     // of those that are free
  DWORD flags;            // of a receive, in and out
  int address_size;       // of a receive with its sender
  SOCKET accepted;        // what a connection is accepted into
  // Two addresses of an accept: each takes 16 bytes more than the longest.
  static constexpr DWORD address_room = sizeof(sockaddr_storage) + 16;
  std::byte addresses[2 * address_room];

  static iocp_request& of(OVERLAPPED& record) noexcept {
    return reinterpret_cast<iocp_request&>(record);
  }
};

/// Requests that are used again and again; memory is kept to the end.
class iocp_requests {
 public:
  /// Null if there is no memory.
  iocp_request* take() noexcept {
    if (free_ == none && !grow()) return nullptr;
    iocp_request& taken = at(free_);
    free_ = taken.next;
    return &taken;
  }
  void give_back(iocp_request& request) noexcept {
    request.op = nullptr;
    request.next = free_;
    free_ = request.number;
  }
  iocp_request& at(std::uint32_t number) noexcept {
    return chunks_[number / chunk_size][number % chunk_size];
  }
  template <class Visit>
  void for_each_in_use(Visit visit) noexcept {
    for (auto& chunk : chunks_) {
      for (std::uint32_t i = 0; i < chunk_size; ++i) {
        if (chunk[i].op != nullptr) visit(chunk[i]);
      }
    }
  }

 private:
  static constexpr std::uint32_t chunk_size = 64;
  static constexpr std::uint32_t none = UINT32_MAX;

  bool grow() noexcept;

  std::vector<std::unique_ptr<iocp_request[]>> chunks_;
  std::uint32_t free_ = none;
};

}  // namespace rill::detail
