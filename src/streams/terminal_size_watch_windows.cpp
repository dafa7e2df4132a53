// SPDX-License-Identifier: BSL-1.0
//
// The size of a console is asked for now and then: word of its changes comes among the keys only,
// which are the program's.
#include <chrono>
#include <utility>

#include "rill/core/errors.hpp"
#include "rill/core/scheduler.hpp"
#include "rill/loop/sleep.hpp"
#include "rill/streams/terminal.hpp"
#include "streams/waiting_mark.hpp"

namespace rill {

namespace detail {

namespace {

constexpr std::chrono::milliseconds ask_again_after(200);

}  // namespace

/// Counted by state_ref, on its loop's thread: the watch and a wait hold one.
class terminal_size_state {
 public:
  explicit terminal_size_state(native_handle terminal)
      : terminal_(terminal), last_(get_terminal_size(terminal)) {
    static_cast<void>(scheduler::require_current());
  }

  void add_reference() noexcept { ++references_; }
  void release() noexcept {
    if (--references_ == 0) delete this;
  }

  bool look() {
    const terminal_size now = get_terminal_size(terminal_);
    return std::exchange(last_, now) != now;
  }
  terminal_size last() const noexcept { return last_; }

  bool waiting = false;
  bool closed = false;

 private:
  ~terminal_size_state() = default;

  const native_handle terminal_;
  terminal_size last_;
  std::size_t references_ = 0;
};

namespace {

coro<terminal_size> wait_for_change(state_ref<terminal_size_state> state) {
  const waiting_mark mark(state->waiting);
  while (!state->look()) {
    if (state->closed) {
      throw_usage("rill: the terminal_size_watch has gone that this task waited for");
    }
    co_await sleep(ask_again_after);
  }
  co_return state->last();
}

}  // namespace

}  // namespace detail

terminal_size_watch::terminal_size_watch(native_handle terminal)
    : state_(new detail::terminal_size_state(terminal)) {}

terminal_size_watch::terminal_size_watch(terminal_size_watch&& other) noexcept = default;

terminal_size_watch& terminal_size_watch::operator=(terminal_size_watch&& other) noexcept {
  if (this != &other) {
    if (state_) state_->closed = true;
    state_ = std::move(other.state_);
  }
  return *this;
}

terminal_size_watch::~terminal_size_watch() {
  if (state_) state_->closed = true;
}

terminal_size terminal_size_watch::last() const {
  if (!state_) detail::throw_usage("rill: this terminal_size_watch was moved from");
  return state_->last();
}

coro<terminal_size> terminal_size_watch::changed() {
  if (!state_) detail::throw_usage("rill: this terminal_size_watch was moved from");
  return detail::wait_for_change(state_);
}

}  // namespace rill
