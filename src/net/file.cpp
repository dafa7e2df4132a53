// SPDX-License-Identifier: BSL-1.0
#include "rill/net/file.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

#include "base/system_calls.hpp"
#include "base/uninterrupted.hpp"
#include "net/file_state.hpp"
#include "rill/base/error.hpp"
#include "rill/core/errors.hpp"

namespace rill {

namespace detail {

namespace {

// What readline() takes from the system at once.
constexpr std::size_t block_size = 64 * 1024;

void check_reading(const file_ref& from) {
  if (!from->rights.read) {
    throw_usage("rill: this file was not opened to be read; say open_mode::read");
  }
}

void check_writing(const file_ref& to) {
  if (!to->rights.write) {
    throw_usage("rill: this file was not opened to be written; say open_mode::write");
  }
}

coro<std::size_t> read_some(file_ref from, std::span<std::byte> data) {
  check_reading(from);
  const file_use use(*from);
  const held<lock> turn = co_await from->turn.scoped();
  const file_part part{io_kind::read_at, data.data(), data.size(), from->position};
  const std::size_t count = co_await move_part(from, part);
  from->position = part.offset + count;
  co_return count;
}

coro<std::string> read_up_to(file_ref from, std::size_t most) {
  check_reading(from);
  const file_use use(*from);
  const held<lock> turn = co_await from->turn.scoped();
  const std::uint64_t start = from->position;
  std::string all;
  std::size_t used = 0;
  while (used < most) {
    if (used == all.size()) all.resize(std::min(most, std::max(block_size, 2 * used)));
    const file_part part{io_kind::read_at, all.data() + used, all.size() - used, start + used};
    const std::size_t count = co_await move_part(from, part);
    if (count == 0) break;
    used += count;
  }
  all.resize(used);
  from->position = start + used;
  co_return std::move(all);
}

/// What was read ahead, while a line is taken out of it: what is written meanwhile, in whatever
/// turn, makes it worthless, and a read that fails leaves nothing.
class read_ahead {
 public:
  explicit read_ahead(file_state& from)
      : from_(from), changes_(from.changes), at_(from.ahead_at), text_(std::move(from.ahead)) {
    from.ahead.clear();
    const std::uint64_t start = from.position;
    if (start < at_ || start > at_ + text_.size()) text_.clear();
    if (text_.empty()) at_ = start;
    begin_ = static_cast<std::size_t>(start - at_);
  }

  /// From the position on.
  std::string_view text() const noexcept { return std::string_view(text_).substr(begin_); }
  std::uint64_t end() const noexcept { return at_ + text_.size(); }
  void append(const std::string& block, std::size_t count) {
    text_.erase(0, begin_);
    at_ += begin_;
    begin_ = 0;
    text_.append(block, 0, count);
  }
  /// Takes bytes out, and puts the file behind them.
  std::string take(std::size_t length) {
    std::string line(text().substr(0, length));
    from_.position = at_ + begin_ + length;
    if (from_.changes == changes_) {
      from_.ahead = std::move(text_);
      from_.ahead_at = at_;
    }
    return line;
  }

