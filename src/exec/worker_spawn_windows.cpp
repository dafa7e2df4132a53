// SPDX-License-Identifier: BSL-1.0
//
// Workers are made in a job of this process, which the system ends with the last handle of the job,
// that is with this process, in whatever way and whenever it ends. What workers start is in no job.
#include <windows.h>

#include <array>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/windows_errors.hpp"
#include "base/windows_handles.hpp"
#include "exec/worker_marker.hpp"
#include "exec/worker_process.hpp"
#include "rill/base/error.hpp"

namespace rill::detail {

namespace {

// What a process ends with that is killed here; nobody ends with it by chance.
constexpr DWORD killed_code = 0x6b696c6c;

[[noreturn]] void fail(const char* what) { throw_system_error(errno_of(::GetLastError()), what); }

/// Owns a handle; null or INVALID_HANDLE_VALUE: none.
class owned_handle {
 public:
  explicit owned_handle(HANDLE handle = nullptr) noexcept : handle_(handle) {}
  owned_handle(owned_handle&& other) noexcept : handle_(std::exchange(other.handle_, nullptr)) {}
  owned_handle& operator=(owned_handle&& other) noexcept {
    std::swap(handle_, other.handle_);
    return *this;
  }
  ~owned_handle() {
    if (*this) ::CloseHandle(handle_);
  }
  explicit operator bool() const noexcept {
    return handle_ != nullptr && handle_ != INVALID_HANDLE_VALUE;
  }
  HANDLE get() const noexcept { return handle_; }
  HANDLE give() noexcept { return std::exchange(handle_, nullptr); }

 private:
  HANDLE handle_;
};

native_handle number_of(const owned_handle& handle) noexcept {
  return detail::number_of(handle.get());
}

/// A copy that the worker inherits.
owned_handle inheritable(HANDLE handle, DWORD access, DWORD options) noexcept {
  const HANDLE self = ::GetCurrentProcess();
  HANDLE made = nullptr;
  if (::DuplicateHandle(self, handle, self, &made, access, TRUE, options) == FALSE) {
    return owned_handle();
  }
  return owned_handle(made);
}

/// Nothing to read, and a place for what nobody wants.
owned_handle nothing(DWORD access) noexcept {
  SECURITY_ATTRIBUTES inherited{sizeof inherited, nullptr, TRUE};
  return owned_handle(::CreateFileW(L"NUL", access, FILE_SHARE_READ | FILE_SHARE_WRITE, &inherited,
                                    OPEN_EXISTING, 0, nullptr));
}

owned_handle output(DWORD which) noexcept {
  const HANDLE mine = ::GetStdHandle(which);
  if (mine != nullptr && mine != INVALID_HANDLE_VALUE) {
    owned_handle copy = inheritable(mine, 0, DUPLICATE_SAME_ACCESS);
    if (copy) return copy;
  }
  return nothing(GENERIC_WRITE);
}

/// What a worker is born with.
struct inheritance {
  explicit inheritance(HANDLE channel_end)
      : channel(inheritable(channel_end, 0, DUPLICATE_SAME_ACCESS)),
        parent(inheritable(::GetCurrentProcess(), PROCESS_DUP_HANDLE | SYNCHRONIZE, 0)),
        input(nothing(GENERIC_READ)),
        normal(output(STD_OUTPUT_HANDLE)),
        error(output(STD_ERROR_HANDLE)) {
    if (!channel || !parent || !input || !normal || !error) {
      fail("rill: handles for a worker process");
    }
    all = {channel.get(), parent.get(), input.get(), normal.get(), error.get()};
  }

