// SPDX-License-Identifier: BSL-1.0
#include "rill/combinators/exception_group.hpp"

#include "rill/base/error.hpp"
#include "rill/core/exception_context.hpp"

namespace rill {

struct exception_group::content {
  content(std::string_view text, std::vector<std::exception_ptr> all)
      : errors(std::move(all)), message(text) {
    what = message + " (" + std::to_string(errors.size()) +
           (errors.size() == 1 ? " error: " : " errors: ");
    for (const std::exception_ptr& error : errors) {
      if (&error != &errors.front()) what += "; ";
      what += describe_exception(error);
    }
    what += ')';
  }

  std::vector<std::exception_ptr> errors;
  std::string message;
  std::string what;
};

exception_group::exception_group(std::string_view message, std::vector<std::exception_ptr> errors) {
  if (errors.empty()) detail::throw_invalid_argument("rill: an exception_group needs an error");
  for (const std::exception_ptr& error : errors) {
    if (!error) detail::throw_invalid_argument("rill: an exception_group holds no null pointers");
  }
  content_ = std::make_shared<const content>(message, std::move(errors));
}

const char* exception_group::what() const noexcept { return content_->what.c_str(); }

std::string_view exception_group::message() const noexcept { return content_->message; }

const std::vector<std::exception_ptr>& exception_group::errors() const noexcept {
  return content_->errors;
}

exception_group::parts exception_group::split_by(predicate matches) const {
  std::vector<std::exception_ptr> found;
  std::vector<std::exception_ptr> others;
  for (const std::exception_ptr& error : errors()) {
    try {
      std::rethrow_exception(error);
    } catch (const exception_group& nested) {
      parts both = nested.split_by(matches);
      if (both.first) found.push_back(std::make_exception_ptr(*std::move(both.first)));
      if (both.second) others.push_back(std::make_exception_ptr(*std::move(both.second)));
    } catch (...) {
      (matches(error) ? found : others).push_back(error);
    }
  }
  parts split;
  if (!found.empty()) split.first.emplace(message(), std::move(found));
  if (!others.empty()) split.second.emplace(message(), std::move(others));
  return split;
}

}  // namespace rill
