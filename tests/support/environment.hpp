// SPDX-License-Identifier: BSL-1.0
//
// The environment of this process, for tests of what the library reads there.
#pragma once

#include <cstdlib>
#include <optional>
#include <string>

namespace rill_test {

/// Null: the variable is not there. An empty text says the same on Windows.
void set_environment(const char* name, const char* value);

/// Another value of a variable, while it lives. Not beside threads that look at the environment.
class environment_value {
 public:
  environment_value(const char* name, const char* value) : name_(name) {
    if (const char* const found = std::getenv(name)) before_ = found;
    set_environment(name, value);
  }
  environment_value(const environment_value&) = delete;
  environment_value& operator=(const environment_value&) = delete;
  ~environment_value() { set_environment(name_, before_ ? before_->c_str() : nullptr); }

 private:
  const char* name_;
  std::optional<std::string> before_;
};

}  // namespace rill_test
