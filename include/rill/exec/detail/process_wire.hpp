// SPDX-License-Identifier: BSL-1.0
// Messages between a pool and its workers, as streams: neither side ever holds a whole message.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <deque>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "rill/base/native_handle.hpp"

namespace rill::detail {

class process_channel;

/// Thrown when the other side has gone.
class wire_closed final {};
/// Thrown when the time for an answer has passed.
class wire_late final {};
/// Thrown when the other side takes back the message that is being read.
class wire_taken_back final {};

/// A message is a row of chunks. A chunk is a word (its length in the low 30 bits, then the marks)
/// and so many bytes.
struct wire_mark {
  static constexpr std::uint32_t length = (1U << 30) - 1;
  static constexpr std::uint32_t taken_back = 1U << 30;
  static constexpr std::uint32_t last = 1U << 31;
};

/// Writes one message after the other. Throws wire_closed.
class wire_writer {
 public:
  explicit wire_writer(process_channel& channel);
  wire_writer(const wire_writer&) = delete;
  wire_writer& operator=(const wire_writer&) = delete;

  void write(const void* data, std::size_t size) {
    if (size > capacity - used_) return write_more(data, size);
    if (size == 0) return;  // an empty range may have no address
    std::memcpy(buffer_.get() + used_, data, size);
    used_ += size;
  }
  template <class Number>
  void write_number(Number number) {
    write(&number, sizeof number);
  }
  void write_text(std::string_view text) {
    write_number(static_cast<std::uint64_t>(text.size()));
    write(text.data(), text.size());
  }
  /// Sends a handle with the message; `keep` holds it open until then.
  void attach(native_handle handle, std::shared_ptr<const void> keep);

  /// Ends the message, and sends what is left of it.
  void end();
  /// Ends a message that could not be finished: its reader forgets it.
  void take_back();

 private:
  static constexpr std::size_t capacity = 64 * 1024;
  static constexpr std::size_t most_handles = 16;

  void write_more(const void* data, std::size_t size);
  void flush(std::uint32_t marks);
  void send(std::uint32_t marks, const void* data, std::size_t size);

  process_channel& channel_;
  std::unique_ptr<std::byte[]> buffer_;
  std::size_t used_ = sizeof(std::uint32_t);  // the chunk's word comes first
  std::vector<native_handle> handles_;
  std::vector<std::shared_ptr<const void>> kept_;
};

/// Reads them. Throws wire_closed, wire_late and wire_taken_back, and std::runtime_error when more
/// is asked for than the message has.
class wire_reader {
 public:
  explicit wire_reader(process_channel& channel);
  wire_reader(const wire_reader&) = delete;
  wire_reader& operator=(const wire_reader&) = delete;
  ~wire_reader();

  /// Waits for the next message.
  void begin();
  void read(void* data, std::size_t size) {
    if (size > until_ - at_) return read_more(data, size);
    if (size == 0) return;
    std::memcpy(data, buffer_.get() + at_, size);
    at_ += size;
  }
  template <class Number>
  Number read_number() {
    Number number{};
    read(&number, sizeof number);
    return number;
  }
  std::string read_text();
  /// The next handle that came with the message; the caller's from then on.
  native_handle take_handle();
  /// Reads to the end of the message; closes handles that nobody has taken.
  void finish();

 private:
  static constexpr std::size_t capacity = 64 * 1024;

  void read_more(void* data, std::size_t size);
  void fill();
  void next_chunk();
  std::size_t buffered() const noexcept { return filled_ - at_; }
  void bound() noexcept;

  process_channel& channel_;
  std::unique_ptr<std::byte[]> buffer_;
  // 0 <= at_ <= until_ <= filled_ <= capacity; [at_, until_) belongs to the present chunk, of which
  // `beyond_` bytes have not been received.
  std::size_t at_ = 0;
  std::size_t until_ = 0;
  std::size_t filled_ = 0;
  std::size_t beyond_ = 0;
  bool last_ = true;
  std::vector<native_handle> received_;
  std::deque<native_handle> handles_;
};

}  // namespace rill::detail
