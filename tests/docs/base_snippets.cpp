// SPDX-License-Identifier: BSL-1.0
// The pieces of docs/reference/base.
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <stdexcept>
#include <system_error>
#include <utility>

#include "rill/base.hpp"

namespace {

void expect(bool holds, const char* what) {
  if (holds) return;
  std::printf("base: %s\n", what);
  std::exit(1);
}

void unique_function_page() {
  // [unique_function]
  auto message = std::make_unique<int>(42);
  rill::unique_function<int(int)> add = [message = std::move(message)](int n) {
    return *message + n;
  };
  rill::unique_function<int(int)> moved = std::move(add);
  const int sum = moved(1);          // 43
  const bool gone = add == nullptr;  // moved from, so empty: calling it would throw
  // [/unique_function]
  expect(sum == 43 && gone, "unique_function");
}

// [native_handle]
class owned_handle {
 public:
  explicit owned_handle(rill::native_handle handle) : handle_(handle) {}
  bool is_open() const { return handle_ != rill::invalid_handle; }

 private:
  rill::native_handle handle_ = rill::invalid_handle;
};
// [/native_handle]

// [assert]
class waiting_room {
 public:
  void enter() { ++waiting_; }
  void leave() { --waiting_; }
  ~waiting_room() { RILL_CHECK(waiting_ == 0, "let everybody leave before the room goes away"); }

 private:
  int waiting_ = 0;
};
// [/assert]

// [handler]
void log_assertion(const char* file, int line, const char* condition, const char* advice) {
  std::fprintf(stderr, "%s:%d: %s, but not so: %s\n", file, line, advice, condition);
}
// [/handler]

void error_page() {
  // [error]
  try {
    rill::detail::throw_system_error(ECONNREFUSED, "connect to 127.0.0.1:9");
  } catch (const std::system_error& error) {
    expect(error.code() == std::errc::connection_refused, "the error");
  }
  // [/error]
}

void config_page() {
  // [config]
  if constexpr (RILL_DEBUG_CHECKS == 1) {
    std::puts("checks that cost more than a compare are on");
  }
  // [/config]
}

}  // namespace

int main() {
  unique_function_page();
  expect(!owned_handle(rill::invalid_handle).is_open(), "native_handle");
  waiting_room room;
  room.enter();
  room.leave();
  const auto before = rill::set_assertion_handler(log_assertion);
  expect(rill::set_assertion_handler(before) == log_assertion, "handler");
  error_page();
  config_page();
}
