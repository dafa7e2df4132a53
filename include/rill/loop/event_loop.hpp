// SPDX-License-Identifier: BSL-1.0
// event_loop: ready queue, timers and reactor of one thread.
#pragma once

#include <chrono>
#include <concepts>
#include <cstddef>
#include <functional>
#include <memory>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>

#include "rill/base/native_handle.hpp"
#include "rill/base/unique_function.hpp"
#include "rill/core/create_task.hpp"
#include "rill/core/exception_context.hpp"
#include "rill/core/future.hpp"
#include "rill/loop/callback_handle.hpp"
#include "rill/loop/clock.hpp"
#include "rill/loop/detail/bound_call.hpp"
#include "rill/loop/reactor.hpp"

namespace rill {

// [loop_options]
/// How a loop is made.
struct loop_options {
  /// Reactor by name: "epoll", "io_uring", "kqueue", "poll". Empty: environment variable
  /// RILL_BACKEND, else the best that works.
  std::string_view backend = {};
  /// A reactor of one's own; must outlive nothing, the loop takes it. Wins over `backend`.
  std::unique_ptr<reactor> custom_reactor = nullptr;
  /// Where time comes from; null: the system. Must outlive the loop.
  time_source* clock = nullptr;
  /// Debug mode: thread checks in every call, reports of callbacks that take 100 ms and longer.
  /// Also switched on by the environment variable RILL_DEBUG=1.
  bool debug = false;
  /// Report, once per stall, when tasks wait and nothing that the loop knows of can ever wake them.
  bool report_deadlock = true;
};
// [/loop_options]

class default_executor;
class runner;

namespace detail {
class loop_core;
}

// [event_loop]
/// Runs tasks, callbacks, timers and I/O in one thread. asyncio: event loop. Most programs only use
/// run().
///
/// Order is first in, first out and deterministic. A turn: ends of I/O, then due timers, then the
/// batch that is ready now; what a batch adds waits for the next turn. While work is ready, I/O and
/// timers are looked at least every 64 steps, sooner when the steps are long.
/// **Threads**: everything but call_soon_threadsafe() belongs to the thread that runs the loop (or,
/// while it does not run, to the thread that uses it). Misuse throws usage_error: a nested run, a
/// second loop in the thread, use after close().
///
/// **Fork**: in the child no loop runs, also where it was forked in one; it can make its own, and
/// run that. The parent's must not be used there, nor destroyed: such a child ends by _exit().
class event_loop {
 public:
  using exception_handler = unique_function<void(event_loop&, const exception_context&)>;

  /// Throws std::invalid_argument for an unknown backend, std::system_error for one that does not
  /// work here.
  explicit event_loop(loop_options options = {});
  /// Closes the loop if it is open. The loop must not run.
  ~event_loop();
  event_loop(const event_loop&) = delete;
  event_loop& operator=(const event_loop&) = delete;

  /// The loop that runs in this thread. Throws usage_error when none does. asyncio:
  /// get_running_loop().
  static event_loop& running();
  /// The same, or null.
  static event_loop* running_or_null() noexcept;

  // -- running
  // ---------------------------------------------------------------------------------------------
  /// Runs until stop() is called. asyncio: run_forever(). After stop() before it: one turn.
  void run_forever();

  /// Runs until the coroutine, task or future is done; gives its value or throws its error.
  /// asyncio: run_until_complete(). Throws usage_error when the loop is stopped before that; the
  /// task then stays.
  template <class T>
  T run_until_complete(coro<T> main) {
    task<T> running = create_task(std::move(main));
    run_until_done(running);
    return std::move(running).result();
  }
  template <class T>
  T run_until_complete(future<T> awaited) {
    run_until_done(awaited);
    return std::move(awaited).result();
  }

  /// One turn, for embedding in another loop: waits for events at most `limit` (zero: not at all),
  /// then runs what is ready. Returns true if anything ran.
  bool run_once(std::chrono::nanoseconds limit = std::chrono::nanoseconds(0));

  /// Has the run end after the present batch. Loop's thread only; from elsewhere,
  /// call_soon_threadsafe it.
  void stop();

  /// Drops queued callbacks and timers, ends I/O, destroys the frames of tasks that have not ended,
  /// releases the reactor's resources. Idempotent. Throws usage_error while the loop runs.
  /// Afterwards running, scheduling and creating throw usage_error.
  void close();

  bool is_running() const noexcept;
  bool is_closed() const noexcept;

