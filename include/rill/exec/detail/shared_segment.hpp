// SPDX-License-Identifier: BSL-1.0
// Memory that processes share, with a lock in it. Under shared_value and shared_array.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>
#include <typeinfo>

#include "rill/base/native_handle.hpp"

namespace rill::detail {

/// A piece of memory without a name: it goes with the last process that has it. Fixed in size.
///
/// **Threads and processes**: any.
class shared_segment {
 public:
  shared_segment(const shared_segment&) = delete;
  shared_segment& operator=(const shared_segment&) = delete;
  ~shared_segment();

  /// Zeros, for `count` items of `size` bytes. Throws std::system_error, std::length_error.
  static std::shared_ptr<shared_segment> create(std::size_t count, std::size_t size,
                                                const std::type_info& type);
  /// What another process has made; takes the handle over. usage_error if it is of another type.
  static std::shared_ptr<shared_segment> open(native_handle handle, const std::type_info& type);

  void* data() const noexcept;
  std::size_t count() const noexcept;
  native_handle handle() const noexcept { return handle_; }

  /// Blocks. True if the last holder died with it. usage_error in the thread that holds it.
  bool lock();
  enum class attempt : std::uint8_t { taken, recovered, busy };
  attempt try_lock();
  attempt try_lock_for(std::int64_t nanoseconds);
  void unlock() noexcept;

 private:
  struct header;
  shared_segment(native_handle handle, std::size_t bytes);
  header& head() const noexcept { return *static_cast<header*>(memory_); }
  // Where the lock does not lie in the memory: Windows.
  void open_lock();
  attempt take(unsigned long milliseconds);

  native_handle handle_;
  native_handle lock_ = invalid_handle;  // likewise
  std::size_t bytes_;
  void* memory_ = nullptr;
};

/// Holds its lock.
class segment_lock {
 public:
  segment_lock() noexcept = default;
  explicit segment_lock(std::shared_ptr<shared_segment> segment)
      : segment_(std::move(segment)), recovered_(segment_->lock()) {}
  segment_lock(std::shared_ptr<shared_segment> segment, shared_segment::attempt how) noexcept
      : recovered_(how == shared_segment::attempt::recovered) {
    if (how != shared_segment::attempt::busy) segment_ = std::move(segment);
  }
  segment_lock(segment_lock&& other) noexcept = default;
  segment_lock& operator=(segment_lock&& other) noexcept {
    if (this == &other) return *this;
    unlock();
    segment_ = std::move(other.segment_);
    recovered_ = other.recovered_;
    return *this;
  }
  ~segment_lock() { unlock(); }

  explicit operator bool() const noexcept { return segment_ != nullptr; }
  bool recovered() const noexcept { return recovered_; }
  void unlock() noexcept {
    if (segment_ != nullptr) segment_->unlock();
    segment_.reset();
  }

 private:
  std::shared_ptr<shared_segment> segment_;
  bool recovered_ = false;
};

/// Archives that can send handles: process_output_archive, process_input_archive.
template <class Archive>
concept sends_handles = requires(Archive& to, std::shared_ptr<const void> keep) {
  to.save_handle(native_handle(), keep);
};
template <class Archive>
concept receives_handles = requires(Archive& from) { from.load_handle(); };

}  // namespace rill::detail
