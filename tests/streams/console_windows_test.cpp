// SPDX-License-Identifier: BSL-1.0
//
// Consoles: a pseudo console, and this program once more, which has it. What that one finds out is
// checked there; it ends with 0 if all is well.
#include <windows.h>

#include <cstddef>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>

#include "rill/core/coro.hpp"
#include "rill/loop/runner.hpp"
#include "rill/net/file.hpp"
#include "rill/streams/standard_streams.hpp"
#include "rill/streams/terminal.hpp"
#include "support/catch.hpp"
#include "support/skip.hpp"

namespace {

using make_console = HRESULT(WINAPI*)(COORD size, HANDLE input, HANDLE output, DWORD flags,
                                      void** made);
using close_console = void(WINAPI*)(void* console);

// A character of each length that UTF-8 knows. The screen of Wine 8.0 has no room for the last.
const std::string for_screen = "a\xc3\xa4\xe2\x82\xac";
const std::string every_length = for_screen + "\xf0\x9f\x98\x80";
constexpr DWORD longest_wait = 8'000;

template <class Function>
Function find(const char* name) {
  void (*const found)() =
      reinterpret_cast<void (*)()>(::GetProcAddress(::GetModuleHandleW(L"kernel32.dll"), name));
  return reinterpret_cast<Function>(found);
}

/// A console of 80 by 25, its keyboard and its screen; and a case of this program that has it.
class console {
 public:
  console() {
    HANDLE keys = nullptr;
    HANDLE screen = nullptr;
    ::CreatePipe(&keys, &keyboard_, nullptr, 0);
    ::CreatePipe(&screen_, &screen, nullptr, 0);
    const auto make = find<make_console>("CreatePseudoConsole");
    if (make == nullptr || make({80, 25}, keys, screen, 0, &console_) != S_OK) console_ = nullptr;
    ::CloseHandle(keys);
    ::CloseHandle(screen);
  }
  console(const console&) = delete;
  console& operator=(const console&) = delete;
  ~console() {
    if (process_ != nullptr) {
      ::TerminateProcess(process_, 99);
      ::CloseHandle(process_);
    }
    if (console_ != nullptr) find<close_console>("ClosePseudoConsole")(console_);
    ::CloseHandle(keyboard_);
    ::CloseHandle(screen_);
  }

  bool lacks() const {
    if (console_ == nullptr) rill_test::skip("here are no pseudo consoles");
    return console_ == nullptr;
  }

  void run(const std::string& name) {
    constexpr DWORD_PTR of_console = 0x00020016;
    SIZE_T size = 0;
    ::InitializeProcThreadAttributeList(nullptr, 1, 0, &size);
    const auto memory = std::make_unique<std::byte[]>(size);
    auto* const list = reinterpret_cast<LPPROC_THREAD_ATTRIBUTE_LIST>(memory.get());
    ::InitializeProcThreadAttributeList(list, 1, 0, &size);
    ::UpdateProcThreadAttribute(list, 0, of_console, console_, sizeof console_, nullptr, nullptr);
    STARTUPINFOEXA start{};
    start.StartupInfo.cb = sizeof start;
    start.lpAttributeList = list;
    char path[MAX_PATH] = {};
    ::GetModuleFileNameA(nullptr, path, sizeof path);
    std::string command = "\"" + std::string(path) + "\" \"" + name + "\"";
    PROCESS_INFORMATION made{};
    REQUIRE(::CreateProcessA(path, command.data(), nullptr, nullptr, FALSE,
                             EXTENDED_STARTUPINFO_PRESENT, nullptr, nullptr, &start.StartupInfo,
                             &made) != FALSE);
    ::CloseHandle(made.hThread);
    process_ = made.hProcess;
  }
  void press(const std::string& keys) const {
    DWORD written = 0;
    ::WriteFile(keyboard_, keys.data(), static_cast<DWORD>(keys.size()), &written, nullptr);
  }
  /// Waits until that is on the screen.
  bool shows(const std::string& text) {
    for (DWORD waited = 0; waited < longest_wait; waited += 10) {
      look_at_screen();
      if (seen_.find(text) != std::string::npos) return true;
      ::Sleep(10);
    }
    return false;
  }
  const std::string& seen() const { return seen_; }
  DWORD exit_code() {
    DWORD code = 98;
    for (DWORD waited = 0; waited < longest_wait; waited += 10) {
      look_at_screen();  // nobody writes to a screen for ever that nobody looks at
      if (::WaitForSingleObject(process_, 10) != WAIT_OBJECT_0) continue;
      ::GetExitCodeProcess(process_, &code);
      break;
    }
    return code;
  }

 private:
  void look_at_screen() {
    DWORD there = 0;
    ::PeekNamedPipe(screen_, nullptr, 0, nullptr, &there, nullptr);
    if (there == 0) return;
    std::string more(there, '\0');
    ::ReadFile(screen_, more.data(), there, &there, nullptr);
    seen_.append(more, 0, there);
  }

