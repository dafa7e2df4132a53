// SPDX-License-Identifier: BSL-1.0
//
// The port's own limit of time counts the ticks of the system's clock, 15.6 ms as a rule. A timer
// of high resolution (Windows 10, 1803) ends a wait in time: its routine is called in this thread,
// within a wait that lets it (GetQueuedCompletionStatusEx, alertable), and ends that.
#include "reactor/iocp_port.hpp"

#include <winternl.h>

#include <algorithm>

#include "base/port_record_windows.hpp"
#include "base/windows_errors.hpp"
#include "base/windows_handles.hpp"
#include "reactor/iocp_calls.hpp"
#include "rill/base/error.hpp"

namespace rill::detail {

namespace {

constexpr UCHAR our_modes = FILE_SKIP_COMPLETION_PORT_ON_SUCCESS | FILE_SKIP_SET_EVENT_ON_HANDLE;

/// Whether the handle has the modes that each of ours has. They are kept with what it stands for,
/// to the end of that.
bool has_our_modes(native_handle handle) noexcept {
  constexpr auto mode_information = static_cast<FILE_INFORMATION_CLASS>(41);
  ULONG modes = 0;
  IO_STATUS_BLOCK unused{};
  const NTSTATUS status =
      ::NtQueryInformationFile(handle_of(handle), &unused, &modes, sizeof modes, mode_information);
  return status == 0 && (modes & our_modes) == our_modes;
}

void CALLBACK end_the_wait(void* /*argument*/, DWORD /*low*/, DWORD /*high*/) {}

/// Rounded up, so that no timer finds the loop awake too early and spins. No longer than a day: a
/// wait may end early.
std::int64_t in_units(std::int64_t timeout_ns, std::int64_t unit_ns) noexcept {
  constexpr std::int64_t day_ns = 24LL * 3600 * 1'000'000'000;
  return (std::min(timeout_ns, day_ns) + unit_ns - 1) / unit_ns;
}

DWORD milliseconds_of(std::int64_t timeout_ns) noexcept {
  return timeout_ns < 0 ? INFINITE : static_cast<DWORD>(in_units(timeout_ns, 1'000'000));
}

}  // namespace

iocp_port::iocp_port()
    : port_(iocp_calls.create_port(INVALID_HANDLE_VALUE, nullptr)), number_(windows::next_port()) {
  if (port_ == nullptr) {
    throw_system_error(errno_of(::GetLastError()), "rill: making a completion port");
  }
  timer_ = iocp_calls.create_timer();
}

iocp_port::~iocp_port() {
  ::CloseHandle(port_);
  if (timer_ != nullptr) ::CloseHandle(timer_);
}

int iocp_port::associate(native_handle handle) noexcept {
  if (iocp_calls.create_port(handle_of(handle), port_) == nullptr) {
    const DWORD code = ::GetLastError();
    // It reports to a port already: to ours, if it was forgotten and not closed. One that was
    // closed behind our back may have left its number to somebody else's.
    if (code != ERROR_INVALID_PARAMETER || windows::port_of(handle) != number_) {
      return errno_of(code);
    }
    if (has_our_modes(handle)) return 0;
    windows::drop_port(handle);
    return errno_of(code);
  }
  if (iocp_calls.set_modes(handle_of(handle), our_modes) == FALSE) {
    return errno_of(::GetLastError());
  }
  windows::note_port(handle, number_);
  return 0;
}

bool iocp_port::arm_timer(std::int64_t timeout_ns) noexcept {
  if (timer_ == nullptr) return false;
  LARGE_INTEGER due{};
  due.QuadPart = -in_units(timeout_ns, 100);  // from now, in units of 100 ns
  return iocp_calls.set_timer(timer_, due, &end_the_wait) != FALSE;
}

std::span<const OVERLAPPED_ENTRY> iocp_port::wait(std::int64_t timeout_ns) noexcept {
  const bool timed = timeout_ns > 0 && arm_timer(timeout_ns);
  ULONG count = 0;
  const DWORD limit = timed ? INFINITE : milliseconds_of(timeout_ns);
  const BOOL some = iocp_calls.wait(port_, reports_, most_at_once, &count, limit, timed);
  return {reports_, some == FALSE ? 0 : count};
}

void iocp_port::wake() const noexcept {
  // A wake that is lost for want of memory would be a loop that sleeps for ever.
  while (iocp_calls.post(port_) == FALSE && ::GetLastError() != ERROR_INVALID_HANDLE) ::Sleep(1);
}

}  // namespace rill::detail
