// SPDX-License-Identifier: BSL-1.0
// runner and run(): enter the world of coroutines and leave it clean.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <type_traits>
#include <utility>

#include "rill/core/context.hpp"
#include "rill/core/coro.hpp"
#include "rill/core/create_task.hpp"
#include "rill/loop/event_loop.hpp"
#include "rill/loop/run_errors.hpp"

namespace rill {

// [runner]
/// Runs main coroutines one after the other on one loop. asyncio: Runner.
///
/// The loop is made on first use. run() gives the coroutine's value or throws its error; leaving
/// (close(), or the destructor) cancels what is left, waits for it, tells its errors to the
/// exception handler, closes async generators that still live, runs the loop's shutdown hooks,
/// waits for the default executor, at most five minutes, and closes the loop.
///
/// **Ctrl-C**: in the main thread, and while SIGINT has its default handler, the first SIGINT
/// cancels the main task; the second ends the program. If the main task then ends cancelled, and
/// nobody else had cancelled it, run() throws interrupted_error; if it returns a value all the
/// same, that is given. The handler is put back if it is still ours.
/// **Threads**: one thread. Throws usage_error inside a running loop, and after close().
class runner {
 public:
  explicit runner(loop_options options = {});
  /// Closes. Errors of the teardown have gone to the exception handler.
  ~runner();
  runner(const runner&) = delete;
  runner& operator=(const runner&) = delete;

  /// Runs `main` to its end. All runs share one context, made with the loop as a copy of the
  /// thread's: what one run sets in context variables, the next one finds.
  template <class T>
  T run(coro<T> main) {
    event_loop& here = loop();
    return run(std::move(main), *context_, here);
  }
  /// The same in another context.
  template <class T>
  T run(coro<T> main, const context& in) {
    return run(std::move(main), in, loop());
  }
  /// Runs `callable(args...)`; callable and arguments live until the end.
  template <class Callable, class... Args>
    requires std::is_invocable_v<std::decay_t<Callable>&, std::decay_t<Args>...>
  auto run(Callable&& callable, Args&&... args) {
    event_loop& here = loop();
    auto running = here.create_task(task_options{.context = &*context_},
                                    std::forward<Callable>(callable), std::forward<Args>(args)...);
    run_main(running);
    return std::move(running).result();
  }

  /// The loop; made now if it was not yet.
  event_loop& loop();

  /// Leaves. Idempotent.
  void close();
  // [/runner]

 private:
  template <class T>
  T run(coro<T> main, const context& in, event_loop& here) {
    detail::enterable(in, true);
    task<T> running = here.create_task(std::move(main), {.context = &in});
    run_main(running);
    return std::move(running).result();
  }
  void run_main(const any_task& main);
  static coro<void> tear_down(event_loop& loop);

  loop_options options_;
  std::unique_ptr<event_loop> loop_;
  std::optional<context> context_;  // made with the loop
  bool closed_ = false;
};

// [run]
/// Runs `main` on a new loop, and tears everything down. asyncio: run(main). The one call that most
/// programs make.
///
///     int main() { return rill::run(serve()); }
template <class T>
T run(coro<T> main, loop_options options = {}) {
  runner here(std::move(options));
  if constexpr (std::is_void_v<T>) {
    here.run(std::move(main));
    here.close();
  } else {
    decltype(auto) value = here.run(std::move(main));
    here.close();
    return static_cast<T>(std::forward<decltype(value)>(value));
  }
}
// [/run]

}  // namespace rill
