// SPDX-License-Identifier: BSL-1.0
//
// stream_writer::send_all(): sends out of the caller's memory.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "rill/core/errors.hpp"
#include "rill/loop/io_awaiter.hpp"
#include "rill/streams/stream_writer.hpp"
#include "streams/stream_core.hpp"

namespace rill {

namespace detail {

namespace {

using core_ref = state_ref<stream_core>;
using byte_span = std::span<const std::byte>;

// Below this, a copy is cheaper than a system call of its own.
constexpr std::size_t worth_sending = 4 * 1024;
// The system takes no more pieces in one call.
constexpr std::size_t most_pieces = 1024;

/// What is still to be sent.
class piece_list {
 public:
  template <class Piece>
  explicit piece_list(std::span<const Piece> pieces) {
    if (pieces.size() > 1) several_.reserve(pieces.size());
    for (const Piece& each : pieces) {
      const byte_span piece = std::as_bytes(std::span(each));
      if (piece.empty()) continue;
      ++count_;
      // A send reads only; the record serves both ways.
      const io_buffer record{const_cast<std::byte*>(piece.data()), piece.size()};
      if (pieces.size() > 1) {
        several_.push_back(record);
      } else {
        only_ = record;
      }
    }
  }

  bool empty() const noexcept { return first_ == count_; }
  std::size_t bytes() const noexcept {
    std::size_t sum = 0;
    for (const io_buffer& piece : left()) sum += piece.size;
    return sum;
  }
  std::span<const io_buffer> left() const noexcept {
    return std::span(several_.empty() ? &only_ : several_.data(), count_).subspan(first_);
  }
  void skip(std::size_t count) noexcept {
    while (count != 0) {
      io_buffer& piece = several_.empty() ? only_ : several_[first_];
      const std::size_t part = std::min(count, piece.size);
      piece.data = static_cast<std::byte*>(piece.data) + part;
      piece.size -= part;
      count -= part;
      if (piece.size == 0) ++first_;
    }
  }

 private:
  std::size_t count_ = 0;
  std::size_t first_ = 0;
  io_buffer only_{nullptr, 0};  // a single one needs no memory
  std::vector<io_buffer> several_;
};

/// Sends one piece, or the first of several as one message.
class [[nodiscard]] piece_awaiter final : public io_awaiter {
 public:
  piece_awaiter(stream_core& core, std::span<const io_buffer> pieces) : io_awaiter(core.io()) {
    const stream_wiring& wiring = core.wiring();
    handle = wiring.handle;
    if (wiring.io == nullptr && wiring.write_kind == io_kind::send && pieces.size() > 1) {
      kind = io_kind::send_message;
      message_.buffers = pieces.data();
      message_.buffer_count = std::min(pieces.size(), most_pieces);
      data = &message_;
    } else {
      kind = wiring.write_kind;
      data = pieces.front().data;
      size = pieces.front().size;
    }
  }
  std::int64_t await_resume() { return finish(); }
  const char* describe() const noexcept override { return "stream"; }

 private:
  io_message message_;
};

/// The turn of a send_all(). What is left when it goes, is queued.
class direct_turn {
 public:
  direct_turn(stream_core& core, const piece_list& pieces) noexcept
      : core_(core), pieces_(pieces) {}
  direct_turn(const direct_turn&) = delete;
  direct_turn& operator=(const direct_turn&) = delete;
  ~direct_turn() {
    std::vector<char> rest;
    if (core_.is_open()) {
      try {
        rest.reserve(pieces_.bytes());
        for (const io_buffer& piece : pieces_.left()) {
          const char* const from = static_cast<const char*>(piece.data);
          rest.insert(rest.end(), from, from + piece.size);
        }
      } catch (const std::bad_alloc&) {
        // A stream with a hole in it is worse than none.
        core_.abort();
      }
    }
    core_.end_direct(std::move(rest));
  }

 private:
  stream_core& core_;
  const piece_list& pieces_;
};

coro<> send_pieces(core_ref core, piece_list pieces) {
  core->check_no_file();
  if (pieces.bytes() < worth_sending || !core->begin_direct()) {
    for (const io_buffer& piece : pieces.left()) {
      core->write({static_cast<const char*>(piece.data), piece.size});
    }
    co_await drain_stream(std::move(core));
    co_return;
  }
  const direct_turn turn(*core, pieces);
  while (!pieces.empty()) {
    // Closed while this task waited for its turn: the handle may be another's by now.
    if (!core->is_open()) break;
    if (!core->has_loop()) throw_usage("rill: the event loop of this stream is closed");
    piece_awaiter sending(*core, pieces.left());
    const std::int64_t sent = co_await sending;
    if (sent < 0) {
      core->note_send_failure(sent);
      break;
    }
    pieces.skip(static_cast<std::size_t>(sent));
  }
  if (!pieces.empty()) core->check_writable();
}

}  // namespace

}  // namespace detail

coro<> stream_writer::send_all(std::span<const std::span<const std::byte>> pieces) {
  core();
  return detail::send_pieces(core_, detail::piece_list(pieces));
}

coro<> stream_writer::send_all(std::span<const std::string_view> pieces) {
  core();
  return detail::send_pieces(core_, detail::piece_list(pieces));
}

coro<> stream_writer::send_all(std::span<const std::byte> data) {
  return send_all(std::span(&data, 1));
}

coro<> stream_writer::send_all(std::string_view data) {
  return send_all(std::as_bytes(std::span(data)));
}

}  // namespace rill
