// SPDX-License-Identifier: BSL-1.0
//
// Plays any bytes as a script for a stream_reader that is fed by hand, beside its model: reads that
// wait while pieces come, ends, errors, cancellations, second readers. After each step both must
// agree. For the fuzzer and for the test with random scripts.
#pragma once

#include <cstddef>
#include <exception>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "rill/core/create_task.hpp"
#include "rill/core/errors.hpp"
#include "rill/streams/stream_errors.hpp"
#include "rill/streams/stream_reader.hpp"
#include "rill/testing/step_loop.hpp"
#include "streams/reader_model.hpp"

namespace rill_test {

struct fed_failure : std::runtime_error {
  fed_failure() : std::runtime_error("fed by hand") {}
};

inline rill::coro<read_outcome> read_plainly(rill::stream_reader& reader, read_request request) {
  const auto count = static_cast<std::ptrdiff_t>(request.count);
  read_outcome outcome;
  switch (request.kind) {
    case read_kind::to_end:
      outcome.text = co_await reader.read();
      break;
    case read_kind::some:
      outcome.text = co_await reader.read(count);
      break;
    case read_kind::into: {
      outcome.text.resize(request.count);
      const std::size_t got = co_await reader.read_into(outcome.text);
      outcome.text.resize(got);
      break;
    }
    case read_kind::exactly:
      outcome.text = co_await reader.readexactly(count);
      break;
    case read_kind::line:
      outcome.text = co_await reader.readline();
      break;
    case read_kind::next_line: {
      std::optional<std::string> line = co_await reader.next_line();
      outcome.how = line ? read_end::value : read_end::nothing;
      if (line) outcome.text = std::move(*line);
      break;
    }
    case read_kind::until:
      outcome.text = co_await reader.readuntil(request.separators);
      break;
    case read_kind::peek: {
      const std::string_view view = co_await reader.peek(request.count);
      outcome.text = view;
      break;
    }
  }
  co_return std::move(outcome);
}

inline rill::coro<read_outcome> read_for_script(rill::stream_reader& reader, read_request request) {
  read_outcome outcome;
  try {
    rill::coro<read_outcome> reading = read_plainly(reader, std::move(request));
    outcome = co_await std::move(reading);
  } catch (const rill::incomplete_read_error& error) {
    outcome = {.how = read_end::incomplete, .text = error.partial(), .number = error.expected()};
  } catch (const rill::limit_overrun_error& error) {
    outcome = {.how = read_end::overrun, .text = {}, .number = error.consumed()};
  } catch (const fed_failure&) {
    outcome.how = read_end::failed;
  } catch (const rill::usage_error&) {
    outcome.how = read_end::refused;
  }
  co_return std::move(outcome);
}

/// One script, one byte after the other. Its first byte is the limit less one; each step begins
/// with the letter of its kind, or with any other byte, which then stands for one of them. Digits
/// are counts and lengths; a number of separators and their lengths count from one.
class reader_script {
 public:
  reader_script(rill::testing::step_loop& steps, std::string_view bytes)
      : steps_(steps), left_(bytes), limit_(1 + next() % 16) {}

  /// Plays it. Returns what was wrong; nothing if all was well.
  std::string play() {
    reader_.emplace(steps_.in_loop([this] { return rill::stream_reader(limit_); }));
    model_.emplace(limit_);
    while (!left_.empty() && complaint_.empty()) {
      step();
      compare_state();
    }
    finish();
    return complaint_;
  }

 private:
  static constexpr std::string_view letters = "lnuxriapkfFecs!";
  static constexpr std::string_view alphabet = "\nab;\r";

  std::size_t next() noexcept {
    if (left_.empty()) return 0;
    const auto byte = static_cast<unsigned char>(left_.front());
    left_.remove_prefix(1);
    return byte;
  }
  /// Few different bytes, so that separators are hit often.
  std::string text(std::size_t length) {
    std::string made;
    while (made.size() < length && !left_.empty()) {
      const auto byte = static_cast<char>(next());
      const bool known = alphabet.find(byte) != std::string_view::npos;
      made += known ? byte : alphabet[static_cast<unsigned char>(byte) % alphabet.size()];
    }
    return made;
  }

  read_request with_count(read_kind kind) {
    return {.kind = kind, .count = next() % 48, .separators = {}};
  }
  read_request with_separators() {
    read_request request{.kind = read_kind::until, .count = 0, .separators = {}};
    const std::size_t count = 1 + next() % 3;
    for (std::size_t i = 0; i < count; ++i) {
      request.separators.push_back(text(1 + next() % 4));
      if (request.separators.back().empty()) request.separators.back() = "b";
    }
    return request;
  }

