// SPDX-License-Identifier: BSL-1.0
//
// A folder of a test's own, and what it finds in its files.
#pragma once

#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

#include "rill/net/file.hpp"

namespace rill_test {

inline constexpr rill::open_mode anew =
    rill::open_mode::write | rill::open_mode::create | rill::open_mode::truncate;

/// A path that goes for a text as well, which one of the standard library does on POSIX only.
class named_path : public std::filesystem::path {
 public:
  named_path(std::filesystem::path made) : std::filesystem::path(std::move(made)) {}
  operator std::string() const { return string(); }
};

/// Gone with all that is in it at the end of the scope.
class temporary_folder {
 public:
  temporary_folder() {
    std::random_device random;
    do {
      path_ = std::filesystem::temp_directory_path() / ("rill-test-" + std::to_string(random()));
    } while (!std::filesystem::create_directory(path_));
  }
  temporary_folder(const temporary_folder&) = delete;
  temporary_folder& operator=(const temporary_folder&) = delete;
  ~temporary_folder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }

  named_path path(std::string_view name) const { return path_ / name; }
  /// Makes a file, and gives its path.
  named_path make(std::string_view name, std::string_view content) const {
    named_path made = path(name);
    std::ofstream(made, std::ios::binary) << content;
    return made;
  }

 private:
  std::filesystem::path path_;
};

inline std::string content_of(const std::filesystem::path& path) {
  std::ifstream from(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(from), std::istreambuf_iterator<char>()};
}

}  // namespace rill_test