  owned_handle channel;
  owned_handle parent;  // to see its end, and to give it handles
  owned_handle input;
  owned_handle normal;
  owned_handle error;
  std::array<HANDLE, 5> all{};
};

/// Has the new process inherit these handles, and no others that may be inherited, and be in that
/// job before it runs (Windows 10). Refers to both.
class attribute_list {
 public:
  attribute_list(std::array<HANDLE, 5>& handles, HANDLE& job) {
    SIZE_T size = 0;
    ::InitializeProcThreadAttributeList(nullptr, 2, 0, &size);
    memory_ = std::make_unique<std::byte[]>(size);
    if (::InitializeProcThreadAttributeList(get(), 2, 0, &size) == FALSE) {
      fail("rill: starting a worker process");
    }
    if (!set(PROC_THREAD_ATTRIBUTE_HANDLE_LIST, handles.data(), sizeof handles) ||
        !set(PROC_THREAD_ATTRIBUTE_JOB_LIST, &job, sizeof job)) {
      const DWORD code = ::GetLastError();
      ::DeleteProcThreadAttributeList(get());
      throw_system_error(errno_of(code), "rill: starting a worker process");
    }
  }
  attribute_list(const attribute_list&) = delete;
  attribute_list& operator=(const attribute_list&) = delete;
  ~attribute_list() { ::DeleteProcThreadAttributeList(get()); }

  LPPROC_THREAD_ATTRIBUTE_LIST get() const noexcept {
    return reinterpret_cast<LPPROC_THREAD_ATTRIBUTE_LIST>(memory_.get());
  }

 private:
  bool set(DWORD_PTR attribute, void* value, SIZE_T size) const noexcept {
    return ::UpdateProcThreadAttribute(get(), 0, attribute, value, size, nullptr, nullptr) != FALSE;
  }

  std::unique_ptr<std::byte[]> memory_;
};

/// The job of this process' workers. Its one handle is never closed.
HANDLE worker_job() {
  static const HANDLE job = [] {
    owned_handle made(::CreateJobObjectW(nullptr, nullptr));
    if (!made) fail("rill: a job for worker processes");
    JOBOBJECT_EXTENDED_LIMIT_INFORMATION limits{};
    limits.BasicLimitInformation.LimitFlags =
        JOB_OBJECT_LIMIT_KILL_ON_JOB_CLOSE | JOB_OBJECT_LIMIT_SILENT_BREAKAWAY_OK;
    if (::SetInformationJobObject(made.get(), JobObjectExtendedLimitInformation, &limits,
                                  sizeof limits) == FALSE) {
      fail("rill: a job for worker processes");
    }
    return made.give();
  }();
  return job;
}

std::wstring own_program_path() {
  std::wstring path(MAX_PATH, L'\0');
  while (true) {
    const DWORD size = ::GetModuleFileNameW(nullptr, path.data(), static_cast<DWORD>(path.size()));
    if (size == 0) fail("rill: the path of this program");
    if (size < path.size()) return path.substr(0, size);
    path.resize(2 * path.size());
  }
}

/// The environment of this process with the marker instead of its own, if it has one.
std::wstring environment_with(const std::string& marker) {
  const std::wstring prefix(worker_marker::prefix.begin(), worker_marker::prefix.end());
  std::wstring block;
  wchar_t* const own = ::GetEnvironmentStringsW();
  for (const wchar_t* variable = own; variable != nullptr && *variable != L'\0';) {
    const std::wstring_view text(variable);
    if (!text.starts_with(prefix)) block.append(text).push_back(L'\0');
    variable += text.size() + 1;
  }
  if (own != nullptr) ::FreeEnvironmentStringsW(own);
  block.append(marker.begin(), marker.end());
  block.append(2, L'\0');
  return block;
}

/// A process of this program. Its handle stands for it whatever others do.
class child_watch final : public worker_watch {
 public:
  explicit child_watch(owned_handle process) noexcept : process_(std::move(process)) {}
  ~child_watch() override {
    if (!reaped_) child_watch::end(0, std::chrono::milliseconds(0));
  }

  native_handle ended() const noexcept override { return number_of(process_); }

  void kill(std::int64_t /*id*/) noexcept override {
    ::TerminateProcess(process_.get(), killed_code);
  }

