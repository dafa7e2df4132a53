// SPDX-License-Identifier: BSL-1.0
// What the samples of the shape check share: a coroutine type and a few functions to await. The
// samples are read by the check and never linked.
#pragma once

#include <array>
#include <chrono>
#include <coroutine>
#include <functional>
#include <initializer_list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

template <class T = void>
struct job {
  struct promise_type;
  explicit job(std::coroutine_handle<promise_type> handle);
  job(job&& other) noexcept;
  ~job();
  bool await_ready() const noexcept;
  void await_suspend(std::coroutine_handle<> waiting) const;
  T await_resume() const;
};

template <class T>
struct job<T>::promise_type {
  job get_return_object();
  std::suspend_always initial_suspend() noexcept;
  std::suspend_always final_suspend() noexcept;
  void unhandled_exception();
  template <class U>
  void return_value(U&& value);
  template <class U>
  std::suspend_always yield_value(U&&) {
    return {};
  }
  std::suspend_always yield_value(std::initializer_list<int> values);
};

template <>
struct job<void>::promise_type {
  job get_return_object();
  std::suspend_always initial_suspend() noexcept;
  std::suspend_always final_suspend() noexcept;
  void unhandled_exception();
  void return_void();
  template <class U>
  std::suspend_always yield_value(U&&) {
    return {};
  }
  std::suspend_always yield_value(std::initializer_list<int> values);
};

// A value with a constructor and a destructor: safe wherever it has no aggregate around it.
class parcel {
 public:
  explicit parcel(int weight);
  parcel(const parcel& other);
  ~parcel();
  int weight() const;

 private:
  int weight_;
};

struct letter {  // an aggregate that owns
  std::string text;
  int stamp = 0;
};

struct limits {  // an aggregate of trivial members only
  std::chrono::nanoseconds timeout{};
  int tries = 0;
  std::string_view label{};
  std::optional<std::chrono::nanoseconds> grace{};
};

struct crate {  // owns, with a constructor of its own
  crate(parcel inside, int stamp);
  parcel inside;
  int stamp;
};

struct knock {  // an awaiter that is an aggregate
  std::string door;
  bool await_ready() const noexcept;
  void await_suspend(std::coroutine_handle<> waiting) const;
  void await_resume() const;
};

class ring {  // an awaiter with a constructor
 public:
  explicit ring(std::string door);
  bool await_ready() const noexcept;
  void await_suspend(std::coroutine_handle<> waiting) const;
  void await_resume() const;

 private:
  std::string door_;
};

job<bool> ready();
job<int> number(int from = 1);
job<parcel> fetch(int weight = 1);
job<std::optional<parcel>> next_parcel();
job<std::string> text();
job<std::vector<std::string>> lines();
job<std::pair<parcel, parcel>> both();
job<> turn();
template <class T>
job<int> keep(T) {
  co_return 1;
}
template <class T>
job<int> look(const T&) {
  co_return 1;
}
template <class F, class... Args>
job<int> to_thread(F, Args...) {
  co_return 1;
}
job<int> post(letter one);
job<int> post_default(letter one = letter{"none", 1});
job<int> tune(limits with);
job<int> sum(std::vector<int> values);
job<int> pack(std::pair<parcel, int> one);
letter write_letter();
void use(int value);
