// SPDX-License-Identifier: BSL-1.0
//
// Test cases whose body is a coroutine, on a loop of their own and in virtual time. A case fails
// when it leaves tasks running or lets an error come to the exception handler unseen.
//
//     RILL_TEST_CASE("a sleep ends in time", "[sleep]") {
//       const rill::time_point before = rill::loop_clock::now();
//       co_await rill::sleep(1s);
//       CHECK(rill::loop_clock::now() == before + 1s);
//     }
//
// In the body: await first, assert second. Never await inside an assertion. GCC 12 miscompiles
// bodies that declare nothing at all and await in a condition; an assertion is a declaration.
#pragma once

#include <string>
#include <string_view>

#include "rill/core/coro.hpp"
#include "rill/testing/virtual_run.hpp"
#include "support/catch.hpp"
#include "support/skip.hpp"

namespace rill_test {

using case_body = rill::coro<void> (*)();

/// Runs a body on a loop without I/O and fails the running case for what it finds.
void run_case_body(case_body body);

/// Registers a case once for each reactor that is compiled in: "<name> (epoll)", "[epoll]", ...
class io_case_registrar {
 public:
  io_case_registrar(case_body body, const char* file, int line, const char* name, const char* tags);
  io_case_registrar(void (*body)(), const char* file, int line, const char* name, const char* tags);

 private:
  static void add(case_body coroutine, void (*plain)(), const char* file, int line,
                  const char* name, const char* tags);
};

/// In an RILL_IO_TEST_CASE: the name of the reactor that it runs on.
std::string_view current_backend() noexcept;

/// Options of a loop on the reactor of this case, for cases that make loops of their own. With
/// RILL_TEST_IO_URING_RUNG=cooperative or =plain in the environment, "io_uring" is what kernels
/// before 6.1 or 5.19 have of it.
rill::loop_options backend_options();

}  // namespace rill_test

#define RILL_TEST_JOIN_AGAIN(a, b) a##b
#define RILL_TEST_JOIN(a, b) RILL_TEST_JOIN_AGAIN(a, b)
// Another one each time, also where several sources are compiled as one.
#define RILL_TEST_BODY RILL_TEST_JOIN(rill_case_body_, __COUNTER__)

/// A case without I/O. `name` is a sentence.
#define RILL_TEST_CASE(name, tags) RILL_TEST_CASE_OF(RILL_TEST_BODY, name, tags)
#define RILL_TEST_CASE_OF(body, name, tags)                    \
  static ::rill::coro<void> body();                            \
  TEST_CASE(name, tags) { ::rill_test::run_case_body(&body); } \
  static ::rill::coro<void> body()

/// A case with real I/O, once for each reactor. Where a reactor does not work, it is skipped, with
/// the reason. Time is virtual, unless the tags have [real-time].
#define RILL_IO_TEST_CASE(name, tags) \
  RILL_IO_TEST_CASE_OF(::rill::coro<void>, RILL_TEST_BODY, name, tags)
/// A plain case (no coroutine), once for each reactor; current_backend() names it.
#define RILL_REACTOR_TEST_CASE(name, tags) RILL_IO_TEST_CASE_OF(void, RILL_TEST_BODY, name, tags)
#define RILL_IO_TEST_CASE_OF(result, body, name, tags)                                             \
  static result body();                                                                            \
  static const ::rill_test::io_case_registrar RILL_TEST_JOIN(body, _io)(&body, __FILE__, __LINE__, \
                                                                        name, tags);               \
  static result body()
