// SPDX-License-Identifier: BSL-1.0
#include "rill/core/awaitable.hpp"

#include <coroutine>
#include <memory>
#include <string>
#include <type_traits>

#include "rill/core/future.hpp"
#include "rill/core/task.hpp"
#include "rill/core/yield.hpp"
#include "rill/loop/sleep.hpp"
#include "support/coroutine_case.hpp"

namespace {

struct foreign {
  bool await_ready() const noexcept { return true; }
  void await_suspend(std::coroutine_handle<> /*waiting*/) const noexcept {}
  const char* await_resume() const noexcept { return "foreign"; }
};

template <rill::awaitable Awaitable>
rill::coro<rill::await_result_t<Awaitable>> through(Awaitable awaited) {
  co_return co_await std::move(awaited);
}

}  // namespace

TEST_CASE("awaitable tells what can stand behind co_await", "[awaitable]") {
  static_assert(rill::awaitable<rill::coro<int>>);
  static_assert(!rill::awaitable<rill::coro<int>&>);
  static_assert(rill::awaitable<rill::task<int>>);
  static_assert(rill::awaitable<rill::task<int>&>);
  static_assert(rill::awaitable<const rill::future<std::string>&>);
  static_assert(rill::awaitable<decltype(rill::yield())>);
  static_assert(rill::awaitable<decltype(rill::sleep(std::chrono::seconds(1)))>);
  static_assert(rill::awaitable<foreign>);
  static_assert(rill::awaitable<std::suspend_always>);
  static_assert(!rill::awaitable<int>);
  static_assert(!rill::awaitable<std::string&>);
  static_assert(!rill::awaitable<void (*)()>);
  SUCCEED();
}

TEST_CASE("await_result_t is what comes out", "[awaitable]") {
  using pointer = std::unique_ptr<int>;
  static_assert(std::is_same_v<rill::await_result_t<rill::coro<pointer>>, pointer>);
  static_assert(std::is_same_v<rill::await_result_t<rill::coro<int&>>, int&>);
  static_assert(std::is_void_v<rill::await_result_t<rill::coro<>>>);
  static_assert(std::is_same_v<rill::await_result_t<rill::task<pointer>>, pointer>);
  static_assert(std::is_lvalue_reference_v<rill::await_result_t<rill::task<pointer>&>>);
  static_assert(std::is_same_v<rill::await_result_t<foreign>, const char*>);
  SUCCEED();
}

RILL_TEST_CASE("generic code awaits what it is given", "[awaitable]") {
  const std::string text = co_await through(foreign());
  CHECK(text == "foreign");
  const auto child = []() -> rill::coro<int> { co_return 3; };
  const int value = co_await through(child());
  CHECK(value == 3);
}
