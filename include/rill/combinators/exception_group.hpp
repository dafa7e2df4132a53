// SPDX-License-Identifier: BSL-1.0
// exception_group: several errors thrown as one.
#pragma once

#include <cstddef>
#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace rill {

// [exception_group]
/// Several errors that belong together. asyncio: ExceptionGroup.
///
/// Thrown by a task_group with two or more errors, and by what tries several ways that have all
/// failed. Never holds a cancellation. May hold groups in its turn. Cheap to copy. **Threads**: may
/// go to other threads, like any exception.
class exception_group : public std::exception {
 public:
  /// Throws std::invalid_argument for no errors, or a null one.
  exception_group(std::string_view message, std::vector<std::exception_ptr> errors);

  /// The message, the number of errors, and the text of each.
  const char* what() const noexcept override;
  std::string_view message() const noexcept;
  /// In the order in which they came.
  const std::vector<std::exception_ptr>& errors() const noexcept;

  /// Calls `visit(const E&)` for each error of type E, or derived from it, at any depth, but not
  /// for groups; returns how many there were.
  template <class E, class Visit>
  std::size_t for_each(Visit visit) const {
    std::size_t found = 0;
    for (const std::exception_ptr& error : errors()) found += visit_one<E>(error, visit);
    return found;
  }
  /// Whether there is an error of type E, or derived from it, at any depth.
  template <class E>
  bool contains() const {
    return for_each<E>([](const E&) {}) != 0;
  }

  /// The errors of type E, and the others, each as a group of the same message and nesting; a part
  /// without errors is empty. Python: split(E). After handling the first, rethrow the second:
  ///
  ///     if (rest) throw *rest;
  template <class E>
  std::pair<std::optional<exception_group>, std::optional<exception_group>> split() const {
    return split_by(&is_a<E>);
  }
  // [/exception_group]

 private:
  struct content;
  using parts = std::pair<std::optional<exception_group>, std::optional<exception_group>>;
  using predicate = bool (*)(const std::exception_ptr&);

  parts split_by(predicate matches) const;

  /// Of an error that is no group.
  template <class E>
  static bool is_a(const std::exception_ptr& error) {
    try {
      std::rethrow_exception(error);
    } catch (const E&) {
      return true;
    } catch (...) {
      return false;
    }
  }
  template <class E, class Visit>
  static std::size_t visit_one(const std::exception_ptr& error, Visit& visit) {
    try {
      std::rethrow_exception(error);
    } catch (const exception_group& nested) {
      return nested.for_each<E>(std::ref(visit));
    } catch (const E& match) {
      visit(match);
      return 1;
    } catch (...) {
      return 0;
    }
  }

  std::shared_ptr<const content> content_;
};

}  // namespace rill
