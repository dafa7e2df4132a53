// SPDX-License-Identifier: BSL-1.0
//
// A reactor whose every answer is given by the test: for awaiters of I/O, without I/O.
#pragma once

#include <algorithm>
#include <functional>
#include <vector>

#include "rill/loop/reactor.hpp"

namespace rill_test {

/// Keeps operations until the test ends them by finish(), which takes effect in the next wait().
class scripted_reactor final : public rill::reactor {
 public:
  /// How start() and cancel() answer.
  bool ends_at_once = false;
  std::int64_t immediate_result = 1;
  rill::io_cancel cancel_answer = rill::io_cancel::withdrawn;
  /// With `follows`: the result that wait() gives to a cancelled operation.
  std::int64_t cancelled_result = rill::io_cancelled;

  /// Called in each wait(), before ends are told.
  std::function<void()> on_wait;

  int starts = 0;
  int cancels = 0;
  int waits = 0;

  std::string_view name() const noexcept override { return "scripted"; }
  bool supports(rill::reactor_feature) const noexcept override { return false; }

  bool start(rill::io_op& op) noexcept override {
    ++starts;
    if (ends_at_once) {
      op.result = immediate_result;
      return true;
    }
    in_flight_.push_back(&op);
    return false;
  }

  rill::io_cancel cancel(rill::io_op& op) noexcept override {
    ++cancels;
    if (cancel_answer == rill::io_cancel::withdrawn) {
      std::erase(in_flight_, &op);
    } else {
      finish(op, cancelled_result);
    }
    return cancel_answer;
  }

  void forget(rill::native_handle) noexcept override {}
  int add_watch(rill::io_watch&) noexcept override { return 1; }
  void remove_watch(rill::io_watch&) noexcept override {}

  void wait(std::int64_t) noexcept override {
    ++waits;
    if (on_wait) on_wait();
    while (!ended_.empty()) {
      rill::io_op* const op = ended_.front();
      ended_.erase(ended_.begin());
      op->complete(*op);
    }
  }
  void wake() noexcept override {}
  std::size_t pending() const noexcept override { return in_flight_.size() + ended_.size(); }

  /// Ends an operation in the next wait().
  void finish(rill::io_op& op, std::int64_t result) {
    std::erase(in_flight_, &op);
    op.result = result;
    ended_.push_back(&op);
  }
  const std::vector<rill::io_op*>& in_flight() const noexcept { return in_flight_; }
  /// True while the operation must stay where it is.
  bool holds(const rill::io_op& op) const noexcept {
    return std::count(in_flight_.begin(), in_flight_.end(), &op) != 0 ||
           std::count(ended_.begin(), ended_.end(), &op) != 0;
  }

 private:
  std::vector<rill::io_op*> in_flight_;
  std::vector<rill::io_op*> ended_;
};

}  // namespace rill_test
