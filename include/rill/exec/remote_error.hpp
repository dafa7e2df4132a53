// SPDX-License-Identifier: BSL-1.0
// remote_error: an exception of a worker process whose type does not travel.
#pragma once

#include <stdexcept>
#include <string>
#include <utility>

namespace rill {

// [remote_error]
/// Stands for an exception that a job threw in its worker and that is not of a standard type, nor
/// of rill's: those come as themselves. Python pickles any exception; C++ cannot make one of a type
/// that it learns at run time.
class remote_error : public std::runtime_error {
 public:
  remote_error(std::string type_name, std::string message)
      : std::runtime_error(type_name + ": " + message),
        type_name_(std::move(type_name)),
        message_(std::move(message)) {}

  /// The name of the type that was thrown, as programs write it: "app::bad_row".
  const std::string& type_name() const noexcept { return type_name_; }
  /// What its what() said; for what is no std::exception, a sentence that says so.
  const std::string& message() const noexcept { return message_; }
  // [/remote_error]

 private:
  std::string type_name_;
  std::string message_;
};

}  // namespace rill
