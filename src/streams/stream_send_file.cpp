// SPDX-License-Identifier: BSL-1.0
//
// stream_writer::send_file() and sendfile().
#include <cerrno>
#include <cstdint>
#include <exception>
#include <optional>
#include <system_error>
#include <utility>

#include "net/file_sender.hpp"
#include "rill/base/error.hpp"
#include "rill/core/detail/ended_awaiter.hpp"
#include "rill/core/errors.hpp"
#include "rill/core/yield.hpp"
#include "rill/net/file.hpp"
#include "rill/streams/sendfile.hpp"
#include "rill/streams/stream_writer.hpp"
#include "streams/stream_core.hpp"
#include "streams/stream_transport.hpp"

namespace rill {

namespace detail {

namespace {

using core_ref = state_ref<stream_core>;

/// The time in which nobody else writes.
class file_turn {
 public:
  explicit file_turn(stream_core& core) : core_(core) { core.begin_file(); }
  file_turn(const file_turn&) = delete;
  file_turn& operator=(const file_turn&) = delete;
  ~file_turn() {
    core_.end_file();
    if (sending) core_.end_direct({});
  }

  bool sending = false;  // all that was written before has gone out

 private:
  stream_core& core_;
};

file_target target_of(stream_core& core) {
  if (!core.has_loop()) throw_usage("rill: the event loop of this stream is closed");
  file_target to{};
  to.io = &core.io();
  to.handle = core.wiring().handle;
  to.owner = &core;
  to.is_open = [](const void* owner, native_handle /*handle*/) {
    return static_cast<const stream_core*>(owner)->is_open();
  };
  to.write_kind = core.wiring().write_kind;
  to.is_socket = core.is_socket();
  return to;
}

void check_still_open(stream_core& core) {
  core.check_writable();
  if (!core.is_open()) throw_system_error(ECONNRESET, "rill: the connection is closed");
}

coro<> wait_for_turn(core_ref core) {
  while (!core->begin_direct()) {
    check_still_open(*core);
    if (core->is_closing()) throw_usage("rill: the stream was closed before the file was sent");
    if (core->is_flushed()) {
      co_await yield();
    } else {
      const future<> flushed = core->flushed();
      co_await ended(flushed);
    }
  }
}

coro<std::int64_t> send_file_over(core_ref core, file_ref from, file_slice slice) {
  file_turn turn(*core);
  co_await wait_for_turn(core);
  turn.sending = true;
  std::int64_t sent = 0;
  std::exception_ptr failure;
  int lost = 0;
  file_target to = target_of(*core);
  to.lost = &lost;
  try {
    sent = co_await send_file_to(to, from, slice);
  } catch (const std::system_error&) {
    failure = std::current_exception();
    if (lost != 0) core->note_send_failure(-lost);
  }
  if (failure) {
    check_still_open(*core);
    std::rethrow_exception(failure);
  }
  co_return sent;
}

}  // namespace

}  // namespace detail

coro<std::int64_t> stream_writer::send_file(file& from, std::int64_t offset,
                                            std::optional<std::int64_t> count, bool fallback) {
  core();
  const detail::file_slice slice{offset, count, fallback};
  return detail::send_file_over(core_, detail::file_access::state(from), slice);
}

coro<std::int64_t> sendfile(std::shared_ptr<transport> over, file& from, std::int64_t offset,
                            std::optional<std::int64_t> count, bool fallback) {
  const auto* const known = dynamic_cast<const detail::stream_transport*>(over.get());
  if (known == nullptr) {
    detail::throw_usage(
        "rill: sendfile() over this transport is not supported; read the file and write() it");
  }
  detail::state_ref<detail::stream_core> core = known->sending_core();
  const detail::file_slice slice{offset, count, fallback};
  return detail::send_file_over(std::move(core), detail::file_access::state(from), slice);
}

}  // namespace rill
