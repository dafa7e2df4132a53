// SPDX-License-Identifier: BSL-1.0
//
// There is no fork: this program is started once more, with the running case and a number, and that
// case's call of this number is the one that dies.
#include "support/death.hpp"

#include <windows.h>

#include <cstdio>
#include <cstdlib>

#include "support/catch.hpp"

namespace rill_test {

namespace {

constexpr const char* number_variable = "RILL_TEST_DIES_AT_CALL";
constexpr DWORD exit_code_of_abort = 3;

/// A pipe's read end, and its write end for another process.
struct pipe_to_us {
  pipe_to_us() {
    SECURITY_ATTRIBUTES inherited{sizeof(SECURITY_ATTRIBUTES), nullptr, TRUE};
    REQUIRE(::CreatePipe(&read_end, &write_end, &inherited, 0));
    ::SetHandleInformation(read_end, HANDLE_FLAG_INHERIT, 0);
  }
  pipe_to_us(const pipe_to_us&) = delete;
  pipe_to_us& operator=(const pipe_to_us&) = delete;
  ~pipe_to_us() {
    ::CloseHandle(read_end);
    close_write_end();
  }
  void close_write_end() {
    if (write_end != nullptr) ::CloseHandle(write_end);
    write_end = nullptr;
  }

  HANDLE read_end = nullptr;
  HANDLE write_end = nullptr;
};

/// The number of this call in its case, from 1.
int number_of_call(const std::string& name) {
  static std::string last_name;
  static int calls = 0;
  if (name != last_name) calls = 0;
  last_name = name;
  return ++calls;
}

/// The framework's pattern for this one case, as an argument of a command line.
std::string argument_of(const std::string& name) {
  std::string pattern;
  for (const char letter : name) {
    if (std::string(",[\\").find(letter) != std::string::npos) pattern += '\\';
    if (letter == '"') pattern += '\\';
    pattern += letter;
  }
  return '"' + pattern + '"';
}

PROCESS_INFORMATION start_once_more(const std::string& name, HANDLE standard_error) {
  char program[MAX_PATH];
  ::GetModuleFileNameA(nullptr, program, MAX_PATH);
  std::string line = '"' + std::string(program) + "\" " + argument_of(name);
  STARTUPINFOA how{};
  how.cb = sizeof how;
  how.dwFlags = STARTF_USESTDHANDLES;
  how.hStdError = standard_error;
  PROCESS_INFORMATION started{};
  REQUIRE(::CreateProcessA(program, line.data(), nullptr, nullptr, TRUE, 0, nullptr, nullptr, &how,
                           &started));
  ::CloseHandle(started.hThread);
  return started;
}

death die_elsewhere(const std::string& name, int number) {
  pipe_to_us pipe;
  ::SetEnvironmentVariableA(number_variable, std::to_string(number).c_str());
  const PROCESS_INFORMATION child = start_once_more(name, pipe.write_end);
  ::SetEnvironmentVariableA(number_variable, nullptr);
  pipe.close_write_end();
  death result;
  char text[256];
  for (DWORD got = 0; ::ReadFile(pipe.read_end, text, sizeof text, &got, nullptr) && got != 0;) {
    result.output.append(text, got);
  }
  ::WaitForSingleObject(child.hProcess, INFINITE);
  DWORD code = 0;
  ::GetExitCodeProcess(child.hProcess, &code);
  ::CloseHandle(child.hProcess);
  result.aborted = code == exit_code_of_abort;
  return result;
}

}  // namespace

death die_in(const std::function<void()>& callable) {
  const std::string name = Catch::getResultCapture().getCurrentTestName();
  const int number = number_of_call(name);
  const char* const wanted = std::getenv(number_variable);
  if (wanted == nullptr) return die_elsewhere(name, number);
  if (std::atoi(wanted) == number) {
    callable();
    std::_Exit(0);
  }
  return {};
}

}  // namespace rill_test