  HANDLE keyboard_ = nullptr;
  HANDLE screen_ = nullptr;
  void* console_ = nullptr;
  HANDLE process_ = nullptr;
  std::string seen_;
};

/// In the other process: the console as standard input and output, whatever was inherited.
void take_console() {
  constexpr DWORD both = GENERIC_READ | GENERIC_WRITE;
  constexpr DWORD shared = FILE_SHARE_READ | FILE_SHARE_WRITE;
  ::SetStdHandle(STD_INPUT_HANDLE,
                 ::CreateFileW(L"CONIN$", both, shared, nullptr, OPEN_EXISTING, 0, nullptr));
  ::SetStdHandle(STD_OUTPUT_HANDLE,
                 ::CreateFileW(L"CONOUT$", both, shared, nullptr, OPEN_EXISTING, 0, nullptr));
}

DWORD mode_of(rill::native_handle handle) {
  DWORD mode = 0;
  ::GetConsoleMode(reinterpret_cast<HANDLE>(handle), &mode);
  return mode;
}

rill::coro<> say(std::string text) {
  rill::stream_writer writer = co_await rill::open_standard_output();
  co_await writer.write_all(text);
  co_await writer.flush();
}

rill::coro<> say_byte_by_byte(std::string text) {
  rill::stream_writer writer = co_await rill::open_standard_output();
  for (const char byte : text) {
    co_await writer.write_all(std::string(1, byte));
    co_await writer.flush();
  }
}

rill::coro<std::string> read_line() {
  rill::stream_reader reader = co_await rill::open_standard_input();
  std::string line = co_await reader.readline();
  co_return std::move(line);
}

rill::coro<bool> opens(std::string path) {
  const rill::file opened = co_await rill::open_file(std::move(path));
  co_return static_cast<bool>(opened);
}

rill::coro<std::string> read_key() {
  rill::stream_reader reader = co_await rill::open_standard_input();
  std::string key = co_await reader.read(16);
  co_return std::move(key);
}

}  // namespace

TEST_CASE("in a console: lines", "[.][in_console]") {
  take_console();
  CHECK(rill::is_terminal(rill::standard_input_handle()));
  CHECK(rill::is_terminal(rill::standard_output_handle()));
  const rill::terminal_size size = rill::get_terminal_size(rill::standard_output_handle());
  CHECK(size.columns == 80);
  CHECK(size.rows == 25);
  rill::run(say("first: " + for_screen + " line?"));
  CHECK(rill::run(read_line()) == every_length + "\r\n");
}

TEST_CASE("in a console: keys", "[.][in_console]") {
  take_console();
  const rill::native_handle input = rill::standard_input_handle();
  const DWORD before = mode_of(input);
  {
    rill::terminal_mode_options options;
    options.enter = "<enter>";
    options.leave = "<leave>";
    const rill::terminal_mode mode = rill::terminal_mode::character(options);
    CHECK((mode_of(input) & ENABLE_LINE_INPUT) == 0);
    CHECK((mode_of(input) & ENABLE_ECHO_INPUT) == 0);
    CHECK(rill::run(read_key()) == "\xc3\xa4");
  }
  CHECK(mode_of(input) == before);
}

TEST_CASE("in a console: characters in pieces", "[.][in_console]") {
  take_console();
  rill::run(say_byte_by_byte("pieces: " + for_screen + " end"));
}

TEST_CASE("in a console: no files", "[.][in_console]") {
  take_console();
  CHECK_THROWS_AS(rill::file::adopt(rill::standard_input_handle()), std::invalid_argument);
  CHECK_THROWS_AS(rill::run(opens("CONIN$")), std::invalid_argument);
  CHECK(rill::run(opens("NUL")));
}

TEST_CASE("a console is read and written in UTF-8, whatever its code page is", "[console]") {
  console made;
  if (made.lacks()) return;
  made.run("in a console: lines");
  const bool shown = made.shows("first: " + for_screen + " line?");
  INFO(made.seen());
  CHECK(shown);
  made.press(every_length + "\r");
  CHECK(made.exit_code() == 0);
}

TEST_CASE("a character that is written in pieces comes out whole", "[console]") {
  console made;
  if (made.lacks()) return;
  made.run("in a console: characters in pieces");
  CHECK(made.exit_code() == 0);
  INFO(made.seen());
  CHECK(made.shows("\xc3\xa4"));
  CHECK(made.shows("\xe2\x82\xac"));
  CHECK(made.seen().find("\xef\xbf\xbd") == std::string::npos);  // the mark of what is no text
}

TEST_CASE("a console is no file", "[console]") {
  console made;
  if (made.lacks()) return;
  made.run("in a console: no files");
  CHECK(made.exit_code() == 0);
}

TEST_CASE("the mode of a console is set, and put back", "[console]") {
  console made;
  if (made.lacks()) return;
  made.run("in a console: keys");
  CHECK(made.shows("<enter>"));
  made.press("\xc3\xa4");  // without an end of a line
  CHECK(made.shows("<leave>"));
  CHECK(made.exit_code() == 0);
}
