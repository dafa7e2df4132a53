// SPDX-License-Identifier: BSL-1.0
//
// The console of Windows as the terminal: its input and its output are two handles, each with a
// mode of its own.
#include <windows.h>

#include <cerrno>
#include <cstdlib>
#include <memory>
#include <mutex>
#include <string>
#include <utility>

#include "base/console_calls_windows.hpp"
#include "base/windows_errors.hpp"
#include "base/windows_handles.hpp"
#include "rill/base/error.hpp"
#include "rill/core/errors.hpp"
#include "rill/streams/terminal.hpp"

namespace rill {

namespace detail {

namespace {

constexpr std::size_t most_text = 256;
constexpr DWORD keys_as_text = ENABLE_VIRTUAL_TERMINAL_INPUT;
constexpr DWORD text_as_commands = ENABLE_PROCESSED_OUTPUT | ENABLE_VIRTUAL_TERMINAL_PROCESSING;

/// The screen that belongs to the program's console.
class console_output {
 public:
  console_output() noexcept
      : handle_(::CreateFileW(L"CONOUT$", GENERIC_READ | GENERIC_WRITE,
                              FILE_SHARE_READ | FILE_SHARE_WRITE, nullptr, OPEN_EXISTING, 0,
                              nullptr)) {}
  console_output(const console_output&) = delete;
  console_output& operator=(const console_output&) = delete;
  ~console_output() {
    if (handle_ != INVALID_HANDLE_VALUE) ::CloseHandle(handle_);
  }
  HANDLE get() const noexcept { return handle_; }
  void write(const std::string& text) const noexcept {
    windows::write_console(handle_, text.data(), text.size());
  }

 private:
  HANDLE handle_;
};

}  // namespace

/// One mode that was set; in the list while it is.
struct terminal_mode_record {
  HANDLE input = nullptr;
  DWORD found = 0;
  DWORD found_output = 0;
  console_output output;
  std::string enter;
  std::string leave;
  terminal_mode_record* older = nullptr;
  terminal_mode_record* newer = nullptr;
};

namespace {

struct mode_list {
  std::mutex mutex;
  terminal_mode_record* newest = nullptr;
  bool at_exit = false;
};

mode_list& modes() noexcept {
  static auto* const instance = new mode_list;  // also behind the end of main()
  return *instance;
}

void put_back(const terminal_mode_record& record) noexcept {
  record.output.write(record.leave);
  ::SetConsoleMode(record.output.get(), record.found_output);
  ::SetConsoleMode(record.input, record.found);
}

void put_all_back() {
  const std::lock_guard guard(modes().mutex);
  for (const terminal_mode_record* each = modes().newest; each != nullptr; each = each->older) {
    put_back(*each);
  }
}

void link(terminal_mode_record& record) noexcept {
  mode_list& list = modes();
  if (!list.at_exit) list.at_exit = std::atexit(&put_all_back) == 0;
  record.older = list.newest;
  if (record.older != nullptr) record.older->newer = &record;
  list.newest = &record;
}

/// Returns 0 or an error code.
int enter_mode(terminal_mode_record& record, bool signals) noexcept {
  const std::lock_guard guard(modes().mutex);
  if (::GetConsoleMode(record.input, &record.found) == FALSE) return errno_of(::GetLastError());
  DWORD wanted = record.found | keys_as_text;
  wanted &= ~static_cast<DWORD>(ENABLE_LINE_INPUT | ENABLE_ECHO_INPUT);
  if (!signals) wanted &= ~static_cast<DWORD>(ENABLE_PROCESSED_INPUT);
  if (::SetConsoleMode(record.input, wanted) == FALSE) return errno_of(::GetLastError());
  ::GetConsoleMode(record.output.get(), &record.found_output);
  ::SetConsoleMode(record.output.get(), record.found_output | text_as_commands);
  record.output.write(record.enter);
  link(record);
  return 0;
}

/// What was set later on the same console puts back what this one has found.
void leave_mode(terminal_mode_record& record) noexcept {
  const std::lock_guard guard(modes().mutex);
  mode_list& list = modes();
  (record.newer != nullptr ? record.newer->older : list.newest) = record.older;
  if (record.older != nullptr) record.older->newer = record.newer;
  if (record.newer == nullptr) {
    put_back(record);
    return;
  }
  record.newer->found = record.found;
  record.newer->found_output = record.found_output;
  record.output.write(record.leave);
}

std::string checked_text(std::string_view text) {
  if (text.size() > most_text) {
    throw_invalid_argument("rill: a text of a terminal mode has at most 256 bytes");
  }
  return std::string(text);
}

native_handle standard_handle(DWORD which) noexcept {
  const HANDLE handle = ::GetStdHandle(which);
  return handle == nullptr ? invalid_handle : number_of(handle);
}

}  // namespace

}  // namespace detail

native_handle standard_input_handle() noexcept { return detail::standard_handle(STD_INPUT_HANDLE); }
native_handle standard_output_handle() noexcept {
  return detail::standard_handle(STD_OUTPUT_HANDLE);
}
native_handle standard_error_handle() noexcept { return detail::standard_handle(STD_ERROR_HANDLE); }

bool is_terminal(native_handle handle) noexcept {
  DWORD mode = 0;
  return ::GetConsoleMode(detail::handle_of(handle), &mode) != FALSE;
}

terminal_size get_terminal_size(native_handle terminal) {
  CONSOLE_SCREEN_BUFFER_INFO about{};
  if (::GetConsoleScreenBufferInfo(detail::handle_of(terminal), &about) == FALSE) {
    detail::throw_system_error(detail::errno_of(::GetLastError()), "rill: the size of a terminal");
  }
  terminal_size told;
  told.columns = static_cast<unsigned>(about.srWindow.Right - about.srWindow.Left + 1);
  told.rows = static_cast<unsigned>(about.srWindow.Bottom - about.srWindow.Top + 1);
  return told;
}

terminal_mode::terminal_mode(native_handle terminal, terminal_mode_options options) {
  if (!is_terminal(terminal)) {
    detail::throw_usage("rill: terminal_mode needs a terminal; ask is_terminal() before");
  }
  auto made = std::make_unique<detail::terminal_mode_record>();
  made->enter = detail::checked_text(options.enter);
  made->leave = detail::checked_text(options.leave);
  made->input = detail::handle_of(terminal);
  const int error = detail::enter_mode(*made, options.signals);
  if (error != 0) {
    detail::throw_system_error(error, "rill: the terminal refuses character mode");
  }
  record_ = made.release();
}

void terminal_mode::restore() noexcept {
  const std::unique_ptr<detail::terminal_mode_record> ended(std::exchange(record_, nullptr));
  if (ended) detail::leave_mode(*ended);
}

}  // namespace rill
