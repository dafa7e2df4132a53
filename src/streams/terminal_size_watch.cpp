// SPDX-License-Identifier: BSL-1.0
#include <signal.h>

#include <cerrno>
#include <utility>

#include "base/signal_hook.hpp"
#include "rill/core/detail/ended_awaiter.hpp"
#include "rill/core/errors.hpp"
#include "rill/core/scheduler.hpp"
#include "rill/loop/external_work.hpp"
#include "rill/streams/terminal.hpp"
#include "streams/happening.hpp"
#include "streams/terminal_mode_record.hpp"
#include "streams/waiting_mark.hpp"

namespace rill {

namespace detail {

/// Counted by state_ref, in any thread: the watch, a wait, and the queue of the loop hold one.
///
/// Invariants: 1. It is in the list of watches from open() to close(), and the handler touches
/// nothing else. 2. `posted_` is set while it is in the queue, which then counts a reference.
class terminal_size_state final : public ready_node {
 public:
  explicit terminal_size_state(native_handle terminal)
      : ready_node(&posted_ops),
        terminal_(terminal),
        owner_(&scheduler::require_current()),
        last_(get_terminal_size(terminal)) {
    owner_->add_reference();
  }

  void add_reference() noexcept { references_.fetch_add(1); }
  void release() noexcept {
    if (references_.fetch_sub(1) == 1) delete this;
  }

  void open() noexcept;
  void close() noexcept;

  /// Learns the size. True if it is another than the last one, or the terminal was in other hands
  /// meanwhile. Continued in the background it is so still: `fg` continues once more.
  bool look() {
    const terminal_size now = get_terminal_size(terminal_);
    const bool back = continued_.exchange(false) && !is_in_background(static_cast<int>(terminal_));
    return std::exchange(last_, now) != now || back;
  }
  terminal_size last() const noexcept { return last_; }
  bool is_closed() const noexcept { return closed_; }
  future<> signalled() { return signalled_.next(*owner_); }

  bool waiting = false;

  static void on_resize(int number, siginfo_t* info, void* context) noexcept;
  static void on_continue(int number, siginfo_t* info, void* context) noexcept;

 private:
  ~terminal_size_state() { owner_->release(); }

  static void post_all(bool continued) noexcept;
  void post() noexcept;
  static void run(ready_node& node) noexcept;
  static void drop(ready_node& node) noexcept;
  static constexpr ready_ops posted_ops{&run, &drop};

  native_handle terminal_;
  scheduler* owner_;  // counted
  terminal_size last_;
  happening signalled_;
  bool closed_ = false;
  atomic<int> references_{0};
  atomic<bool> posted_{false};
  atomic<bool> continued_{false};  // by SIGCONT, since the last look
  terminal_size_state* previous_ = nullptr;
  terminal_size_state* next_ = nullptr;
};

namespace {

struct watch_list {
  signal_lock lock;
  terminal_size_state* first = nullptr;
};

constinit watch_list watches;
constinit signal_hook resize_hook(SIGWINCH, &terminal_size_state::on_resize);
constinit signal_hook continue_hook(SIGCONT, &terminal_size_state::on_continue);

}  // namespace

void terminal_size_state::post_all(bool continued) noexcept {
  const signal_lock::guard lock(watches.lock);
  for (auto* state = watches.first; state != nullptr; state = state->next_) {
    if (continued) state->continued_.store(true);
    state->post();
  }
}

void terminal_size_state::on_resize(int number, siginfo_t* info, void* context) noexcept {
  const int before = errno;
  post_all(false);
  resize_hook.call_earlier(number, info, context);
  errno = before;
}

// The earlier handler may be the one that sets the terminal's mode again: first of all, as whoever
// is told here draws, perhaps in another thread.
void terminal_size_state::on_continue(int number, siginfo_t* info, void* context) noexcept {
  const int before = errno;
  continue_hook.call_earlier(number, info, context);
  post_all(true);
  errno = before;
}

// Posting is lock-free, and waking writes to a descriptor: both are allowed in a signal handler.
void terminal_size_state::post() noexcept {
  if (posted_.exchange(true)) return;
  add_reference();
  if (owner_->try_post(*this)) return;
  posted_.store(false);
  references_.fetch_sub(1);  // not the last one: it is in the list
}

void terminal_size_state::run(ready_node& node) noexcept {
  auto& self = static_cast<terminal_size_state&>(node);
  self.posted_.store(false);
  self.signalled_.tell();
  self.release();
}

void terminal_size_state::drop(ready_node& node) noexcept {
  auto& self = static_cast<terminal_size_state&>(node);
  self.posted_.store(false);
  self.release();
}

void terminal_size_state::open() noexcept {
  const signal_lock::guard lock(watches.lock);
  if (watches.first == nullptr) {
    resize_hook.install();
    continue_hook.install();
  }
  next_ = watches.first;
  if (next_ != nullptr) next_->previous_ = this;
  watches.first = this;
}

void terminal_size_state::close() noexcept {
  closed_ = true;
  if (waiting) signalled_.tell();
  const signal_lock::guard lock(watches.lock);
  (previous_ != nullptr ? previous_->next_ : watches.first) = next_;
  if (next_ != nullptr) next_->previous_ = previous_;
  if (watches.first != nullptr) return;
  resize_hook.remove();
  continue_hook.remove();
}

namespace {

coro<terminal_size> wait_for_change(state_ref<terminal_size_state> state) {
  const waiting_mark mark(state->waiting);
  // Signals come from outside of the loop.
  const external_work_guard outside;
  while (!state->look()) {
    if (state->is_closed()) {
      throw_usage("rill: the terminal_size_watch has gone that this task waited for");
    }
    const future<> signalled = state->signalled();
    co_await ended(signalled);
  }
  co_return state->last();
}

}  // namespace

}  // namespace detail

terminal_size_watch::terminal_size_watch(native_handle terminal)
    : state_(new detail::terminal_size_state(terminal)) {
  state_->open();
}

terminal_size_watch::terminal_size_watch(terminal_size_watch&& other) noexcept = default;

terminal_size_watch& terminal_size_watch::operator=(terminal_size_watch&& other) noexcept {
  if (this != &other) {
    if (state_) state_->close();
    state_ = std::move(other.state_);
  }
  return *this;
}

terminal_size_watch::~terminal_size_watch() {
  if (state_) state_->close();
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
