// SPDX-License-Identifier: BSL-1.0
//
// A loop on which a second takes longer or shorter: a clock that runs at another speed, and a
// reactor that waits by it. I/O is real, and as fast as ever.
#pragma once

#include <chrono>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>

#include "rill/loop/clock.hpp"
#include "rill/loop/reactor.hpp"

namespace cookbook {

/// Counts from zero; a second of it takes `scale` seconds.
class scaled_clock final : public rill::time_source {
 public:
  explicit scaled_clock(double scale) noexcept : scale_(scale) {}

  std::int64_t now() noexcept override {
    const std::chrono::duration<double, std::nano> passed =
        std::chrono::steady_clock::now() - beginning_;
    return static_cast<std::int64_t>(passed.count() / scale_);
  }
  bool is_virtual() const noexcept override { return false; }
  void advance_to(std::int64_t /*when*/) noexcept override {}

 private:
  std::chrono::steady_clock::time_point beginning_ = std::chrono::steady_clock::now();
  double scale_;
};

/// Waits `scale` times as long as the loop asks for; all else is the best reactor's of this system.
class scaled_reactor final : public rill::reactor {
 public:
  explicit scaled_reactor(double scale) : inner_(rill::make_reactor()), scale_(scale) {}

  std::string_view name() const noexcept override { return inner_->name(); }
  bool supports(rill::reactor_feature feature) const noexcept override {
    return inner_->supports(feature);
  }
  bool start(rill::io_op& op) noexcept override { return inner_->start(op); }
  rill::io_cancel cancel(rill::io_op& op) noexcept override { return inner_->cancel(op); }
  void forget(rill::native_handle handle) noexcept override { inner_->forget(handle); }
  int add_watch(rill::io_watch& watch) noexcept override { return inner_->add_watch(watch); }
  void remove_watch(rill::io_watch& watch) noexcept override { inner_->remove_watch(watch); }
  void wait(std::int64_t timeout_ns) noexcept override { inner_->wait(scaled(timeout_ns)); }
  void wake() noexcept override { inner_->wake(); }
  std::size_t pending() const noexcept override { return inner_->pending(); }
  rill::native_handle pollable() const noexcept override { return inner_->pollable(); }

 private:
  std::int64_t scaled(std::int64_t timeout) const noexcept {
    if (timeout <= 0) return timeout;
    constexpr double longest = 1e18;
    return static_cast<std::int64_t>(
        std::fmin(std::ceil(static_cast<double>(timeout) * scale_), longest));
  }

  std::unique_ptr<rill::reactor> inner_;
  double scale_;
};

}  // namespace cookbook
