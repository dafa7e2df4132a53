// SPDX-License-Identifier: BSL-1.0
// Functions that are named at compile time, as jobs of worker processes.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <iterator>
#include <memory>
#include <ranges>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <typeinfo>
#include <utility>
#include <vector>

#include "rill/core/coro.hpp"
#include "rill/core/detail/task_block.hpp"
#include "rill/exec/detail/process_job.hpp"
#include "rill/exec/detail/process_pool_owner.hpp"
#include "rill/exec/detail/process_registry.hpp"
#include "rill/exec/executor_future.hpp"
#include "rill/exec/process_archive.hpp"
#include "rill/exec/process_map_results.hpp"
#include "rill/loop/runner.hpp"

namespace rill::detail {

template <class Parameter>
constexpr bool sees_copy =
    !std::is_lvalue_reference_v<Parameter> || std::is_const_v<std::remove_reference_t<Parameter>>;

template <class T>
constexpr void require_transferable() {
  static_assert(!std::is_pointer_v<T>,
                "rill: a pointer means nothing in another process; send the value");
  static_assert(std::is_pointer_v<T> || process_transferable<T>,
                "rill: this type cannot be sent to a worker process: give it a member "
                "`template <class Archive> void serialize(Archive& archive)`, or include cereal's "
                "header for it, for example <cereal/types/memory.hpp>; it must also be default "
                "constructible. Views and references cannot be sent");
}

template <class Tuple>
constexpr void require_all() {
  []<class... T>(std::type_identity<std::tuple<T...>>) {
    (require_transferable<T>(), ...);
  }(std::type_identity<Tuple>());
}

/// A coroutine function runs in a loop of the worker.
template <class T>
struct process_job_result {
  using type = T;
};
template <class T>
struct process_job_result<coro<T>> {
  using type = T;
};

/// The types of a function that is not overloaded.
template <class Function>
struct process_signature : process_signature<decltype(&Function::operator())> {};
template <class R, class... P>
struct process_signature<R (*)(P...)> {
  static_assert((sees_copy<P> && ...),
                "rill: the worker has copies of the arguments, so the caller would not see what a "
                "function does to a T&; take a T or a const T&, and return what is new");
  using arguments = std::tuple<std::remove_cvref_t<P>...>;
  using result = typename process_job_result<std::remove_cvref_t<R>>::type;
};
template <class R, class... P>
struct process_signature<R (*)(P...) noexcept> : process_signature<R (*)(P...)> {};
template <class R, class C, class... P>
struct process_signature<R (C::*)(P...) const> : process_signature<R (*)(P...)> {};
template <class R, class C, class... P>
struct process_signature<R (C::*)(P...) const noexcept> : process_signature<R (*)(P...)> {};

template <auto Function>
using process_arguments = typename process_signature<decltype(Function)>::arguments;
template <auto Function>
using process_result = typename process_signature<decltype(Function)>::result;

template <class... T>
void save_all(wire_writer& out, const std::tuple<T...>& values) {
  process_output_archive to(out);
  std::apply([&](const T&... each) { (to(each), ...); }, values);
}
template <class... T>
std::tuple<T...> load_all(wire_reader& in) {
  process_input_archive from(in);
  std::tuple<T...> values;
  std::apply([&](T&... each) { (from(each), ...); }, values);
  return values;
}
template <class Tuple>
struct load_tuple;
template <class... T>
struct load_tuple<std::tuple<T...>> {
  static std::tuple<T...> from(wire_reader& in) { return load_all<T...>(in); }
};

/// Calls it, as a coroutine in a loop if it is one.
template <auto Function, class... T>
process_result<Function> call_served(T&&... values) {
  using returned = std::invoke_result_t<decltype(Function), T...>;
  if constexpr (is_coro<std::remove_cvref_t<returned>>) {
    return run(Function(std::forward<T>(values)...));
  } else {
    return static_cast<process_result<Function>>(Function(std::forward<T>(values)...));
  }
}

inline void write_value_mark(wire_writer& out) { out.write_number(std::uint8_t{0}); }

template <class Result>
void write_result(wire_writer& out, const Result& result) {
  write_value_mark(out);
  process_output_archive to(out);
  to(result);
}

/// A function as the worker serves it.
template <auto Function>
struct process_entry {
  using arguments = process_arguments<Function>;
  using result = process_result<Function>;

  static void serve(wire_reader& in, wire_writer& out) {
    arguments values = load_tuple<arguments>::from(in);
    in.finish();
    const auto call = [](auto&&... each) -> decltype(auto) {
      return call_served<Function>(std::forward<decltype(each)>(each)...);
    };
    if constexpr (std::is_void_v<result>) {
      std::apply(call, std::move(values));
      write_value_mark(out);
    } else {
      write_result(out, std::apply(call, std::move(values)));
    }
  }

  // Made before main(), in pool and worker alike, because something refers to it.
  static inline const std::uint64_t id = register_served(typeid(process_entry).name(), &serve);
};

/// The same for a piece of a map: calls it for each item, and gives all results.
template <auto Function>
struct process_map_entry {
  using item = std::tuple_element_t<0, process_arguments<Function>>;
  using result = process_result<Function>;

