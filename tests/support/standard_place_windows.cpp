// SPDX-License-Identifier: BSL-1.0
#include <windows.h>

#include <stdexcept>

#include "support/standard_place.hpp"

namespace rill_test {

namespace {

DWORD number_of(standard_one which) {
  switch (which) {
    case standard_one::input:
      return STD_INPUT_HANDLE;
    case standard_one::output:
      return STD_OUTPUT_HANDLE;
    default:
      return STD_ERROR_HANDLE;
  }
}

}  // namespace

standard_place::standard_place(standard_one which, rill::native_handle handle)
    : which_(which),
      before_(reinterpret_cast<rill::native_handle>(::GetStdHandle(number_of(which)))) {
  ::SetStdHandle(number_of(which), handle >= 0 ? reinterpret_cast<HANDLE>(handle) : nullptr);
}

standard_place::~standard_place() {
  ::SetStdHandle(number_of(which_), reinterpret_cast<HANDLE>(before_));
}

// Not for overlapped operations.
plain_pipe pipe_of_programs() {
  HANDLE reading = nullptr;
  HANDLE writing = nullptr;
  if (::CreatePipe(&reading, &writing, nullptr, 0) == FALSE) throw std::runtime_error("no pipe");
  return plain_pipe(reinterpret_cast<rill::native_handle>(reading),
                    reinterpret_cast<rill::native_handle>(writing));
}

}  // namespace rill_test