  // -- callbacks
  // -------------------------------------------------------------------------------------------
  /// Calls `callback(args...)` in the next turn, in order, never in the caller's stack. asyncio:
  /// call_soon(). The callable and the arguments are moved or copied in. What it throws goes to the
  /// exception handler.
  template <class Callback, class... Args>
    requires std::invocable<std::decay_t<Callback>&, std::decay_t<Args>&...>
  callback_handle call_soon(Callback&& callback, Args&&... args) {
    check_usable();
    auto* const node = detail::make_callback<detail::callback_node>(
        owner(), std::forward<Callback>(callback), std::forward<Args>(args)...);
    return detail::callback_access::queue(*node, owner());
  }

  /// Calls it after a delay. asyncio: call_later(). Negative delays are due at once, in the order
  /// of their moments.
  template <class Rep, class Period, class Callback, class... Args>
    requires std::invocable<std::decay_t<Callback>&, std::decay_t<Args>&...>
  timer_handle call_later(std::chrono::duration<Rep, Period> delay, Callback&& callback,
                          Args&&... args) {
    check_usable();
    return arm(detail::saturated_sum(now_nanoseconds(), detail::to_nanoseconds(delay)),
               std::forward<Callback>(callback), std::forward<Args>(args)...);
  }

  /// Calls it at a moment of this loop's clock. asyncio: call_at(). Equal moments in the order of
  /// arming.
  template <class Callback, class... Args>
    requires std::invocable<std::decay_t<Callback>&, std::decay_t<Args>&...>
  timer_handle call_at(time_point when, Callback&& callback, Args&&... args) {
    check_usable();
    return arm(when.time_since_epoch().count(), std::forward<Callback>(callback),
               std::forward<Args>(args)...);
  }

  /// call_soon() for other threads; wakes the loop. asyncio: call_soon_threadsafe(). Throws
  /// usage_error on a closed loop, also while another thread closes it. The loop object must be
  /// alive: join threads that use it before it goes.
  /// Capture futures and tasks by reference: a copy of such a handle that ends in the calling
  /// thread races with the loop.
  template <class Callback, class... Args>
    requires std::invocable<std::decay_t<Callback>&, std::decay_t<Args>&...>
  threadsafe_handle call_soon_threadsafe(Callback&& callback, Args&&... args) {
    check_open();
    auto* const node = detail::make_callback<detail::shared_callback_node>(
        owner(), std::forward<Callback>(callback), std::forward<Args>(args)...);
    threadsafe_handle handle = detail::callback_access::post(*node, owner());
    if (!handle) check_open();
    return handle;
  }

  /// The loop's clock, read now.
  time_point time() const noexcept { return time_point(loop_clock::duration(now_nanoseconds())); }

  // -- tasks and futures
  // -----------------------------------------------------------------------------------
  /// rill::create_task() on this loop, also while it does not run.
  template <class T>
  task<T> create_task(coro<T> coroutine, const task_options& options = {}) {
    check_usable();
    return detail::launch(owner(), std::move(coroutine), options);
  }
  template <class Callable, class... Args>
    requires std::is_invocable_v<std::decay_t<Callable>&, std::decay_t<Args>...>
  auto create_task(Callable&& callable, Args&&... args) {
    check_usable();
    return detail::launch_call(owner(), task_options{}, std::forward<Callable>(callable),
                               std::forward<Args>(args)...);
  }
  template <class Callable, class... Args>
    requires std::is_invocable_v<std::decay_t<Callable>&, std::decay_t<Args>...>
  auto create_task(const task_options& options, Callable&& callable, Args&&... args) {
    check_usable();
    return detail::launch_call(owner(), options, std::forward<Callable>(callable),
                               std::forward<Args>(args)...);
  }
  /// A future of this loop. asyncio: loop.create_future().
  template <class T = void>
  future<T> create_future() {
    check_usable();
    return detail::future_access::make<T>(owner());
  }
  /// The tasks that are not done, in the order made.
  std::vector<any_task> all_tasks() const;

  // -- errors and debugging
  // --------------------------------------------------------------------------------
  /// Replaces the exception handler; an empty one brings the default back. asyncio:
  /// set_exception_handler(). What a handler throws goes to the default handler, together with the
  /// first error.
  void set_exception_handler(exception_handler handler);
  /// Hands an error to the handler.
  void call_exception_handler(const exception_context& context) noexcept;
  /// Writes one line to standard error, through set_default_report() if that was called.
  void default_exception_handler(const exception_context& context) noexcept;