  std::string end(std::int64_t id, std::chrono::milliseconds limit) override {
    if (::WaitForSingleObject(process_.get(), static_cast<DWORD>(limit.count())) != WAIT_OBJECT_0) {
      child_watch::kill(id);
      ::WaitForSingleObject(process_.get(), INFINITE);
    }
    DWORD code = 0;
    ::GetExitCodeProcess(process_.get(), &code);
    reaped_ = true;
    return describe_process_end(static_cast<int>(code));
  }

 private:
  const owned_handle process_;
  bool reaped_ = false;
};

/// Of a process that the system has ended, or a debugger.
const char* text_of_exception(std::uint32_t code) noexcept {
  switch (code) {
    case STATUS_ACCESS_VIOLATION:
      return " (access violation)";
    case STATUS_STACK_OVERFLOW:
      return " (stack overflow)";
    case STATUS_INTEGER_DIVIDE_BY_ZERO:
      return " (division by zero)";
    case STATUS_ILLEGAL_INSTRUCTION:
      return " (illegal instruction)";
    case STATUS_CONTROL_C_EXIT:
      return " (interrupted)";
    default:
      return "";
  }
}

class spawn_starter final : public worker_starter {
 public:
  started_worker start() override { return spawn_worker(worker_role::jobs); }
};

}  // namespace

std::unique_ptr<worker_starter> make_spawn_starter() { return std::make_unique<spawn_starter>(); }

std::unique_ptr<worker_starter> make_server_starter() {
  throw_system_error(ENOTSUP,
                     "rill: Windows cannot fork processes, so it has no fork server for a process "
                     "pool; worker_start::spawn is for all systems");
}

started_worker spawn_worker(worker_role role) {
  HANDLE job = worker_job();
  const channel_pair pair = make_channel_pair();
  started_worker worker;
  worker.channel = process_channel(pair.own);
  const owned_handle other(handle_of(pair.other));  // closed here on every way out
  inheritance inherited(other.get());
  const attribute_list attributes(inherited.all, job);

  STARTUPINFOEXW start{};
  start.StartupInfo.cb = sizeof start;
  start.StartupInfo.dwFlags = STARTF_USESTDHANDLES;
  start.StartupInfo.hStdInput = inherited.input.get();
  start.StartupInfo.hStdOutput = inherited.normal.get();
  start.StartupInfo.hStdError = inherited.error.get();
  start.lpAttributeList = attributes.get();
  std::wstring environment = environment_with(worker_marker::text(role, own_process_id()) + "," +
                                              std::to_string(number_of(inherited.channel)) + "," +
                                              std::to_string(number_of(inherited.parent)));
  const std::wstring path = own_program_path();
  std::wstring command = L"\"" + path + L"\" \"rill worker\"";
  PROCESS_INFORMATION made{};
  constexpr DWORD flags = CREATE_UNICODE_ENVIRONMENT | EXTENDED_STARTUPINFO_PRESENT;
  if (::CreateProcessW(path.c_str(), command.data(), nullptr, nullptr, TRUE, flags,
                       environment.data(), nullptr, &start.StartupInfo, &made) == FALSE) {
    fail("rill: starting a worker process");
  }
  const owned_handle thread(made.hThread);
  auto watch = std::make_unique<child_watch>(owned_handle(made.hProcess));
  worker.channel.watch(watch->ended());
  worker.watch = std::move(watch);
  return worker;
}

std::int64_t own_process_id() noexcept { return ::GetCurrentProcessId(); }

std::string describe_process_end(int status) {
  const auto code = static_cast<std::uint32_t>(status);
  if (code == killed_code) return "was killed";
  if (code < 0xC000'0000) return "ended with code " + std::to_string(code);
  char text[32];
  std::snprintf(text, sizeof text, "ended with code 0x%08X", code);
  return std::string(text) + text_of_exception(code);
}

}  // namespace rill::detail
