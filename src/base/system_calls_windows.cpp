// SPDX-License-Identifier: BSL-1.0
//
// The table of system calls on Windows. What nothing there answers to is null.
#include "base/file_calls_windows.hpp"
#include "base/socket_calls_windows.hpp"
#include "base/system_calls.hpp"
#include "base/system_numbers.hpp"

namespace rill::detail {

constexpr int system_numbers::non_blocking = SOCK_NONBLOCK;
constexpr int system_numbers::not_inherited = SOCK_CLOEXEC;
constexpr int system_numbers::no_signal = MSG_NOSIGNAL;
constexpr int system_numbers::handles_not_inherited = 0;
constexpr int system_numbers::not_on_network = ENONET;
constexpr bool system_numbers::abstract_names = false;

namespace {

constexpr system_call_table calls_of_windows() noexcept {
  system_call_table table{};
  table.socket = windows::socket;
  table.socketpair = windows::socketpair;
  table.bind = windows::bind;
  table.listen = windows::listen;
  table.connect = windows::connect;
  table.shutdown = windows::shutdown;
  table.close = windows::close;
  table.getsockopt = windows::getsockopt;
  table.setsockopt = windows::setsockopt;
  table.getsockname = windows::getsockname;
  table.getpeername = windows::getpeername;
  table.if_nametoindex = windows::if_nametoindex;
  table.recv = windows::recv;
  table.send = windows::send;
  table.recvfrom = windows::recvfrom;
  table.sendto = windows::sendto;
  table.read = windows::read;
  table.write = windows::write;
  table.pread = windows::pread;
  table.pwrite = windows::pwrite;
  table.open = windows::open;
  table.fstat = windows::fstat;
  table.lseek = windows::seek;
  table.ftruncate = windows::ftruncate;
  table.fsync = windows::fsync;
  table.fcntl = windows::fcntl;
  table.isatty = windows::isatty;
  table.poll = windows::poll;
  table.pipe2 = windows::pipe2;
  return table;
}

}  // namespace

constinit system_call_table current_system_calls = calls_of_windows();

}  // namespace rill::detail
