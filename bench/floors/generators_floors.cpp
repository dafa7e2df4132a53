// SPDX-License-Identifier: BSL-1.0
// Floors of micro/generators_micro.cpp: a bare generator that is awaited, named after its cases.
#include <benchmark/benchmark.h>

#include <coroutine>
#include <cstdint>
#include <exception>
#include <optional>
#include <utility>

#include "support/floor_tasks.hpp"

namespace {

using floors::ready;
using floors::task;

/// Resumed and resuming by symmetric transfer; may await what floors::task may.
class [[nodiscard]] generator {
 public:
  struct promise_type : floors::pooled, floors::resumable {
    struct to_consumer {
      bool await_ready() const noexcept { return false; }
      std::coroutine_handle<> await_suspend(std::coroutine_handle<promise_type> from) noexcept {
        return from.promise().consumer;
      }
      void await_resume() const noexcept {}
    };

    generator get_return_object() {
      return generator(std::coroutine_handle<promise_type>::from_promise(*this));
    }
    std::suspend_always initial_suspend() const noexcept { return {}; }
    to_consumer final_suspend() noexcept {
      item.reset();
      return {};
    }
    to_consumer yield_value(int value) noexcept {
      item = value;
      return {};
    }
    void return_void() const noexcept {}
    void unhandled_exception() const noexcept { std::terminate(); }

    std::coroutine_handle<> consumer;
    std::optional<int> item;
  };

  generator(generator&& other) noexcept : handle_(std::exchange(other.handle_, {})) {}
  generator& operator=(generator&&) = delete;
  ~generator() {
    if (handle_) handle_.destroy();
  }

  class step {
   public:
    explicit step(std::coroutine_handle<promise_type> handle) noexcept : handle_(handle) {}
    bool await_ready() const noexcept { return false; }
    std::coroutine_handle<> await_suspend(std::coroutine_handle<> consumer) noexcept {
      handle_.promise().consumer = consumer;
      return handle_;
    }
    std::optional<int> await_resume() const noexcept { return handle_.promise().item; }

   private:
    std::coroutine_handle<promise_type> handle_;
  };
  step next() const noexcept { return step(handle_); }

 private:
  explicit generator(std::coroutine_handle<promise_type> handle) : handle_(handle) {}

  std::coroutine_handle<promise_type> handle_;
};

generator count() {
  for (int i = 0;; ++i) co_yield i;
}

generator mapped(generator source) {
  while (true) {
    const std::optional<int> item = co_await source.next();
    co_yield *item + 1;
  }
}

task iterates(benchmark::State& state, generator items) {
  std::int64_t sum = 0;
  for (auto _ : state) {
    const std::optional<int> item = co_await items.next();
    sum += *item;
  }
  benchmark::DoNotOptimize(sum);
}

void generator_items(benchmark::State& state) {
  const task run = iterates(state, count());
  ready.run();
}
BENCHMARK(generator_items);

void generator_mapped(benchmark::State& state) {
  const task run = iterates(state, mapped(count()));
  ready.run();
}
BENCHMARK(generator_mapped);

}  // namespace

BENCHMARK_MAIN();
