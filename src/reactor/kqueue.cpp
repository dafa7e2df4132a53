// SPDX-License-Identifier: BSL-1.0
// The kqueue reactor, of macOS and the BSDs.
//
// A handle has two filters, for reading and for writing, added once and with EV_CLEAR: a report
// tells that something has changed since the last one, and is not repeated, so the adaptor keeps
// trying until a call would block. Adding a filter reports what is ready already. A direction that
// is watched has its filter without EV_CLEAR instead, as watches are to fire as long as the handle
// is ready. Adding a filter that is there keeps its flags (kqueue(2)), so it is deleted before.
//
// Closing a descriptor removes its filters, whatever duplicates there are. A handle that was
// forgotten and not closed may still be reported, with the generation it had, and is not heard; a
// filter without EV_CLEAR would go on for ever, so that one is deleted by hand.
//
// A filter may be refused for one direction of a handle whose other one has been accepted: writing
// to a pipe without a reader is EPIPE. What waits there is to try, and to be told by its own call,
// as with the other kernels' reports of an error: an event of ours that is triggered once stands in
// for the filter.
#include <fcntl.h>
#include <sys/stat.h>

#include <array>
#include <cerrno>
#include <cstdint>
#include <ctime>
#include <memory>
#include <span>

#include "base/system_calls.hpp"
#include "base/timespec.hpp"
#include "reactor/factories.hpp"
#include "reactor/kqueue_calls.hpp"
#include "reactor/readiness_adaptor.hpp"
#include "rill/base/error.hpp"

namespace rill::detail {

constinit kqueue_call_table kqueue_calls{&::kqueue, &::kevent};

namespace {

using filter_event = struct kevent;

/// descriptor::interest: which filters are there without EV_CLEAR, and which have a stand-in.
constexpr std::uint32_t level_read = 1;
constexpr std::uint32_t level_write = 2;
constexpr std::uint32_t stand_in_read = 4;
constexpr std::uint32_t stand_in_write = 8;

constexpr std::uint32_t stand_in_bit(int filter) noexcept {
  return filter == EVFILT_READ ? stand_in_read : stand_in_write;
}

filter_event change(std::int64_t ident, int filter, int flags,
                    std::uint32_t generation = 0) noexcept {
  filter_event made{};
  made.ident = static_cast<decltype(made.ident)>(ident);
  made.filter = static_cast<decltype(made.filter)>(filter);
  made.flags = static_cast<decltype(made.flags)>(flags);
  // A number, which nobody reads through.
  made.udata = reinterpret_cast<void*>(static_cast<std::uintptr_t>(generation));
  return made;
}

std::uint32_t generation_of(const filter_event& event) noexcept {
  return static_cast<std::uint32_t>(reinterpret_cast<std::uintptr_t>(event.udata));
}

/// What a filter says of a device that cannot be waited for.
bool is_refusal(std::int64_t error) noexcept {
  return error == EINVAL || error == ENODEV || error == ENXIO || error == ENOTSUP || error == EPERM;
}

class kqueue_reactor final : public readiness_adaptor {
 public:
  kqueue_reactor() : readiness_adaptor(false), queue_(kqueue_calls.kqueue()) {
    if (queue_ < 0) throw_system_error(errno, "rill: kqueue");
    const filter_event waker = change(waker_ident, EVFILT_USER, EV_ADD | EV_CLEAR);
    if (system_calls().fcntl(queue_, F_SETFD, FD_CLOEXEC) != 0 || submit({&waker, 1}) != 0) {
      const int error = errno;
      system_calls().close(queue_);
      throw_system_error(error, "rill: kqueue");
    }
  }
  ~kqueue_reactor() override { system_calls().close(queue_); }
  kqueue_reactor(const kqueue_reactor&) = delete;
  kqueue_reactor& operator=(const kqueue_reactor&) = delete;

  std::string_view name() const noexcept override { return "kqueue"; }
  bool supports(reactor_feature feature) const noexcept override {
    return feature == reactor_feature::pollable || readiness_adaptor::supports(feature);
  }
  native_handle pollable() const noexcept override { return show_to_host(queue_); }

  void wake() noexcept override {
    const int before = errno;  // this may run in a signal handler
    filter_event trigger = change(waker_ident, EVFILT_USER, 0);
    trigger.fflags = NOTE_TRIGGER;
    submit({&trigger, 1});
    errno = before;
  }

 private:
  static constexpr int waker_ident = 0;

  /// The event in place of a filter that was refused. `waker_ident` is none of them.
  static constexpr std::int64_t stand_in_of(int number, int filter) noexcept {
    return (std::int64_t{number} << 1 | (filter == EVFILT_READ ? 1 : 0)) + 1;
  }

  int submit(std::span<const filter_event> changes) const noexcept {
    return kqueue_calls.kevent(queue_, changes.data(), static_cast<int>(changes.size()), nullptr, 0,
                               nullptr);
  }

