// SPDX-License-Identifier: BSL-1.0
// The poll reactor: for systems that have nothing better, and to prove the adaptor. Each wait costs
// in proportion to the handles that something waits for.
#include <poll.h>

#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <ctime>
#include <memory>
#include <vector>

#include "base/system_calls.hpp"
#include "base/timespec.hpp"
#include "reactor/factories.hpp"
#include "reactor/handle_waker.hpp"
#include "reactor/readiness_adaptor.hpp"

namespace rill::detail {

namespace {

// descriptor::place is one more than the place in the array; 0: not in it.
class poll_reactor final : public readiness_adaptor {
 public:
  poll_reactor() : readiness_adaptor(true) {
    polled_.push_back(pollfd{waker_.number(), POLLIN, 0});
  }

  std::string_view name() const noexcept override { return "poll"; }

 private:
  void wake_kernel() noexcept override { waker_.wake(); }

  // Room is made here, so that interest_changed() cannot fail: one place per handle and no more.
  int add_handle(descriptor& entry) noexcept override {
    try {
      polled_.reserve(polled_.size() + 1);
      if (polled_.capacity() < handles_ + 2) polled_.reserve(2 * (handles_ + 2));
      reports_.reserve(polled_.capacity());
    } catch (...) {
      return ENOMEM;
    }
    pollfd looked{entry.number, POLLIN, 0};
    if (system_calls().poll(&looked, 1, 0) > 0 && (looked.revents & POLLNVAL) != 0) return EBADF;
    ++handles_;
    return 0;
  }

  int interest_changed(descriptor& entry) noexcept override {
    const auto wanted = static_cast<short>((entry.wants(io_direction::read) ? POLLIN : 0) |
                                           (entry.wants(io_direction::write) ? POLLOUT : 0));
    if (wanted == 0) {
      take_out(entry);
    } else if (entry.place != 0) {
      polled_[entry.place - 1].events = wanted;
    } else {
      polled_.push_back(pollfd{entry.number, wanted, 0});
      entry.place = static_cast<std::uint32_t>(polled_.size());
    }
    return 0;
  }

  void drop_handle(descriptor& entry) noexcept override {
    take_out(entry);
    --handles_;
  }

  void take_out(descriptor& entry) noexcept {
    if (entry.place == 0) return;
    const std::size_t hole = entry.place - 1;
    entry.place = 0;
    if (hole + 1 != polled_.size()) {
      polled_[hole] = polled_.back();
      table_.find(polled_[hole].fd)->place = static_cast<std::uint32_t>(hole + 1);
    }
    polled_.pop_back();
  }

  int wait_for_events(std::int64_t timeout_ns) noexcept {
    const auto count = static_cast<nfds_t>(polled_.size());
    if (timeout_ns < 0) return system_calls().ppoll(polled_.data(), count, nullptr, nullptr);
    const timespec limit = timespec_of(timeout_ns);
    return system_calls().ppoll(polled_.data(), count, &limit, nullptr);
  }

  void wait_for_reports(std::int64_t timeout_ns) noexcept override {
    int left = wait_for_events(timeout_ns);
    if (left <= 0) return;
    if (polled_[0].revents != 0) {
      waker_.clear();
      --left;
    }
    // First all reports, then what follows from them: telling changes the array.
    reports_.clear();
    for (std::size_t i = 1; left > 0 && i < polled_.size(); ++i) {
      if (polled_[i].revents == 0) continue;
      reports_.push_back(polled_[i]);
      --left;
    }
    for (const pollfd& report : reports_) {
      descriptor* const entry = table_.find(report.fd);
      if (entry == nullptr || !entry->registered) continue;
      constexpr int gone = POLLHUP | POLLERR | POLLNVAL;
      ready(*entry, (report.revents & (POLLIN | POLLPRI | gone)) != 0,
            (report.revents & (POLLOUT | gone)) != 0, (report.revents & gone) != 0);
    }
  }

  handle_waker waker_;
  std::vector<pollfd> polled_;  // the waker first
  std::vector<pollfd> reports_;
  std::size_t handles_ = 0;
};

}  // namespace

std::unique_ptr<reactor> make_poll() { return std::make_unique<poll_reactor>(); }

}  // namespace rill::detail
