// SPDX-License-Identifier: BSL-1.0
#include "net/file_state.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

#include "base/system_calls.hpp"
#include "base/uninterrupted.hpp"
#include "net/cached_read.hpp"
#include "rill/base/error.hpp"
#include "rill/core/errors.hpp"
#include "rill/core/yield.hpp"
#include "rill/loop/detail/loop_services.hpp"
#include "rill/loop/external_work.hpp"
#include "rill/loop/io_awaiter.hpp"

namespace rill::detail {

namespace {

/// A read or write by the reactor.
class [[nodiscard]] part_awaiter final : public io_awaiter {
 public:
  part_awaiter(reactor& io, native_handle file, const file_part& part)
      : io_awaiter(io), place_{part.memory, part.offset} {
    kind = part.kind;
    handle = file;
    data = kind == io_kind::write ? part.memory : &place_;
    size = part.size;
  }
  std::int64_t await_resume() { return finish(); }

 private:
  io_place place_;
};

/// In a thread.
std::int64_t perform(native_handle file, const file_part& part) noexcept {
  const int number = static_cast<int>(file);
  const auto offset = static_cast<off_t>(part.offset);
  const system_call_table& system = system_calls();
  return uninterrupted([&] {
    if (part.kind == io_kind::read_at) return system.pread(number, part.memory, part.size, offset);
    if (part.kind == io_kind::write) return system.write(number, part.memory, part.size);
    return system.pwrite(number, part.memory, part.size, offset);
  });
}

}  // namespace

blocking_pool& file_pool() {
  static blocking_pool instance(4);
  return instance;
}

native_handle owned_descriptor::give() noexcept { return std::exchange(handle_, invalid_handle); }

int owned_descriptor::close() noexcept {
  const native_handle closed = give();
  if (closed == invalid_handle || system_calls().close(static_cast<int>(closed)) == 0) return 0;
  return errno == EINTR ? 0 : errno;  // closed all the same
}

file_state::file_state(native_handle opened, file_rights opened_for, std::string name)
    : rights(opened_for), handle(opened, scheduler::require_current()), name_(std::move(name)) {}

reactor& file_state::io() const {
  scheduler* const owner = handle.owner();
  if (scheduler::current() != owner) {
    throw_usage("rill: this file belongs to another event loop; open it where it is used");
  }
  return loop_services::of(*owner).io();
}

void file_state::check_open() const {
  if (closing || !handle) throw_usage("rill: this file is closed");
}

void file_state::throw_error(int code, const char* doing) const {
  throw_system_error(code, std::string("rill: ") + doing + " '" + name_ + "'");
}

owned_descriptor file_state::take_out() noexcept {
  closing = true;
  return owned_descriptor(handle.release());
}

file file_access::make(native_handle handle, file_rights opened_for, std::string name) {
  owned_descriptor held(handle);  // until the state has it
  file_ref state(new file_state(handle, opened_for, std::move(name)));
  held.give();
  return file(std::move(state));
}

file_use::file_use(file_state& used) : used_(used) {
  used.check_open();
  if (used.under_way++ == 0) used.idle.clear();
}

file_use::~file_use() {
  if (--used_.under_way == 0) used_.idle.set();
}

coro<std::size_t> move_part(file_ref from, file_part part) {
  reactor& io = from->io();
  std::int64_t done = 0;
  if (io.supports(reactor_feature::native_files)) {
    const external_work_guard outside;
    done = co_await part_awaiter(io, from->handle.get(), part);
  } else {
    done = read_cached(from->handle.get(), part);
    if (done > 0) {
      if (scheduler::require_current().spend_budget()) co_await yield();
    } else {
      const auto call = [handle = from->handle.get(), part] { return perform(handle, part); };
      done = co_await run_blocking(file_pool(), begun_call::awaited, "file", call);
    }
  }
  if (done == io_closed) done = -EBADF;
  if (done < 0) {
    from->throw_error(static_cast<int>(-done),
                      part.kind == io_kind::read_at ? "reading" : "writing");
  }
  co_return static_cast<std::size_t>(done);
}

std::uint64_t checked_offset(std::int64_t offset) {
  if (offset < 0) throw_invalid_argument("rill: an offset in a file must not be below zero");
  return static_cast<std::uint64_t>(offset);
}

}  // namespace rill::detail
