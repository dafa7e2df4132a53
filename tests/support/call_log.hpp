// SPDX-License-Identifier: BSL-1.0
//
// What the functions of a protocol note, and a way to wait for it.
#pragma once

#include <algorithm>
#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "rill/core/coro.hpp"
#include "rill/sync/event.hpp"

namespace rill_test {

class call_log {
 public:
  void note(std::string what) {
    lines.push_back(std::move(what));
    changed_.set();
  }

  bool has(const std::string& what) const {
    return std::find(lines.begin(), lines.end(), what) != lines.end();
  }
  std::size_t count(const std::string& what) const {
    return static_cast<std::size_t>(std::count(lines.begin(), lines.end(), what));
  }
  /// All of them, with commas.
  std::string text() const {
    std::string all;
    for (const std::string& line : lines) all += (all.empty() ? "" : ", ") + line;
    return all;
  }

  /// Waits until `what` has been noted.
  rill::coro<> wait_for(std::string what) {
    while (!has(what)) {
      changed_.clear();
      co_await changed_.wait();
    }
  }
  /// Waits until there are that many lines.
  rill::coro<> wait_for_lines(std::size_t most) {
    while (lines.size() < most) {
      changed_.clear();
      co_await changed_.wait();
    }
  }

  std::vector<std::string> lines;

 private:
  rill::event changed_;
};

}  // namespace rill_test
