// SPDX-License-Identifier: BSL-1.0
#include "streams/input_buffer.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

namespace rill::detail {

namespace {

// What is larger than this is given back when it has been emptied.
constexpr std::size_t kept_capacity = 128 * 1024;

}  // namespace

std::span<std::byte> input_buffer::receive_room() {
  if (empty() && capacity_ > 4 * step_) {
    memory_.reset();
    capacity_ = 0;
  }
  const std::span<std::byte> room = prepare(step_);
  room_ = room.size();
  return room;
}

void input_buffer::received(std::size_t count) noexcept {
  end_ += count;
  if (count == room_) {
    step_ = std::min(step_ * 4, most_step);
  } else if (count < step_ / 8) {
    step_ = std::max(step_ / 2, least_step);
  }
}

std::span<std::byte> input_buffer::prepare(std::size_t at_least) {
  if (capacity_ - end_ < at_least) make_room(at_least);
  return {reinterpret_cast<std::byte*>(memory_.get()) + end_, capacity_ - end_};
}

void input_buffer::make_room(std::size_t at_least) {
  const std::size_t content = size();
  // Moving the content to the front is cheap while it is small.
  if (capacity_ - content >= at_least && content <= capacity_ / 2) {
    std::memmove(memory_.get(), memory_.get() + begin_, content);
  } else {
    const std::size_t wanted = std::max(content != 0 ? capacity_ * 2 : 0, content + at_least);
    auto larger = std::make_unique_for_overwrite<char[]>(wanted);
    if (content != 0) std::memcpy(larger.get(), memory_.get() + begin_, content);
    memory_ = std::move(larger);
    capacity_ = wanted;
  }
  begin_ = 0;
  end_ = content;
}

void input_buffer::append(std::string_view data) {
  if (data.empty()) return;
  const std::span<std::byte> room = prepare(data.size());
  std::memcpy(room.data(), data.data(), data.size());
  end_ += data.size();
}

std::string input_buffer::take(std::size_t count) {
  std::string taken(view().substr(0, count));
  skip(count);
  return taken;
}

void input_buffer::take_into(std::span<std::byte> room) noexcept {
  if (room.empty()) return;
  std::memcpy(room.data(), memory_.get() + begin_, room.size());
  skip(room.size());
}

void input_buffer::skip(std::size_t count) noexcept {
  begin_ += count;
  if (begin_ != end_) return;
  begin_ = 0;
  end_ = 0;
  if (capacity_ <= kept_capacity) return;
  memory_.reset();
  capacity_ = 0;
}

}  // namespace rill::detail
