// SPDX-License-Identifier: BSL-1.0
//
// Named pipes. The server makes an end for each client, and waits until one has taken it; a client
// opens the name as it would a file, and gets an end that is free. The name is there as long as an
// end is.
//
// A FIFO is such a pipe in one direction; whoever reads is the server of it.
#include <windows.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <memory>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

#include "base/file_calls_windows.hpp"
#include "base/windows_errors.hpp"
#include "base/windows_handles.hpp"
#include "rill/base/error.hpp"
#include "rill/core/errors.hpp"
#include "rill/loop/event_loop.hpp"
#include "rill/loop/io_awaiter.hpp"
#include "rill/loop/sleep.hpp"
#include "rill/streams/named_pipe.hpp"
#include "rill/streams/pipe.hpp"
#include "streams/pipe_end.hpp"
#include "streams/server_state.hpp"

namespace rill {

namespace detail {

namespace {

using std::chrono::milliseconds;

constexpr std::string_view prefix = R"(\\.\pipe\)";
constexpr milliseconds ask_for_reader_after(20);
// As asyncio asks.
constexpr milliseconds ask_first_after(1);
constexpr milliseconds ask_at_last_after(100);

void check_path(const std::string& path) {
  if (path.starts_with(prefix) && path.size() > prefix.size()) return;
  throw_invalid_argument(R"(rill: a pipe of Windows has a name like \\.\pipe\name, and not )" +
                         path);
}

/// An end for one client. Throws.
loop_handle make_end(const std::string& path, DWORD mode) {
  scheduler& owner = scheduler::require_current();
  constexpr DWORD room = 64 * 1024;
  const HANDLE made = ::CreateNamedPipeW(
      windows::wide(path.c_str()).c_str(), mode | FILE_FLAG_OVERLAPPED,
      PIPE_TYPE_BYTE | PIPE_READMODE_BYTE | PIPE_WAIT | PIPE_REJECT_REMOTE_CLIENTS,
      PIPE_UNLIMITED_INSTANCES, room, room, 0, nullptr);
  if (made != INVALID_HANDLE_VALUE) return loop_handle(number_of(made), owner);
  const DWORD code = ::GetLastError();
  // Somebody else's pipe.
  const bool taken = code == ERROR_ACCESS_DENIED || code == ERROR_PIPE_BUSY;
  throw_system_error(taken ? EADDRINUSE : errno_of(code), "rill: making the named pipe " + path);
}

/// The other end. Null handle: none is free, or there is none; `error` says so. Throws.
loop_handle take_end(const std::string& path, DWORD access, int& error) {
  scheduler& owner = scheduler::require_current();
  // The server may ask who this is, but not act in that name.
  constexpr DWORD how = FILE_FLAG_OVERLAPPED | SECURITY_SQOS_PRESENT | SECURITY_IDENTIFICATION;
  const HANDLE opened = ::CreateFileW(windows::wide(path.c_str()).c_str(), access, 0, nullptr,
                                      OPEN_EXISTING, how, nullptr);
  if (opened != INVALID_HANDLE_VALUE) return loop_handle(number_of(opened), owner);
  error = errno_of(::GetLastError());
  if (error == EBUSY || error == ENOENT) return {};
  throw_system_error(error, "rill: opening the named pipe " + path);
}

class [[nodiscard]] client_awaiter final : public io_awaiter {
 public:
  client_awaiter(reactor& owner, native_handle end) : io_awaiter(owner) {
    kind = io_kind::accept;
    handle = end;
  }
  void await_resume() {
    const std::int64_t ended = finish();
    if (ended < 0) throw_io_error(ended, "rill: waiting for the client of a named pipe");
  }
};

/// An end of a connection: closed as a whole.
class connected_end final : public handle_device {
 public:
  using handle_device::handle_device;

  bool can_end_writing() const noexcept override { return false; }
  std::string extra_info(std::string_view name) const override {
    return name == "pipe" ? std::to_string(handle()) : std::string();
  }
};

state_ref<stream_core> core_of_connection(loop_handle end, std::size_t limit) {
  return stream_core::create(std::make_unique<connected_end>(std::move(end)), limit);
}

/// Always has one end that is free, or asks for one.
class named_pipe final : public connection_source {
 public:
  named_pipe(std::string path, std::size_t limit)
      : path_(std::move(path)),
        limit_(limit),
        free_(make_end(path_, PIPE_ACCESS_DUPLEX | FILE_FLAG_FIRST_PIPE_INSTANCE)) {}

  coro<state_ref<stream_core>> accept() override {
    if (!free_) make_free_end();
    client_awaiter client(event_loop::running().io(), free_.get());
    co_await client;
    if (!free_) throw_system_error(ECANCELED, "rill: waiting for the client of a named pipe");
    loop_handle taken = std::move(free_);
    try {
      make_free_end();
    } catch (const std::system_error&) {
      // The next accept() says it; this client is not to blame.
    }
    co_return core_of_connection(std::move(taken), limit_);
  }
  void close() noexcept override { free_.close(); }

 private:
  void make_free_end() { free_ = make_end(path_, PIPE_ACCESS_DUPLEX); }

  const std::string path_;
  const std::size_t limit_;
  loop_handle free_;
};

}  // namespace

coro<server> serve_named_pipe(connection_handler handler, std::string path,
                              server_options options) {
  check_path(path);
  check_limit(options.limit);
  connection_service service;
  service.handler = std::move(handler);
  auto state = std::make_shared<server_state>(std::move(service), options);
  state->serve(std::make_unique<named_pipe>(std::move(path), options.limit));
  co_return server_access::wrap(std::move(state));
}

}  // namespace detail

coro<connection> open_pipe_connection(std::string path, std::size_t limit) {
  detail::check_path(path);
  detail::check_limit(limit);
  std::chrono::milliseconds pause = detail::ask_first_after;
  int error = 0;
  detail::loop_handle end = detail::take_end(path, GENERIC_READ | GENERIC_WRITE, error);
  while (!end) {
    if (error != EBUSY) {
      detail::throw_system_error(error, "rill: opening the named pipe " + path);
    }
    co_await sleep(pause);
    pause = std::min(2 * pause, detail::ask_at_last_after);
    end = detail::take_end(path, GENERIC_READ | GENERIC_WRITE, error);
  }
  co_return detail::stream_access::both(detail::core_of_connection(std::move(end), limit));
}

coro<stream_reader> open_fifo_reader(std::string path, std::size_t limit) {
  detail::check_path(path);
  detail::check_limit(limit);
  detail::loop_handle end = detail::make_end(path, PIPE_ACCESS_INBOUND);
  detail::client_awaiter client(event_loop::running().io(), end.get());
  co_await client;
  co_return detail::stream_access::reader(detail::core_over(std::move(end), limit));
}

coro<stream_writer> open_fifo_writer(std::string path) {
  detail::check_path(path);
  int error = 0;
  detail::loop_handle end = detail::take_end(path, GENERIC_WRITE, error);
  while (!end) {
    co_await sleep(detail::ask_for_reader_after);
    end = detail::take_end(path, GENERIC_WRITE, error);
  }
  co_return detail::stream_access::writer(detail::core_over(std::move(end), default_stream_limit));
}

}  // namespace rill