  // The filters accept files, and call them ready or not by their position. A pipe has no filter
  // for the direction that is not its end's, or whose other end is gone: the other one will do.
  int add_handle(descriptor& entry) noexcept override {
    struct stat status{};
    if (system_calls().fstat(entry.number, &status) != 0) return errno;
    if (S_ISREG(status.st_mode) || S_ISDIR(status.st_mode) || S_ISBLK(status.st_mode)) return EPERM;
    // Where it was forgotten, but not closed, and is now back, the filters are there and get the
    // new generation. What they have reported is not lost: an operation is tried before it waits,
    // and a watch has its filter anew.
    constexpr int add = EV_ADD | EV_CLEAR | EV_RECEIPT;
    const std::array<filter_event, 2> changes{
        change(entry.number, EVFILT_READ, add, entry.generation),
        change(entry.number, EVFILT_WRITE, add, entry.generation)};
    std::array<filter_event, 2> receipts;
    const timespec at_once{};
    if (kqueue_calls.kevent(queue_, changes.data(), static_cast<int>(changes.size()),
                            receipts.data(), static_cast<int>(receipts.size()), &at_once) < 0) {
      return errno;
    }
    if (receipts[0].data == 0 || receipts[1].data == 0) return 0;
    return is_refusal(receipts[0].data) ? EPERM : static_cast<int>(receipts[0].data);
  }

  void interest_changed(descriptor& entry) noexcept override {
    if (entry.always_ready) return;
    const std::uint32_t wanted = (entry.read.watch != nullptr ? level_read : 0) |
                                 (entry.write.watch != nullptr ? level_write : 0);
    const std::uint32_t changed = wanted ^ entry.interest;
    entry.interest ^= changed & (level_read | level_write);
    if ((changed & level_read) != 0) replace(entry, EVFILT_READ, (wanted & level_read) != 0);
    if ((changed & level_write) != 0) replace(entry, EVFILT_WRITE, (wanted & level_write) != 0);
    entry.level = wanted != 0;
  }

  void replace(descriptor& entry, int filter, bool level) noexcept {
    remove(entry, filter);
    const int flags = level ? EV_ADD : EV_ADD | EV_CLEAR;
    const filter_event added = change(entry.number, filter, flags, entry.generation);
    if (submit({&added, 1}) == 0) return;
    filter_event stand_in =
        change(stand_in_of(entry.number, filter), EVFILT_USER, flags, entry.generation);
    submit({&stand_in, 1});
    stand_in.flags = 0;
    stand_in.fflags = NOTE_TRIGGER;
    submit({&stand_in, 1});
    entry.interest |= stand_in_bit(filter);
  }

  void remove(descriptor& entry, int filter) noexcept {
    const bool refused = (entry.interest & stand_in_bit(filter)) != 0;
    const filter_event deleted =
        refused ? change(stand_in_of(entry.number, filter), EVFILT_USER, EV_DELETE)
                : change(entry.number, filter, EV_DELETE);
    submit({&deleted, 1});
    entry.interest &= ~stand_in_bit(filter);
  }

  void drop_handle(descriptor& entry) noexcept override {
    if ((entry.interest & (level_read | stand_in_read)) != 0) remove(entry, EVFILT_READ);
    if ((entry.interest & (level_write | stand_in_write)) != 0) remove(entry, EVFILT_WRITE);
  }

  int wait_for_events(std::int64_t timeout_ns) noexcept {
    constexpr std::int64_t second = 1'000'000'000;
    constexpr std::int64_t most = 24 * 3600 * second;
    const std::int64_t limited = timeout_ns < most ? timeout_ns : most;
    const timespec limit = timespec_of(limited);
    return kqueue_calls.kevent(queue_, nullptr, 0, events_.data(), static_cast<int>(events_.size()),
                               timeout_ns < 0 ? nullptr : &limit);
  }

  void wait_for_reports(std::int64_t timeout_ns) noexcept override {
    const int count =
        wait_for_events(timeout_ns);  // interrupted: nothing to tell, which is allowed
    for (int i = 0; i < count; ++i) {
      const filter_event& event = events_[static_cast<std::size_t>(i)];
      if (event.filter == EVFILT_USER) {
        if (event.ident != waker_ident) report_stand_in(event);
        continue;
      }
      const bool readable = event.filter == EVFILT_READ;
      report(event, static_cast<native_handle>(event.ident), readable,
             readable && (event.flags & EV_EOF) != 0);
    }
  }

  void report_stand_in(const filter_event& event) noexcept {
    const auto place = static_cast<std::int64_t>(event.ident) - 1;
    report(event, static_cast<native_handle>(place >> 1), (place & 1) != 0, false);
  }

  void report(const filter_event& event, native_handle handle, bool readable,
              bool hung_up) noexcept {
    descriptor* const entry = table_.find(handle);
    if (entry == nullptr || !entry->registered || entry->generation != generation_of(event)) return;
    ready(*entry, readable, !readable, hung_up);
  }

  int queue_;
  std::array<filter_event, 64> events_;
};

}  // namespace

std::unique_ptr<reactor> make_kqueue() { return std::make_unique<kqueue_reactor>(); }

}  // namespace rill::detail
