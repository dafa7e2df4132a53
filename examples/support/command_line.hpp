// SPDX-License-Identifier: BSL-1.0
// The command line of the example programs: `--name value`, `--flag`, and words. Nonsense ends the
// program with a usage text and exit code 2; `--help`, wherever it stands, with the text alone and
// 0.
#pragma once

#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

namespace examples {

class command_line {
 public:
  command_line(int count, char** arguments, std::string_view usage)
      : program_(count > 0 ? arguments[0] : "program"), usage_(usage) {
    for (int i = 1; i < count; ++i) words_.emplace_back(arguments[i]);
    if (!flag("--help")) return;
    std::printf("%.*s\n", length(usage_), usage_.data());
    std::exit(0);
  }

  /// Ends the program with exit code 2.
  [[noreturn]] void fail(std::string_view problem) const {
    std::fprintf(stderr, "%.*s: %.*s\n%.*s\n", length(program_), program_.data(), length(problem),
                 problem.data(), length(usage_), usage_.data());
    std::exit(2);
  }

  /// Takes `--name` out; true if it was there.
  bool flag(std::string_view name) {
    for (auto word = words_.begin(); word != words_.end(); ++word) {
      if (*word != name) continue;
      words_.erase(word);
      return true;
    }
    return false;
  }

  /// Takes `--name value` out; the value, or `otherwise`.
  std::string text(std::string_view name, std::string_view otherwise) {
    for (auto word = words_.begin(); word != words_.end(); ++word) {
      if (*word != name) continue;
      if (word + 1 == words_.end()) fail(std::string(name) + " needs a value");
      const std::string value(*(word + 1));
      words_.erase(word, word + 2);
      return value;
    }
    return std::string(otherwise);
  }

  /// The same for a number between `least` and `most`.
  double number(std::string_view name, double otherwise, double least, double most) {
    const std::string value = text(name, "");
    if (value.empty()) return otherwise;
    // Not every standard library's from_chars() reads fractions.
    char* end = nullptr;
    const double read = std::strtod(value.c_str(), &end);
    const bool whole = end == value.c_str() + value.size();
    if (!whole || !(read >= least && read <= most)) {
      char range[96];
      std::snprintf(range, sizeof range, " needs a number from %g to %g, not '", least, most);
      fail(std::string(name) + range + value + "'");
    }
    return read;
  }

  /// The same without a fraction.
  int whole_number(std::string_view name, int otherwise, int least, int most) {
    const double read = number(name, otherwise, least, most);
    const int whole = static_cast<int>(read);
    if (whole != read) fail(std::string(name) + " needs a whole number");
    return whole;
  }

  /// What is left: words, or nothing. Options that nobody took are refused.
  std::vector<std::string> rest() const {
    std::vector<std::string> left;
    for (const std::string_view word : words_) {
      if (word.substr(0, 2) == "--") fail("there is no option " + std::string(word));
      left.emplace_back(word);
    }
    return left;
  }
  /// Refuses words.
  void done() const {
    const std::vector<std::string> left = rest();
    if (!left.empty()) fail("what is '" + left.front() + "'?");
  }

 private:
  static int length(std::string_view text) { return static_cast<int>(text.size()); }

  std::string_view program_;
  std::string usage_;
  std::vector<std::string_view> words_;
};

}  // namespace examples
