// SPDX-License-Identifier: BSL-1.0
//
// What a stream_reader promises, written down as plainly as can be: the content is one string,
// which each look searches from its beginning.
#pragma once

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace rill_test {

enum class read_kind { to_end, some, into, exactly, line, next_line, until, peek };

struct read_request {
  read_kind kind = read_kind::line;
  std::size_t count = 0;                // of some, into, exactly and peek
  std::vector<std::string> separators;  // of until
};

enum class read_end { value, nothing, incomplete, overrun, failed, cancelled, refused };

/// How a read ended: its bytes, or those in the error; and the number in the error.
struct read_outcome {
  read_end how = read_end::value;
  std::string text;
  std::optional<std::size_t> number;

  bool operator==(const read_outcome&) const = default;
};

class reader_model {
 public:
  explicit reader_model(std::size_t limit) : limit_(limit) {}

  void feed(std::string_view data) { content_ += data; }
  void feed_end() noexcept { ended_ = true; }
  void fail() noexcept { failed_ = true; }

  std::size_t buffered() const noexcept { return content_.size(); }
  bool ended() const noexcept { return ended_; }

  /// False if there are fewer.
  bool consume(std::size_t count) {
    if (count > content_.size()) return false;
    take(count);
    return true;
  }

  /// What a read gives now; nothing if it has to wait.
  std::optional<read_outcome> answer(const read_request& request) {
    if (failed_) return read_outcome{.how = read_end::failed, .text = {}, .number = {}};
    switch (request.kind) {
      case read_kind::to_end:
        if (!ended_) return std::nullopt;
        return value(content_.size());
      case read_kind::some:
      case read_kind::into:
        if (request.count != 0 && content_.empty() && !ended_) return std::nullopt;
        return value(std::min(request.count, content_.size()));
      case read_kind::exactly:
        if (content_.size() >= request.count) return value(request.count);
        if (!ended_) return std::nullopt;
        return read_outcome{
            .how = read_end::incomplete, .text = take(content_.size()), .number = request.count};
      case read_kind::until:
        return until(request.separators);
      case read_kind::peek:
        if (content_.size() < request.count && !ended_) return std::nullopt;
        return read_outcome{.how = read_end::value, .text = content_, .number = {}};
      default:
        return line(request.kind);
    }
  }

 private:
  struct piece {
    std::size_t start = 0;  // of the separator
    std::size_t end = 0;
  };

  std::string take(std::size_t count) {
    std::string taken = content_.substr(0, count);
    content_.erase(0, count);
    return taken;
  }
  read_outcome value(std::size_t count) {
    return {.how = read_end::value, .text = take(count), .number = {}};
  }

  /// The shortest piece that ends in a separator, and of its separators the shortest.
  std::optional<piece> find(const std::vector<std::string>& separators) const {
    for (std::size_t end = 1; end <= content_.size(); ++end) {
      std::optional<piece> found;
      for (const std::string& separator : separators) {
        if (!std::string_view(content_).substr(0, end).ends_with(separator)) continue;
        const std::size_t start = end - separator.size();
        if (!found || start > found->start) found = piece{.start = start, .end = end};
      }
      if (found) return found;
    }
    return std::nullopt;
  }

  /// How many bytes hold no beginning of a separator, whatever comes.
  std::size_t certain(const std::vector<std::string>& separators) const {
    std::size_t longest = 0;
    for (const std::string& separator : separators) longest = std::max(longest, separator.size());
    return content_.size() < longest ? 0 : content_.size() + 1 - longest;
  }

  static read_outcome overrun(std::size_t consumed) {
    return {.how = read_end::overrun, .text = {}, .number = consumed};
  }

  std::optional<read_outcome> until(const std::vector<std::string>& separators) {
    if (const std::optional<piece> found = find(separators)) {
      return found->start > limit_ ? overrun(found->start) : value(found->end);
    }
    if (certain(separators) > limit_) return overrun(certain(separators));
    if (!ended_) return std::nullopt;
    return read_outcome{.how = read_end::incomplete, .text = take(content_.size()), .number = {}};
  }

  std::optional<read_outcome> line(read_kind kind) {
    const std::size_t newline = content_.find('\n');
    const bool found = newline != std::string::npos;
    const std::size_t length = found ? newline : content_.size();
    if (length > limit_) {
      const std::size_t gone = found ? length + 1 : length;
      take(gone);
      return overrun(gone);
    }
    if (!found && !ended_) return std::nullopt;
    read_outcome read = value(found ? newline + 1 : length);
    if (kind == read_kind::next_line && read.text.empty()) read.how = read_end::nothing;
    return read;
  }

  std::size_t limit_;
  std::string content_;
  bool ended_ = false;
  bool failed_ = false;
};

}  // namespace rill_test
