// SPDX-License-Identifier: BSL-1.0
#include "rill/streams/stream_reader.hpp"

#include <algorithm>
#include <utility>

#include "rill/base/error.hpp"
#include "rill/core/errors.hpp"
#include "rill/streams/stream_errors.hpp"
#include "streams/separator_search.hpp"
#include "streams/stream_core.hpp"

namespace rill {

namespace detail {

namespace {

using core_ref = state_ref<stream_core>;

/// The one read of a stream that may be under way.
class read_turn {
 public:
  explicit read_turn(stream_core& core) : core_(core) {
    core.begin_read();
    try {
      core.check_readable();
    } catch (...) {
      core.end_read();
      throw;
    }
  }
  read_turn(const read_turn&) = delete;
  read_turn& operator=(const read_turn&) = delete;
  ~read_turn() { core_.end_read(); }

 private:
  stream_core& core_;
};

coro<std::string> read_all(core_ref core) {
  const read_turn turn(*core);
  while (!core->at_end()) co_await fill_awaiter(*core);
  co_return core->input.take_all();
}

coro<std::string> read_some(core_ref core, std::size_t most) {
  const read_turn turn(*core);
  if (most != 0) {
    while (core->input.empty() && !core->at_end()) co_await fill_awaiter(*core);
  }
  co_return core->input.take(std::min(most, core->input.size()));
}

coro<std::string> read_exactly(core_ref core, std::size_t count) {
  const read_turn turn(*core);
  while (core->input.size() < count && !core->at_end()) co_await fill_awaiter(*core);
  if (core->input.size() < count) throw incomplete_read_error(core->input.take_all(), count);
  co_return core->input.take(count);
}

coro<std::string_view> look(core_ref core, std::size_t at_least) {
  const read_turn turn(*core);
  while (core->input.size() < at_least && !core->at_end()) co_await fill_awaiter(*core);
  co_return core->input.view();
}

constexpr const char* found_too_late =
    "rill: a separator was found, but what stands before it is longer than the limit";
constexpr const char* not_found = "rill: no separator was found within the limit";

/// Where the piece ends that stands in the buffer, with its separator; nothing: more bytes are
/// needed, or the stream ends without one.
std::optional<std::size_t> find_piece(const stream_core& core, separator_search& search) {
  const separator_match match = search.look(core.input.view());
  if (match.found) {
    if (match.start > core.limit()) throw limit_overrun_error(found_too_late, match.start);
    return match.end;
  }
  if (search.certain() > core.limit()) throw limit_overrun_error(not_found, search.certain());
  return std::nullopt;
}

coro<std::string> read_until(core_ref core, std::vector<std::string> separators) {
  const read_turn turn(*core);
  separator_search search(separators);
  while (true) {
    const std::optional<std::size_t> end = find_piece(*core, search);
    if (end) co_return core->input.take(*end);
    if (core->at_end()) throw incomplete_read_error(core->input.take_all(), std::nullopt);
    co_await fill_awaiter(*core);
  }
}

/// Throws away a line that is too long, as far as it has come; returns how many bytes.
std::size_t discard_line(input_buffer& input, std::size_t certain) {
  const std::string_view text = input.view();
  const bool complete = certain < text.size() && text[certain] == '\n';
  const std::size_t count = complete ? certain + 1 : text.size();
  input.skip(count);
  return count;
}

/// find_piece() for lines.
std::optional<std::size_t> find_line(stream_core& core, separator_search& search) {
  try {
    return find_piece(core, search);
  } catch (const limit_overrun_error& error) {
    const std::size_t gone = discard_line(core.input, error.consumed());
    throw limit_overrun_error("rill: a line is longer than the stream's limit", gone);
  }
}

const std::string newline(1, '\n');

coro<std::string> read_line(core_ref core) {
  const read_turn turn(*core);
  separator_search search(std::span(&newline, 1));
  while (true) {
    const std::optional<std::size_t> end = find_line(*core, search);
    if (end) co_return core->input.take(*end);
    if (core->at_end()) co_return core->input.take_all();
    co_await fill_awaiter(*core);
  }
}

coro<std::optional<std::string>> read_next_line(core_ref core) {
  std::string line = co_await read_line(std::move(core));
  std::optional<std::string> next;
  if (!line.empty()) next.emplace(std::move(line));
  co_return std::move(next);
}

}  // namespace

stream_reader stream_access::reader(state_ref<stream_core> core) noexcept {
  return stream_reader(std::move(core));
}

}  // namespace detail

stream_reader::stream_reader(std::size_t limit) : core_(detail::stream_core::create(limit)) {}
stream_reader::stream_reader(detail::state_ref<detail::stream_core> core) noexcept
    : core_(std::move(core)) {}
stream_reader::stream_reader(stream_reader&& other) noexcept = default;
stream_reader& stream_reader::operator=(stream_reader&& other) noexcept = default;
stream_reader::~stream_reader() = default;

detail::stream_core& stream_reader::core() const {
  if (!core_) detail::throw_usage("rill: this stream_reader was moved from");
  return *core_;
}

coro<std::string> stream_reader::read(std::ptrdiff_t most) {
  core();
  if (most < 0) return detail::read_all(core_);
  return detail::read_some(core_, static_cast<std::size_t>(most));
}

detail::read_into_awaiter stream_reader::read_into(std::span<std::byte> room) {
  return detail::read_into_awaiter(core(), room);
}

coro<std::string> stream_reader::readexactly(std::ptrdiff_t count) {
  core();
  if (count < 0) detail::throw_invalid_argument("rill: readexactly() of a negative count");
  return detail::read_exactly(core_, static_cast<std::size_t>(count));
}

coro<std::string> stream_reader::readline() {
  core();
  return detail::read_line(core_);
}

coro<std::optional<std::string>> stream_reader::next_line() {
  core();
  return detail::read_next_line(core_);
}

coro<std::string> stream_reader::readuntil(std::string separator) {
  std::vector<std::string> separators;
  separators.push_back(std::move(separator));
  return readuntil(std::move(separators));
}

coro<std::string> stream_reader::readuntil(std::vector<std::string> separators) {
  core();
  if (separators.empty()) {
    detail::throw_invalid_argument("rill: readuntil() needs at least one separator");
  }
  for (const std::string& separator : separators) {
    if (separator.empty()) {
      detail::throw_invalid_argument("rill: a separator of readuntil() must not be empty");
    }
  }
  return detail::read_until(core_, std::move(separators));
}

coro<std::string_view> stream_reader::peek(std::size_t at_least) {
  core();
  return detail::look(core_, at_least);
}

void stream_reader::consume(std::size_t count) {
  detail::stream_core& read = core();
  read.check_unread();
  if (count > read.input.size()) {
    detail::throw_invalid_argument("rill: consume() of more bytes than are buffered");
  }
  read.input.skip(count);
}

bool stream_reader::at_eof() const noexcept {
  return !core_ || (core_->at_end() && core_->input.empty());
}
std::size_t stream_reader::buffered() const noexcept { return core_ ? core_->input.size() : 0; }
std::size_t stream_reader::limit() const noexcept {
  return core_ ? core_->limit() : default_stream_limit;
}

void stream_reader::feed_data(std::string_view data) {
  core().check_fed();
  core_->feed(data);
}
void stream_reader::feed_eof() {
  core().check_fed();
  core_->feed_end();
}
void stream_reader::set_exception(std::exception_ptr error) {
  core().check_fed();
  core_->feed_error(std::move(error));
}

}  // namespace rill
