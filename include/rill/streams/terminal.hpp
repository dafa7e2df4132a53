// SPDX-License-Identifier: BSL-1.0
// The terminal: whether there is one, its size, and its mode, which is always put back.
#pragma once

#include <string_view>

#include "rill/base/native_handle.hpp"
#include "rill/core/coro.hpp"
#include "rill/core/detail/future_state.hpp"

namespace rill {

namespace detail {
struct terminal_mode_record;
class terminal_size_state;
}  // namespace detail

// [standard_handles]
/// The standard handles. Not owned by anybody: do not close them.
native_handle standard_input_handle() noexcept;
native_handle standard_output_handle() noexcept;
native_handle standard_error_handle() noexcept;
/// True if the handle is a terminal. Python: isatty(). Any thread.
bool is_terminal(native_handle handle) noexcept;
// [/standard_handles]

// [terminal_size]
/// How many characters fit on a terminal. Zero: it does not know.
struct terminal_size {
  unsigned columns = 0;
  unsigned rows = 0;
  friend bool operator==(const terminal_size&, const terminal_size&) = default;
};

/// Asks the terminal. Python: os.get_terminal_size(). **Throws** std::system_error when the handle
/// is no terminal. Any thread.
terminal_size get_terminal_size(native_handle terminal = standard_output_handle());

/// Follows the size of a terminal while it lives, and tells when everything is to be drawn anew.
/// asyncio: add_signal_handler() for SIGWINCH and SIGCONT, and a look at the size. Handlers of
/// those signals that the program had before are still called.
///
///     terminal_size_watch watch;
///     while (true) redraw(co_await watch.changed());
class terminal_size_watch {
 public:
  /// **Throws** std::system_error when the handle is no terminal; usage_error when no loop runs in
  /// this thread. The handle must stay open.
  explicit terminal_size_watch(native_handle terminal = standard_output_handle());
  terminal_size_watch(terminal_size_watch&& other) noexcept;
  terminal_size_watch& operator=(terminal_size_watch&& other) noexcept;
  ~terminal_size_watch();

  /// The size that was told last; at first the one at the making.
  terminal_size last() const;
  /// **Suspends** until the size is another than the one told last, and tells it; or until the
  /// program goes on in the foreground behind a suspension (Ctrl-Z, then `fg`), when others may
  /// have drawn on the terminal: the size may be the same then. A terminal_mode is set again
  /// before. No change is missed between two calls; of several, the last is told. In the background
  /// the program is only told of sizes. **Cancellation** tells nothing: the next call does.
  /// **Throws** usage_error for a second call while one waits, and when the watch goes meanwhile.
  /// **Threads**: only on the thread of its loop; a wait keeps what it needs alive.
  coro<terminal_size> changed();

 private:
  detail::state_ref<detail::terminal_size_state> state_;
};
// [/terminal_size]

// [terminal_mode]
/// What a terminal_mode sets. Trivial members only; the texts are copied.
struct terminal_mode_options {
  bool signals = true;  ///< Ctrl-C, Ctrl-\ and Ctrl-Z act as ever; false: they are bytes 3, 28, 26
  std::string_view enter = {};  ///< written to the terminal whenever the mode is set, and
  std::string_view leave = {};  ///< whenever it is put back: screen, cursor, paste mode. At most
                                ///< 256 bytes each.
};

/// Puts a terminal into character mode while it lives: each key can be read at once, and is not
/// echoed; editing is the program's job. Ctrl-D is byte 4, Enter is a newline. Python:
/// tty.setcbreak(), and a `finally` that puts the old mode back.
///
/// The mode that was found is put back on every way out: by the destructor (so by exceptions and
/// cancellation), by exit(), and by signals where those end the process: interrupt, hang-up and
/// termination, those of timers and limits, SIGUSR1 and SIGUSR2, and those of a crash. Only
/// _exit(), SIGKILL and signals that few programs know (SIGIO, SIGPWR, real-time) are beyond it. A
/// suspended program (Ctrl-Z) leaves the terminal as it was found; continued in the foreground, it
/// has its mode again. Handlers that the program had installed before are called, and then decide
/// what becomes of it; one installed later should call the one it replaces.
/// Modes nest: each puts back what it found, in whatever order they end.
/// **Threads**: any.
class terminal_mode {
 public:
  /// Sets nothing.
  terminal_mode() noexcept;
  /// **Throws** usage_error when the handle is no terminal, std::system_error when the terminal
  /// refuses, std::invalid_argument for a text that is too long. A process in the background is
  /// stopped here, as by any change of its terminal, until it is in the foreground.
  explicit terminal_mode(native_handle terminal, terminal_mode_options options = {});
  terminal_mode(terminal_mode&& other) noexcept;
  terminal_mode& operator=(terminal_mode&& other) noexcept;
  ~terminal_mode();

  /// Character mode of standard input.
  static terminal_mode character(terminal_mode_options options = {}) {
    return terminal_mode(standard_input_handle(), options);
  }

  /// True while it sets a mode.
  explicit operator bool() const noexcept { return record_ != nullptr; }
  /// Puts the old mode back before its time. Idempotent.
  void restore() noexcept;

 private:
  detail::terminal_mode_record* record_ = nullptr;
};
// [/terminal_mode]

}  // namespace rill