  static void serve(wire_reader& in, wire_writer& out) {
    process_input_archive from(in);
    std::vector<item> items;
    from(items);
    in.finish();
    if constexpr (std::is_void_v<result>) {
      for (item& each : items) call_served<Function>(std::move(each));
      write_value_mark(out);
    } else {
      std::vector<result> results;
      results.reserve(items.size());
      for (item& each : items) results.push_back(call_served<Function>(std::move(each)));
      write_result(out, results);
    }
  }

  static inline const std::uint64_t id = register_served(typeid(process_map_entry).name(), &serve);
};

/// A job with its arguments, and the promise of its result.
template <class Result, class Arguments>
class process_call final : public process_job {
 public:
  process_call(std::uint64_t id, Arguments arguments) : id_(id), arguments_(std::move(arguments)) {}

  executor_future<Result> get_future() const { return promise_.get_future(); }

  void encode(wire_writer& out) override {
    out.write_number(id_);
    save_all(out, arguments_);
  }
  void decode(wire_reader& in) override {
    if constexpr (std::is_void_v<Result>) {
      in.finish();
      promise_.set_result();
    } else {
      Result value{};
      process_input_archive from(in);
      from(value);
      in.finish();
      promise_.set_result(std::move(value));
    }
  }
  bool begin() noexcept override { return promise_.begin(); }
  void fail(std::exception_ptr error) noexcept override { promise_.refuse(std::move(error)); }
  void cancel(std::string_view reason) noexcept override { promise_.get_future().cancel(reason); }

 private:
  const std::uint64_t id_;
  const Arguments arguments_;
  executor_promise<Result> promise_;
};

/// The arguments of a job, as the function's parameters are.
template <auto Function, class... Args>
process_arguments<Function> arguments_for(Args&&... args) {
  using arguments = process_arguments<Function>;
  static_assert(std::tuple_size_v<arguments> == sizeof...(Args),
                "rill: a job needs one argument for each parameter of its function");
  require_all<arguments>();
  if constexpr (!std::is_void_v<process_result<Function>>) {
    require_transferable<process_result<Function>>();
  }
  static_assert(std::is_constructible_v<arguments, Args...>,
                "rill: an argument of this job does not convert to the function's parameter");
  return arguments(std::forward<Args>(args)...);
}

/// What each worker calls first.
template <auto Function>
class process_initial_call final : public process_job_maker {
 public:
  explicit process_initial_call(process_arguments<Function> arguments)
      : arguments_(std::move(arguments)) {}
  void encode(wire_writer& out) const override {
    out.write_number(process_entry<Function>::id);
    save_all(out, arguments_);
  }

 private:
  const process_arguments<Function> arguments_;
};

/// A chunk of a map.
template <auto Function>
class process_map_call final : public process_job {
 public:
  using entry = process_map_entry<Function>;
  using value = typename process_map_results<typename entry::result>::value_type;

  explicit process_map_call(std::vector<typename entry::item> items) : items_(std::move(items)) {}

  executor_future<std::vector<value>> get_future() const { return promise_.get_future(); }

  void encode(wire_writer& out) override {
    out.write_number(entry::id);
    process_output_archive to(out);
    to(items_);
  }
  void decode(wire_reader& in) override {
    std::vector<value> values;
    if constexpr (std::is_void_v<typename entry::result>) {
      values.resize(items_.size());
    } else {
      process_input_archive from(in);
      from(values);
    }
    in.finish();
    promise_.set_result(std::move(values));
  }
  bool begin() noexcept override { return promise_.begin(); }
  void fail(std::exception_ptr error) noexcept override { promise_.refuse(std::move(error)); }
  void cancel(std::string_view reason) noexcept override { promise_.get_future().cancel(reason); }

 private:
  const std::vector<typename entry::item> items_;
  executor_promise<std::vector<value>> promise_;
};

template <auto Function, class Range>
auto submit_map(process_pool_owner& pool, Range&& range, std::size_t chunk_size) {
  using call = process_map_call<Function>;
  using item = typename call::entry::item;
  static_assert(std::tuple_size_v<process_arguments<Function>> == 1,
                "rill: the function of map() takes one argument");
  require_transferable<item>();
  if constexpr (!std::is_void_v<process_result<Function>>) {
    require_transferable<process_result<Function>>();
  }
  static_assert(std::is_constructible_v<item, std::ranges::range_reference_t<Range>>,
                "rill: the elements of the range do not convert to the function's parameter");
  std::vector<item> items;
  if constexpr (std::ranges::sized_range<Range>) items.reserve(std::ranges::size(range));
  for (auto&& each : range) {
    if constexpr (std::is_lvalue_reference_v<Range> || std::ranges::view<std::decay_t<Range>>) {
      items.push_back(item(each));
    } else {
      items.push_back(item(std::move(each)));
    }
  }
  const std::size_t chunk = chunk_of(items.size(), chunk_size, pool.max_workers());
  std::vector<executor_future<typename process_map_results<process_result<Function>>::chunk>> parts;
  parts.reserve(items.size() / chunk + 1);
  for (std::size_t from = 0; from < items.size(); from += chunk) {
    const auto begin = items.begin() + static_cast<std::ptrdiff_t>(from);
    const auto end = begin + static_cast<std::ptrdiff_t>(std::min(chunk, items.size() - from));
    auto job = std::make_shared<call>(
        std::vector<item>(std::make_move_iterator(begin), std::make_move_iterator(end)));
    parts.push_back(job->get_future());
    pool.submit(std::move(job));
  }
  return parts;
}

}  // namespace rill::detail
