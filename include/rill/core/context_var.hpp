// SPDX-License-Identifier: BSL-1.0
// context_var: a variable whose value follows the flow of tasks.
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include "rill/core/detail/context_slot.hpp"

namespace rill {

// [lookup_error]
/// Thrown by context_var::get() where the variable has neither a value nor a default. asyncio:
/// LookupError.
class lookup_error : public std::logic_error {
 public:
  using std::logic_error::logic_error;
};
// [/lookup_error]

namespace detail {

template <class T>
class context_value_of final : public context_value, public from_pool {
  static_assert(alignof(T) <= alignof(std::max_align_t),
                "rill: values with extended alignment are not supported in context variables; use "
                "a std::shared_ptr to the object");

 public:
  template <class... Args>
  explicit context_value_of(Args&&... args) : value(std::forward<Args>(args)...) {}

  const T value;

 private:
  ~context_value_of() override = default;
  void destroy() noexcept override { delete this; }
};

/// The part of a variable that knows no type.
class any_context_var {
 public:
  any_context_var(const any_context_var&) = delete;
  any_context_var& operator=(const any_context_var&) = delete;

  const std::string& name() const noexcept { return name_; }
  std::uint64_t id() const noexcept { return id_; }

 protected:
  explicit any_context_var(std::string_view name);
  ~any_context_var() = default;

  [[noreturn]] void throw_unset() const;

 private:
  std::string name_;
  std::uint64_t id_;  // never used again, unlike an address
};

/// What set() has replaced.
class context_change {
 public:
  context_change(const context_change&) = delete;
  context_change(context_change&& other) noexcept
      : before_(std::move(other.before_)),
        variable_(other.variable_),
        context_(other.context_),
        used_(std::exchange(other.used_, true)) {}
  context_change& operator=(context_change&&) = delete;
  ~context_change() = default;

 protected:
  context_change(std::uint64_t variable, context_value* fresh);
  /// Puts it back. Throws usage_error if that was done before, in another context, or for another
  /// variable.
  void undo(const any_context_var& variable);
  /// The same for a destructor: no effect where it would throw.
  void undo_if_here() noexcept;
  context_value* before() const noexcept { return before_.get(); }

 private:
  bool is_here() const noexcept;
  void put_back();

  state_ref<context_value> before_;
  std::uint64_t variable_ = 0;
  std::uint64_t context_ = 0;
  bool used_ = false;
};

}  // namespace detail

// [context_var]
/// A variable with a value of its own in each context. asyncio: contextvars.ContextVar.
///
///     inline const rill::context_var<std::string> request_id("request_id", "-");
///
///     request_id.set("4711");
///     log(request_id.get());    // here, in coroutines awaited from here, in tasks made from here
///
/// Each task has a context: a copy of its maker's, made with it. What it sets is seen by what it
/// awaits and by what it makes later, and never by its maker. Callbacks (call_soon() and its kin,
/// done-callbacks, readers and writers) have a copy too. Outside of loops each thread has one.
///
/// Copying a context costs a count; get() O(log n), set() O(n) and one or two pooled blocks, n
/// being the number of variables that are set. Tasks of programs that set none pay nothing.
/// **Make it** at namespace scope, or where it outlives its use. **Threads**: any; values are
/// shared between threads where contexts are, so what const members do must be safe there.
template <class T>
class context_var : private detail::any_context_var {
 public:
  using value_type = T;
  class token;
  class guard;

  /// `name` is for messages. Without a default get() throws where nothing was set.
  explicit context_var(std::string_view name) : any_context_var(name) {}
  context_var(std::string_view name, T fallback)
      : any_context_var(name), fallback_(std::move(fallback)) {}

  using any_context_var::name;

  /// The value in this context, else the default. Throws lookup_error if there is neither.
  T get() const
    requires std::copy_constructible<T>
  {
    const T* const value = find();
    if (value == nullptr) throw_unset();
    return *value;
  }
  /// The value in this context, else `otherwise`; the default is not looked at.
  T get(T otherwise) const
    requires std::copy_constructible<T>
  {
    const detail::context_slot* const here = detail::current_context_or_null();
    const T* const value = here != nullptr ? find_in(*here) : nullptr;
    return value != nullptr ? *value : std::move(otherwise);
  }
  /// The value in this context, else the default, else null. Valid until the variable is set or
  /// reset in this context: not to be kept over an await.
  const T* find() const noexcept {
    const detail::context_slot* const here = detail::current_context_or_null();
    const T* const value = here != nullptr ? find_in(*here) : nullptr;
    return value == nullptr && fallback_ ? &*fallback_ : value;
  }

  /// Gives it a value in this context. Throws std::bad_alloc, and what the move throws; nothing has
  /// changed then.
  token set(T value) const { return token(*this, std::move(value)); }
  /// Takes one set() back: the value is what it was before that, or none. Throws usage_error when
  /// the token was used before, in another context, or is another variable's.
  void reset(token& change) const { change.undo(*this); }
  void reset(token&& change) const { change.undo(*this); }

  /// set() until the guard goes, in the context in which it was made.
  [[nodiscard("the value is taken back when the guard goes")]] guard scoped(T value) const {
    return guard(*this, std::move(value));
  }
  // [/context_var]

 private:
  friend class context;

  const T* find_in(const detail::context_slot& slot) const noexcept {
    const detail::context_value* const value = slot.find(id());
    return value != nullptr ? &static_cast<const detail::context_value_of<T>*>(value)->value
                            : nullptr;
  }

  std::optional<T> fallback_;
};

// [context_token]
/// What set() gives, for reset(). asyncio: Token. May be dropped.
template <class T>
class context_var<T>::token : private detail::context_change {
 public:
  /// The value that was replaced; null if there was none. Valid as long as the token.
  const T* old_value() const noexcept {
    const detail::context_value* const value = before();
    return value != nullptr ? &static_cast<const detail::context_value_of<T>*>(value)->value
                            : nullptr;
  }
  // [/context_token]

 private:
  friend class context_var;
  token(const context_var& variable, T&& value)
      : context_change(variable.id(), new detail::context_value_of<T>(std::move(value))) {}
};

/// What scoped() gives: takes the value back when it goes.
template <class T>
class context_var<T>::guard : private detail::context_change {
 public:
  guard(guard&&) noexcept = default;
  guard& operator=(guard&&) = delete;
  ~guard() { this->undo_if_here(); }

 private:
  friend class context_var;
  guard(const context_var& variable, T&& value)
      : context_change(variable.id(), new detail::context_value_of<T>(std::move(value))) {}
};

}  // namespace rill
