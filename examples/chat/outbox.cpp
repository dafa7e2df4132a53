// SPDX-License-Identifier: BSL-1.0
#include "chat/outbox.hpp"

#include <optional>
#include <system_error>
#include <utility>

#include "rill/combinators/move_on_after.hpp"

namespace chat {

namespace {

// [patiently]
// Repeats a wait for the client to take what was written, as long as it takes some of it.
template <class Wait>
rill::coro<bool> patiently(rill::stream_writer& writer, std::chrono::nanoseconds patience,
                           Wait wait) {
  while (true) {
    const std::size_t before = writer.write_buffer_size();
    const bool taken = co_await rill::move_on_after(patience, wait(writer));
    if (taken) co_return true;
    if (writer.write_buffer_size() >= before) co_return false;
  }
}
// [/patiently]

}  // namespace

bool outbox::offer(const shared_line& line) {
  if (lines_.is_shut_down()) return true;
  if (lines_.size() >= capacity_) return false;
  return lines_.try_put(line);
}

void outbox::close(std::string last) {
  if (lines_.is_shut_down()) return;
  if (!last.empty()) lines_.try_put(std::make_shared<const std::string>(std::move(last)));
  lines_.shutdown();
}

void outbox::write_waiting(rill::stream_writer& writer) {
  // Not beyond the mark: what is not written yet is shared with others, what is written is not.
  const std::size_t high = writer.write_buffer_limits().high;
  while (!lines_.empty() && !writer.is_closing() && writer.write_buffer_size() <= high) {
    const std::optional<shared_line> line = lines_.try_get();
    writer.write(**line);
  }
}

// [send_all]
rill::coro<bool> outbox::send_all(rill::stream_writer& writer) {
  const auto drain = [](rill::stream_writer& to) { return to.drain(); };
  const auto flush = [](rill::stream_writer& to) { return to.flush(); };
  while (auto line = co_await lines_.next()) {
    writer.write(**line);
    write_waiting(writer);
    const bool taken = co_await patiently(writer, patience_, drain);
    if (!taken) co_return false;
  }
  const bool taken = co_await patiently(writer, patience_, flush);
  co_return taken;
}
// [/send_all]

rill::coro<> outbox::deliver(rill::stream_writer& writer) {
  try {
    const bool taken = co_await send_all(writer);
    if (!taken) writer.abort();
  } catch (const std::system_error&) {
    // The client is lost: whoever reads from it learns that too.
  }
}

}  // namespace chat