  bool get_debug() const noexcept;
  void set_debug(bool enabled);
  /// Debug mode reports callbacks and steps that take at least this long. Default 100 ms.
  std::chrono::nanoseconds slow_callback_duration() const noexcept;
  void set_slow_callback_duration(std::chrono::nanoseconds limit) noexcept;

  // -- readiness of handles that are not rill's
  // ---------------------------------------------------------------
  /// Calls `callback` in each turn in which the handle is ready to be read, until remove_reader().
  /// Replaces an earlier one. asyncio: add_reader(). Throws usage_error on reactors without
  /// readiness (IOCP) and for the handle of a stream or transport, std::system_error for handles
  /// that cannot be watched. Remove it before closing the handle. Takes time in proportion to the
  /// streams that are open.
  void add_reader(native_handle handle, unique_function<void()> callback);
  /// True if there was one.
  bool remove_reader(native_handle handle);
  void add_writer(native_handle handle, unique_function<void()> callback);
  bool remove_writer(native_handle handle);

  /// The reactor, for those who build I/O on it.
  reactor& io() noexcept;
  /// The name of the reactor: "epoll", ...
  std::string_view backend() const noexcept;
  /// A handle that becomes readable when the reactor has something to tell, or another thread has
  /// posted something, for embedding; or invalid_handle. Timers and ready callbacks do not show on
  /// it: ask time_until_next() as well. It shows once when it is first asked for. The loop's
  /// thread.
  native_handle pollable() const noexcept;
  /// How long a host may wait before it must call run_once(): zero if something is ready, a
  /// negative value if only events can end the wait.
  std::chrono::nanoseconds time_until_next() const noexcept;

  // -- shutdown
  // --------------------------------------------------------------------------------------------
  /// Has run() and runner await `hook` when the main task is over and the remaining tasks have
  /// ended, before the loop is closed; last added, first run. For those who attach executors or
  /// generators to a loop.
  void add_shutdown_hook(unique_function<coro<void>()> hook);
  /// Runs the hooks, each once.
  coro<void> run_shutdown_hooks();
  /// Closes the async generators that have begun here and not ended, the newest first, and waits
  /// for those that are being closed since they were dropped. asyncio: shutdown_asyncgens(), which
  /// closes all at the same time, also one inside another. What they throw, and generators that a
  /// task is stepping right now, go to the exception handler. run() and runner do this by
  /// themselves.
  coro<void> shutdown_asyncgens();

  // -- blocking calls
  // --------------------------------------------------------------------------------------------
  /// Replaces the executor for calls that name none: to_thread(), run_in_executor(function).
  /// Without this, a thread_pool_executor is made when it is first used. asyncio:
  /// set_default_executor(). The loop shuts it down at its end, so an executor of several loops
  /// needs shutting down to be its owner's: wrap it. Throws usage_error behind
  /// shutdown_default_executor().
  void set_default_executor(std::shared_ptr<default_executor> pool);
  /// The default executor; null if none was set or made. Throws usage_error behind
  /// shutdown_default_executor().
  std::shared_ptr<default_executor> get_default_executor() const;
  /// Waits until the jobs and threads of the default executor have ended; it takes no more. What
  /// has not ended when the limit has passed is told to the exception handler, and left to end by
  /// itself. asyncio: shutdown_default_executor(). run() and runner do this by themselves, with a
  /// limit of five minutes.
  coro<void> shutdown_default_executor(std::chrono::nanoseconds limit = std::chrono::minutes(5));

  /// For the library.
  detail::scheduler& owner() const noexcept { return *scheduler_; }
  // [/event_loop]

 private:
  friend class detail::loop_core;
  friend class runner;

  template <class Callback, class... Args>
  timer_handle arm(std::int64_t when, Callback&& callback, Args&&... args) {
    auto* const node = detail::make_callback<detail::timer_callback_node>(
        owner(), std::forward<Callback>(callback), std::forward<Args>(args)...);
    return detail::callback_access::arm(*node, when);
  }
  void run_until_done(const any_future& awaited);
  void check_usable() const {
    if (!scheduler_->is_open() || scheduler_->debug()) [[unlikely]]
      check_usable_slowly();
  }
  void check_usable_slowly() const;
  void check_open() const;
  std::int64_t now_nanoseconds() const noexcept;

  std::unique_ptr<detail::loop_core> core_;
  detail::scheduler* scheduler_;
};

}  // namespace rill