  void step() {
    const auto byte = static_cast<char>(next());
    const bool known = letters.find(byte) != std::string_view::npos;
    switch (known ? byte : letters[static_cast<unsigned char>(byte) % letters.size()]) {
      case 'l':
        return begin({.kind = read_kind::line, .count = 0, .separators = {}});
      case 'n':
        return begin({.kind = read_kind::next_line, .count = 0, .separators = {}});
      case 'a':
        return begin({.kind = read_kind::to_end, .count = 0, .separators = {}});
      case 'u':
        return begin(with_separators());
      case 'x':
        return begin(with_count(read_kind::exactly));
      case 'r':
        return begin(with_count(read_kind::some));
      case 'i':
        return begin(with_count(read_kind::into));
      case 'p':
        return begin(with_count(read_kind::peek));
      case 'k':
        return consume(next() % 48);
      case 'f':
        feed();
        return settle();
      case 'F':
        return feed();  // and the next step comes in the same turn
      case 'e':
        reader_->feed_eof();
        model_->feed_end();
        fed_ = true;
        return settle();
      case 'c':
        return cancel();
      case 's':
        return settle();
      default:
        return fail();
    }
  }

  rill::task<read_outcome> start(read_request request) {
    return steps_.in_loop(
        [&] { return rill::create_task(read_for_script(*reader_, std::move(request))); });
  }

  void begin(read_request request) {
    settle();
    if (waiting_) {
      const rill::task<read_outcome> second = start(std::move(request));
      expect(second.done() && second.result().how == read_end::refused,
             "a second reader was not refused");
      return;
    }
    waiting_ = request;
    read_ = start(std::move(request));
    fed_ = true;
    settle();
  }

  void consume(std::size_t count) {
    settle();
    bool taken = false;
    try {
      reader_->consume(count);
      taken = true;
    } catch (const std::invalid_argument&) {
      expect(!waiting_, "consume() while a read waits was not refused as such");
    } catch (const rill::usage_error&) {
      expect(waiting_.has_value(), "consume() was refused");
      return;
    }
    expect(taken == model_->consume(count), "consume() has taken what is not there, or has not");
  }

  void feed() {
    const std::string data = text(next() % 24);
    if (model_->ended()) {
      try {
        reader_->feed_data(data);
        expect(false, "bytes behind the end were taken");
      } catch (const rill::usage_error&) {
      }
      return;
    }
    reader_->feed_data(data);
    model_->feed(data);
    fed_ = fed_ || !data.empty();
  }

  // A script that has failed has nothing more to say: each later read fails.
  void fail() {
    if (next() % 4 != 0) return;
    reader_->set_exception(std::make_exception_ptr(fed_failure()));
    model_->fail();
    fed_ = true;
    settle();
  }

  void cancel() {
    if (!waiting_) return;
    read_.cancel();
    steps_.settle();
    const std::optional<read_outcome> answer = fed_ ? model_->answer(*waiting_) : std::nullopt;
    fed_ = false;
    waiting_.reset();
    expect(read_.done(), "a cancelled read goes on");
    if (!complaint_.empty()) return;
    expect(read_.cancelled() ? !answer : answer == read_.result(),
           "a cancelled read has not ended as it must");
  }

  void settle() {
    steps_.settle();
    if (!waiting_ || !fed_) return;
    fed_ = false;
    const std::optional<read_outcome> answer = model_->answer(*waiting_);
    expect(read_.done() == answer.has_value(), answer ? "a read waits" : "a read does not wait");
    if (!read_.done() || !complaint_.empty()) return;
    expect(read_.result() == *answer, "a read has ended in another way");
    waiting_.reset();
  }

  void compare_state() {
    if (fed_) return;
    expect(reader_->buffered() == model_->buffered(), "another number of bytes is left");
    expect(reader_->at_eof() == (model_->ended() && model_->buffered() == 0), "at_eof() is wrong");
  }

  void finish() {
    settle();
    if (!waiting_) return;
    fed_ = false;
    cancel();
  }

  void expect(bool holds, std::string_view otherwise) {
    if (!holds && complaint_.empty()) complaint_ = otherwise;
  }

  rill::testing::step_loop& steps_;
  std::string_view left_;
  std::size_t limit_;
  std::optional<rill::stream_reader> reader_;
  std::optional<reader_model> model_;
  std::optional<read_request> waiting_;
  rill::task<read_outcome> read_;
  bool fed_ = false;  // the waiting read has something to look at
  std::string complaint_;
};

}  // namespace rill_test
