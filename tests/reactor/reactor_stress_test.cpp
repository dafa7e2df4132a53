// SPDX-License-Identifier: BSL-1.0
//
// Operations begin, end, are cancelled and forgotten at random: each ends once or never was, bytes
// come in order and once, and no buffer is touched behind the end.
#include <cstddef>
#include <cstdint>
#include <memory>
#include <random>
#include <utility>
#include <vector>

#include "reactor/stress_lanes.hpp"
#include "rill/loop/reactor.hpp"
#include "support/coroutine_case.hpp"

namespace {

using rill::io_cancel;
using rill_test::guarded_op;
using rill_test::stress_link;

std::unique_ptr<rill::reactor> make_stressed() {
  rill::loop_options options = rill_test::backend_options();
  if (options.custom_reactor) return std::move(options.custom_reactor);
  return rill::make_reactor(options.backend);
}

class stress {
 public:
  explicit stress(unsigned seed) : random_(seed), io_(make_stressed()) {
    for (int i = 0; i < 6; ++i) links_.push_back(std::make_unique<stress_link>(i % 3 != 2));
  }

  void step() {
    const std::size_t what = below(20);
    if (what < 12) {
      begin();
    } else if (what < 17) {
      cancel_one();
    } else if (what < 19 || below(8) != 0) {
      wait(below(4) == 0 ? 100'000 : 0);
    } else {
      replace_one();
    }
    const bool counts = io_->pending() == pending_.size();
    if (!counts) FAIL_CHECK(io_->pending() << " pending, not " << pending_.size());
  }

  void end_all() {
    for (const auto& op : pending_) ask(*op);
    take_withdrawn();
    for (int turns = 0; !pending_.empty() && turns < 1'000; ++turns) wait(10'000'000);
    CHECK(pending_.empty());
    CHECK(io_->pending() == 0);
  }

  /// The reactor goes while it has operations.
  void drop_reactor() {
    io_.reset();
    for (auto& op : pending_) {
      op->give_up();
      over_.push_back(std::move(op));
    }
    pending_.clear();
  }

  /// Sends through all links, without a reactor: into buffers that nobody has any more.
  void send_behind() {
    const char text[] = "is this yours?";
    for (const auto& link : links_) {
      if (!link->lanes.front()->socket) continue;
      for (const int end : link->ends) {
        rill::detail::system_calls().send(end, text, sizeof text, 0);
      }
    }
  }

  void check_all_left_alone() {
    std::size_t touched = 0;
    for (const auto& op : over_) touched += op->was_left_alone() ? 0U : 1U;
    CHECK(touched == 0);
  }
  void check_has_worked() const {
    CHECK(moved_ > 0);
    CHECK(withdrawn_ + followed_ > 0);
  }
  std::size_t pending() const { return pending_.size(); }

 private:
  std::size_t below(std::size_t limit) { return random_() % limit; }

  std::size_t some_length() {
    const std::size_t kind = below(20);
    if (kind == 0) return 1 + below(200'000);
    return 1 + below(kind < 5 ? 20'000 : 100);
  }

  void begin() {
    stress_link& link = *links_[below(links_.size())];
    const auto& way = link.lanes[below(link.lanes.size())];
    const bool sends = below(2) == 0;
    if (sends && way->sending) return;
    auto op = std::make_unique<guarded_op>(way, sends, some_length(), below(2) == 0);
    if (!io_->start(*op)) {
      pending_.push_back(std::move(op));
      return;
    }
    CHECK(op->completions == 0);
    conclude(std::move(op));
  }

  void conclude(std::unique_ptr<guarded_op> op) {
    if (op->result > 0) ++moved_;
    op->finish();
    over_.push_back(std::move(op));
  }

  void ask(guarded_op& op) {
    const io_cancel answer = io_->cancel(op);
    if (answer == io_cancel::withdrawn) {
      ++withdrawn_;
      op.give_up();
    } else {
      op.asked = true;
      ++followed_;
    }
  }

  void cancel_one() {
    if (pending_.empty()) return;
    guarded_op& op = *pending_[below(pending_.size())];
    if (tells_what_moved(op)) ask(op);
    take_withdrawn();
  }

  // Wine does not tell how much of a write into a pipe was read before it was given up, and whether
  // Windows does is not known (docs/design/iocp.md).
  bool tells_what_moved(const guarded_op& op) const {
    return op.kind != rill::io_kind::write || io_->name() != "iocp";
  }

  void take_withdrawn() {
    std::erase_if(pending_, [this](std::unique_ptr<guarded_op>& op) {
      if (!op->over) return false;
      over_.push_back(std::move(op));
      return true;
    });
  }

  // Those of one direction end in the order in which they are kept.
  void wait(std::int64_t timeout_ns) {
    io_->wait(timeout_ns);
    std::erase_if(pending_, [this](std::unique_ptr<guarded_op>& op) {
      if (op->completions == 0) return false;
      CHECK(op->completions == 1);
      conclude(std::move(op));
      return true;
    });
  }

  /// Another link, perhaps with the same numbers, while the old one's ends are still to be told.
  void replace_one() {
    std::unique_ptr<stress_link>& link = links_[below(links_.size())];
    for (const auto& way : link->lanes) way->forgotten = true;
    for (const int end : link->ends) io_->forget(end);
    const bool socket = link->lanes.front()->socket;
    link.reset();
    link = std::make_unique<stress_link>(socket);
  }

  std::mt19937 random_;
  std::vector<std::unique_ptr<stress_link>> links_;
  std::unique_ptr<rill::reactor> io_;
  std::vector<std::unique_ptr<guarded_op>> pending_;
  std::vector<std::unique_ptr<guarded_op>> over_;
  std::size_t moved_ = 0;
  std::size_t withdrawn_ = 0;
  std::size_t followed_ = 0;
};

constexpr int steps = 4'000;

}  // namespace

RILL_REACTOR_TEST_CASE("operations that are cancelled at random end once", "[reactor_stress]") {
  for (const unsigned seed : {1U, 2U, 3U}) {
    CAPTURE(seed);
    stress all(seed);
    for (int i = 0; i < steps; ++i) all.step();
    all.end_all();
    all.check_all_left_alone();
    all.check_has_worked();
  }
}

RILL_REACTOR_TEST_CASE("a reactor that goes leaves no buffer to the system", "[reactor_stress]") {
  for (const unsigned seed : {4U, 5U, 6U, 7U}) {
    CAPTURE(seed);
    stress all(seed);
    for (int i = 0; i < 200 || all.pending() == 0; ++i) all.step();
    all.drop_reactor();
    all.send_behind();
    all.check_all_left_alone();
  }
}
