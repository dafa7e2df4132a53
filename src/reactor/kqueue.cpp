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
// for the filter. Whoever waits next asks for the filter again, as a FIFO may have a reader by
// then.
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

/// descriptor::interest, for each direction: it has a filter without EV_CLEAR; it has none, as that
/// was refused, and may have a stand-in.
struct direction_bits {
  int filter;
  std::uint32_t level;
  std::uint32_t refused;
};

constexpr direction_bits reading{EVFILT_READ, 1, 4};
constexpr direction_bits writing{EVFILT_WRITE, 2, 8};

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

/// What it says of a direction that is none, or whose other end is gone.
bool is_of_one_direction(std::int64_t error) noexcept {
  return error == EPIPE || is_refusal(error);
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

 private:
  void wake_kernel() noexcept override {
    const int before = errno;  // this may run in a signal handler
    filter_event trigger = change(waker_ident, EVFILT_USER, 0);
    trigger.fflags = NOTE_TRIGGER;
    submit({&trigger, 1});
    errno = before;
  }

  static constexpr int waker_ident = 0;

  /// The event in place of a filter that was refused. `waker_ident` is none of them.
  static constexpr std::int64_t stand_in_of(int number, int filter) noexcept {
    return (std::int64_t{number} << 1 | (filter == EVFILT_READ ? 1 : 0)) + 1;
  }

  int submit(std::span<const filter_event> changes) const noexcept {
    return kqueue_calls.kevent(queue_, changes.data(), static_cast<int>(changes.size()), nullptr, 0,
                               nullptr);
  }

  // The filters accept files, and call them ready or not by their position.
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
    return judge(entry, receipts[0].data, receipts[1].data);
  }

  // What the two filters said when they were added.
  int judge(descriptor& entry, std::int64_t read_error, std::int64_t write_error) noexcept {
    if (read_error == 0 && write_error == 0) return 0;
    const std::int64_t error = read_error != 0 ? read_error : write_error;
    if (read_error != 0 && write_error != 0) {
      return is_refusal(error) ? EPERM : static_cast<int>(error);
    }
    if (!is_of_one_direction(error)) {
      remove(entry, read_error != 0 ? writing : reading);
      return static_cast<int>(error);
    }
    entry.interest |= read_error != 0 ? reading.refused : writing.refused;
    entry.level = true;  // whoever waits is told of in interest_changed()
    return 0;
  }

  int interest_changed(descriptor& entry) noexcept override {
    if (entry.always_ready) return 0;
    const int read_error = direction_changed(entry, entry.read, reading);
    const int write_error = direction_changed(entry, entry.write, writing);
    entry.level = entry.interest != 0;
    return read_error != 0 ? read_error : write_error;
  }

  int direction_changed(descriptor& entry, const descriptor_side& side,
                        direction_bits bits) noexcept {
    const bool wanted = side.watch != nullptr;
    const bool changed = wanted != ((entry.interest & bits.level) != 0);
    const bool try_again =
        (entry.interest & bits.refused) != 0 && (wanted || side.first != nullptr);
    return changed || try_again ? replace(entry, bits, wanted) : 0;
  }

  int replace(descriptor& entry, direction_bits bits, bool level) noexcept {
    remove(entry, bits);
    entry.interest = level ? entry.interest | bits.level : entry.interest & ~bits.level;
    const int flags = level ? EV_ADD : EV_ADD | EV_CLEAR;
    const filter_event added = change(entry.number, bits.filter, flags, entry.generation);
    if (submit({&added, 1}) == 0) return 0;
    entry.interest |= bits.refused;
    return errno == EPIPE ? stand_in(entry, bits, flags) : errno;
  }

  int stand_in(const descriptor& entry, direction_bits bits, int flags) noexcept {
    const std::int64_t ident = stand_in_of(entry.number, bits.filter);
    std::array<filter_event, 2> changes{change(ident, EVFILT_USER, flags, entry.generation),
                                        change(ident, EVFILT_USER, 0, entry.generation)};
    changes[1].fflags = NOTE_TRIGGER;
    return submit(changes) == 0 ? 0 : errno;
  }

  void remove(descriptor& entry, direction_bits bits) noexcept {
    const bool refused = (entry.interest & bits.refused) != 0;
    const filter_event deleted =
        refused ? change(stand_in_of(entry.number, bits.filter), EVFILT_USER, EV_DELETE)
                : change(entry.number, bits.filter, EV_DELETE);
    submit({&deleted, 1});
    entry.interest &= ~bits.refused;
  }

  void drop_handle(descriptor& entry) noexcept override {
    if ((entry.interest & (reading.level | reading.refused)) != 0) remove(entry, reading);
    if ((entry.interest & (writing.level | writing.refused)) != 0) remove(entry, writing);
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
    descriptor* const entry =
        report(event, static_cast<native_handle>(place >> 1), (place & 1) != 0, false);
    // Where something waits on, there may be another end by now, and a filter.
    if (entry != nullptr && entry->registered) interest_changed(*entry);
  }

  descriptor* report(const filter_event& event, native_handle handle, bool readable,
                     bool hung_up) noexcept {
    descriptor* const entry = table_.find(handle);
    if (entry == nullptr || !entry->registered || entry->generation != generation_of(event)) {
      return nullptr;
    }
    ready(*entry, readable, !readable, hung_up);
    return entry;
  }

  int queue_;
  std::array<filter_event, 64> events_;
};

}  // namespace

std::unique_ptr<reactor> make_kqueue() { return std::make_unique<kqueue_reactor>(); }

}  // namespace rill::detail