 private:
  file_state& from_;
  const std::uint64_t changes_;
  std::uint64_t at_;  // where the text stands in the file
  std::string text_;
  std::size_t begin_ = 0;
};

coro<std::string> read_line(file_ref from, std::size_t limit) {
  check_reading(from);
  const file_use use(*from);
  const held<lock> turn = co_await from->turn.scoped();
  read_ahead ahead(*from);
  std::size_t searched = 0;
  while (true) {
    const std::size_t newline = ahead.text().find('\n', searched);
    searched = ahead.text().size();
    const bool found = newline != std::string::npos;
    const std::size_t length = found ? newline + 1 : searched;
    if (length > limit) throw std::length_error("rill: a line of a file is above the limit");
    if (found) co_return ahead.take(length);
    std::string block(block_size, '\0');
    const file_part part{io_kind::read_at, block.data(), block.size(), ahead.end()};
    const std::size_t count = co_await move_part(from, part);
    ahead.append(block, count);
    if (count == 0) co_return ahead.take(searched);
  }
}

coro<std::optional<std::string>> read_next_line(file_ref from, std::size_t limit) {
  std::optional<std::string> line(co_await read_line(std::move(from), limit));
  if (line->empty()) line.reset();
  co_return std::move(line);
}

/// Writes a piece at the position, or behind the end of a file that is appended to.
coro<std::size_t> write_piece(file_ref to, std::span<const std::byte> data) {
  to->forget_ahead();
  file_part part{};
  part.kind = to->rights.append ? io_kind::write : io_kind::write_at;
  part.memory = const_cast<std::byte*>(data.data());  // a write reads only
  part.size = data.size();
  part.offset = to->position;
  const std::size_t count = co_await move_part(to, part);
  to->position = part.offset + count;
  if (to->rights.append) {
    const off_t end = system_calls().lseek(static_cast<int>(to->handle.get()), 0, SEEK_CUR);
    if (end >= 0) to->position = static_cast<std::uint64_t>(end);
  }
  co_return count;
}

coro<std::size_t> write_some(file_ref to, std::span<const std::byte> data) {
  check_writing(to);
  const file_use use(*to);
  const held<lock> turn = co_await to->turn.scoped();
  const std::size_t count = co_await write_piece(to, data);
  co_return count;
}

coro<> write_everything(file_ref to, std::span<const std::byte> data) {
  check_writing(to);
  const file_use use(*to);
  const held<lock> turn = co_await to->turn.scoped();
  while (!data.empty()) {
    const std::size_t count = co_await write_piece(to, data);
    if (count == 0) to->throw_error(EIO, "writing");
    data = data.subspan(count);
  }
}

coro<std::size_t> read_place(file_ref from, std::span<std::byte> data, std::int64_t offset) {
  const std::uint64_t place = checked_offset(offset);
  check_reading(from);
  const file_use use(*from);
  const file_part part{io_kind::read_at, data.data(), data.size(), place};
  const std::size_t count = co_await move_part(from, part);
  co_return count;
}

coro<> write_place(file_ref to, std::span<const std::byte> data, std::int64_t offset) {
  std::uint64_t place = checked_offset(offset);
  check_writing(to);
  if (to->rights.append) throw_usage("rill: a file opened to append is written at its end only");
  const file_use use(*to);
  while (!data.empty()) {
    to->forget_ahead();
    auto* const memory = const_cast<std::byte*>(data.data());  // a write reads only
    const file_part part{io_kind::write_at, memory, data.size(), place};
    const std::size_t count = co_await move_part(to, part);
    if (count == 0) to->throw_error(EIO, "writing");
    data = data.subspan(count);
    place += count;
  }
}

/// Calls `function` with the descriptor, in a thread; throws the error code that it returns.
template <class Function>
coro<> call_in_thread(file_ref of, const char* doing, Function function) {
  static_cast<void>(of->io());
  const int number = static_cast<int>(of->handle.get());
  const auto call = [number, function] {
    return static_cast<int>(-uninterrupted([&] { return function(number); }));
  };
  const int code = co_await run_blocking(file_pool(), begun_call::awaited, doing, call);
  if (code != 0) of->throw_error(code, doing);
}

/// Requires: a file_use of the caller.
coro<std::int64_t> size_of(file_ref of) {
  struct stat status{};
  const auto look = [&status](int number) { return system_calls().fstat(number, &status); };
  co_await call_in_thread(of, "looking at", look);
  co_return static_cast<std::int64_t>(status.st_size);
}

coro<std::int64_t> size_in_turn(file_ref of) {
  const file_use use(*of);
  const held<lock> turn = co_await of->turn.scoped();
  const std::int64_t size = co_await size_of(of);
  co_return size;
}

coro<> truncate_file(file_ref to, std::int64_t size) {
  checked_offset(size);
  check_writing(to);
  const file_use use(*to);
  const held<lock> turn = co_await to->turn.scoped();
  to->forget_ahead();
  const auto cut = [size](int number) {
    return system_calls().ftruncate(number, static_cast<off_t>(size));
  };
  co_await call_in_thread(to, "truncating", cut);
}

coro<> sync_file(file_ref of) {
  const file_use use(*of);
  const held<lock> turn = co_await of->turn.scoped();
  const auto sync = [](int number) { return system_calls().fsync(number); };
  co_await call_in_thread(of, "syncing", sync);
}

coro<std::int64_t> move_position(file_ref of, std::int64_t offset, seek_from from) {
  const file_use use(*of);
  const held<lock> turn = co_await of->turn.scoped();
  std::int64_t base = 0;
  if (from == seek_from::current) base = static_cast<std::int64_t>(of->position);
  if (from == seek_from::end) base = co_await size_of(of);
  if (offset > INT64_MAX - base) throw_invalid_argument("rill: a position in a file is too large");
  const std::uint64_t place = checked_offset(base + offset);
  of->move_to(place);
  co_return static_cast<std::int64_t>(place);
}

coro<> close_file(file_ref of) {
  if (!of->handle) co_return;
  static_cast<void>(of->io());
  of->closing = true;
  co_await of->idle.wait();
  const held<lock> turn = co_await of->turn.scoped();  // of another one who closes it
  owned_descriptor last = of->take_out();
  if (last.get() == invalid_handle) co_return;
  // Whatever becomes of the call, the descriptor is closed with it.
  auto close = [last = std::move(last)]() mutable { return last.close(); };
  const int code =
      co_await run_blocking(file_pool(), begun_call::left, "closing a file", std::move(close));
  if (code != 0) of->throw_error(code, "closing");
}

}  // namespace

}  // namespace detail

file::file() noexcept = default;
file::file(detail::file_ref state) noexcept : state_(std::move(state)) {}
file::file(file&& other) noexcept = default;
file& file::operator=(file&& other) noexcept {
  if (this != &other) {
    if (state_) state_->closing = true;
    state_ = std::move(other.state_);
  }
  return *this;
}
file::~file() {
  if (state_) state_->closing = true;
}

file::operator bool() const noexcept { return state_ && !state_->closing; }

const detail::file_ref& file::state() const {
  if (!state_) detail::throw_usage("rill: this file was moved from, or never opened");
  return state_;
}

native_handle file::native() const {
  state()->check_open();
  return state_->handle.get();
}

native_handle file::release() {
  state()->check_open();
  if (state_->under_way != 0) {
    detail::throw_usage("rill: a file is released when no operation on it is under way");
  }
  const auto position = static_cast<off_t>(state_->position);
  detail::system_calls().lseek(static_cast<int>(state_->handle.get()), position, SEEK_SET);
  detail::owned_descriptor taken = state_->take_out();
  return taken.give();
}

coro<> file::close() { return detail::close_file(state()); }

coro<std::size_t> file::read(std::span<std::byte> data) { return detail::read_some(state(), data); }
coro<std::string> file::read(std::size_t most) { return detail::read_up_to(state(), most); }
coro<std::string> file::readline(std::size_t limit) { return detail::read_line(state(), limit); }
coro<std::optional<std::string>> file::next_line(std::size_t limit) {
  return detail::read_next_line(state(), limit);
}
coro<std::size_t> file::write(std::span<const std::byte> data) {
  return detail::write_some(state(), data);
}
coro<> file::write_all(std::span<const std::byte> data) {
  return detail::write_everything(state(), data);
}

std::int64_t file::tell() const { return static_cast<std::int64_t>(state()->position); }
coro<std::int64_t> file::seek(std::int64_t offset, seek_from from) {
  return detail::move_position(state(), offset, from);
}

coro<std::size_t> file::read_at(std::span<std::byte> data, std::int64_t offset) {
  return detail::read_place(state(), data, offset);
}
coro<> file::write_at(std::span<const std::byte> data, std::int64_t offset) {
  return detail::write_place(state(), data, offset);
}

coro<std::int64_t> file::size() { return detail::size_in_turn(state()); }
coro<> file::truncate(std::int64_t size) { return detail::truncate_file(state(), size); }
coro<> file::sync() { return detail::sync_file(state()); }

}  // namespace rill
