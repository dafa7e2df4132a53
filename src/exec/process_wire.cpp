// SPDX-License-Identifier: BSL-1.0
#include "rill/exec/detail/process_wire.hpp"

#include <algorithm>
#include <stdexcept>
#include <utility>

#include "exec/process_channel.hpp"

namespace rill::detail {

namespace {

std::span<const std::byte> bytes_of(const void* data, std::size_t size) noexcept {
  return {static_cast<const std::byte*>(data), size};
}

}  // namespace

wire_writer::wire_writer(process_channel& channel)
    : channel_(channel), buffer_(std::make_unique_for_overwrite<std::byte[]>(capacity)) {}

void wire_writer::attach(native_handle handle, std::shared_ptr<const void> keep) {
  if (handles_.size() == most_handles) flush(0);
  handles_.push_back(handle);
  kept_.push_back(std::move(keep));
}

void wire_writer::write_more(const void* data, std::size_t size) {
  if (size < capacity / 2) {
    flush(0);
    return write(data, size);
  }
  flush(0);
  const auto* from = static_cast<const std::byte*>(data);
  while (size != 0) {
    const std::size_t part = std::min<std::size_t>(size, wire_mark::length);
    send(0, from, part);
    from += part;
    size -= part;
  }
}

void wire_writer::flush(std::uint32_t marks) {
  constexpr std::size_t head = sizeof(std::uint32_t);
  const std::size_t used = std::exchange(used_, head);
  if (used == head && marks == 0 && handles_.empty()) return;
  const auto word = static_cast<std::uint32_t>(used - head) | marks;
  std::memcpy(buffer_.get(), &word, head);
  channel_.send({buffer_.get(), used}, {}, handles_);
  handles_.clear();
  kept_.clear();
}

void wire_writer::send(std::uint32_t marks, const void* data, std::size_t size) {
  const auto word = static_cast<std::uint32_t>(size) | marks;
  channel_.send(bytes_of(&word, sizeof word), bytes_of(data, size), {});
}

void wire_writer::end() { flush(wire_mark::last); }

void wire_writer::take_back() {
  handles_.clear();
  kept_.clear();
  used_ = sizeof(std::uint32_t);
  flush(wire_mark::last | wire_mark::taken_back);
}

wire_reader::wire_reader(process_channel& channel)
    : channel_(channel), buffer_(std::make_unique_for_overwrite<std::byte[]>(capacity)) {}

wire_reader::~wire_reader() {
  for (const native_handle handle : handles_) close_handle(handle);
}

void wire_reader::begin() { next_chunk(); }

// The present chunk ends behind until_, or beyond the buffer.
void wire_reader::bound() noexcept {
  const std::size_t here = std::min(beyond_, filled_ - until_);
  until_ += here;
  beyond_ -= here;
}

void wire_reader::fill() {
  if (at_ == filled_) at_ = until_ = filled_ = 0;
  const std::size_t got =
      channel_.receive({buffer_.get() + filled_, capacity - filled_}, received_);
  filled_ += got;
  handles_.insert(handles_.end(), received_.begin(), received_.end());
  received_.clear();
}

void wire_reader::next_chunk() {
  std::uint32_t word = 0;
  auto* to = reinterpret_cast<std::byte*>(&word);  // a number is its bytes
  for (std::size_t had = 0; had != sizeof word;) {
    if (buffered() == 0) fill();
    const std::size_t part = std::min(sizeof word - had, buffered());
    std::memcpy(to + had, buffer_.get() + at_, part);
    at_ += part;
    had += part;
    until_ = at_;
  }
  last_ = (word & wire_mark::last) != 0;
  beyond_ = word & wire_mark::length;
  bound();
  if ((word & wire_mark::taken_back) != 0) {
    finish();
    throw wire_taken_back();
  }
}

void wire_reader::read_more(void* data, std::size_t size) {
  auto* to = static_cast<std::byte*>(data);
  while (size != 0) {
    if (at_ != until_) {
      const std::size_t part = std::min(size, until_ - at_);
      std::memcpy(to, buffer_.get() + at_, part);
      at_ += part;
      to += part;
      size -= part;
    } else if (beyond_ == 0) {
      if (last_) throw std::runtime_error("rill: a message has ended before what it should hold");
      next_chunk();
    } else if (size >= capacity) {
      // Nothing is buffered: a large block goes straight to its place.
      const std::size_t got = channel_.receive({to, std::min(size, beyond_)}, received_);
      handles_.insert(handles_.end(), received_.begin(), received_.end());
      received_.clear();
      beyond_ -= got;
      to += got;
      size -= got;
    } else {
      fill();
      bound();
    }
  }
}

// A length that is not true costs no memory.
std::string wire_reader::read_text() {
  auto left = static_cast<std::size_t>(read_number<std::uint64_t>());
  std::string text;
  while (left != 0) {
    const std::size_t part = std::min(left, capacity);
    text.resize(text.size() + part);
    read(text.data() + (text.size() - part), part);
    left -= part;
  }
  return text;
}

// It came with the bytes before it, or comes with the next chunk.
native_handle wire_reader::take_handle() {
  while (handles_.empty() && at_ == until_ && beyond_ == 0 && !last_) next_chunk();
  if (handles_.empty()) throw std::runtime_error("rill: a message came without its handle");
  const native_handle handle = handles_.front();
  handles_.pop_front();
  return handle;
}

void wire_reader::finish() {
  while (true) {
    at_ = until_;
    if (beyond_ != 0) {
      fill();
      bound();
    } else if (!last_) {
      next_chunk();
    } else {
      break;
    }
  }
  for (const native_handle handle : handles_) close_handle(handle);
  handles_.clear();
}

}  // namespace rill::detail
