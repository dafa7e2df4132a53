// SPDX-License-Identifier: BSL-1.0
//
// kqueue(2) on top of epoll, so that the kqueue reactor runs its tests on Linux.
//
// A queue's descriptor is an epoll that holds two others, one for each direction, so that a handle
// can have two filters with flags of their own; an eventfd stands for the user's events, and a
// pidfd for each process. All of it is behind one lock, held with signals blocked, as handlers may
// trigger. close() is defined here too: closing a descriptor removes its filters, as in BSD,
// whatever duplicates there are.
//
// What it does not do: EV_EOF comes without the socket's error in `fflags`, because Linux takes the
// error away when asked for it; `data` is filled for reading and for processes only; a stream that
// was never connected is reported as hung up.
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/event.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <cstdlib>
#include <map>
#include <memory>
#include <utility>

#include "time_left.hpp"

// TSan's own, which keeps its account of descriptors; there under TSan.
extern "C" int __interceptor_close(int number) __attribute__((weak));

namespace {

using rill_test::time_left;

int close_now(int number) {
  if (__interceptor_close != nullptr) return __interceptor_close(number);
  return static_cast<int>(::syscall(SYS_close, number));
}

/// A descriptor of the emulation itself.
class own_descriptor {
 public:
  explicit own_descriptor(int number = -1) noexcept : number_(number) {}
  own_descriptor(own_descriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
  own_descriptor& operator=(own_descriptor&& other) noexcept {
    std::swap(number_, other.number_);
    return *this;
  }
  ~own_descriptor() {
    if (number_ >= 0) close_now(number_);
  }
  int get() const noexcept { return number_; }
  int release() noexcept { return std::exchange(number_, -1); }

 private:
  int number_;
};

/// A filter on something.
struct knote {
  struct kevent wanted;
  own_descriptor process;  // EVFILT_PROC
  bool always = false;     // a file, which epoll does not take
  bool triggered = false;  // a user's event, or a file that is still to be reported
  bool is_epolled() const noexcept { return wanted.filter != EVFILT_USER && !always; }
  int watched() const noexcept {
    return process.get() >= 0 ? process.get() : static_cast<int>(wanted.ident);
  }
};

using knote_key = std::pair<uintptr_t, int16_t>;

struct event_queue {
  own_descriptor reads{::epoll_create1(EPOLL_CLOEXEC)};
  own_descriptor writes{::epoll_create1(EPOLL_CLOEXEC)};
  own_descriptor user{::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)};
  std::map<knote_key, std::unique_ptr<knote>> notes;

  int poller_of(const knote& note) const noexcept {
    return note.wanted.filter == EVFILT_WRITE ? writes.get() : reads.get();
  }
};

// -- all queues -----------------------------------------------------------------------------------

struct state {
  pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
  std::map<int, std::unique_ptr<event_queue>> queues;
};

std::atomic<int> queue_count{0};

state& all();

void before_fork() { ::pthread_mutex_lock(&all().mutex); }
void in_parent() { ::pthread_mutex_unlock(&all().mutex); }
// A child inherits no queue. What it would inherit here is the parent's too, filters and all.
void in_child() {
  for (const auto& [number, unused] : all().queues) close_now(number);
  all().queues.clear();
  queue_count = 0;
  ::pthread_mutex_unlock(&all().mutex);
}

/// Never destroyed: destructors of the program close descriptors.
state& all() {
  static state* const made = [] {
    ::pthread_atfork(&before_fork, &in_parent, &in_child);
    return new state;
  }();
  return *made;
}

class guard {
 public:
  guard() noexcept {
    sigset_t every;
    ::sigfillset(&every);
    ::pthread_sigmask(SIG_SETMASK, &every, &before_);
    ::pthread_mutex_lock(&all().mutex);
  }
  guard(const guard&) = delete;
  guard& operator=(const guard&) = delete;
  ~guard() {
    ::pthread_mutex_unlock(&all().mutex);
    ::pthread_sigmask(SIG_SETMASK, &before_, nullptr);
  }

 private:
  sigset_t before_;
};

event_queue* queue_of(int number) {
  const auto found = all().queues.find(number);
  return found == all().queues.end() ? nullptr : found->second.get();
}

// -- changes --------------------------------------------------------------------------------------

void set_ready_by_hand(event_queue& queue, knote& note) {
  note.triggered = true;
  const std::uint64_t one = 1;
  [[maybe_unused]] const auto written = ::write(queue.user.get(), &one, sizeof one);
}

int begin_watching(event_queue& queue, knote& note) {
  if (note.wanted.filter == EVFILT_USER) return 0;
  if (note.wanted.filter == EVFILT_PROC) {
    if ((note.wanted.fflags & NOTE_EXIT) == 0) return EINVAL;
    const auto opened = ::syscall(SYS_pidfd_open, static_cast<pid_t>(note.wanted.ident), 0);
    if (opened < 0) return errno;
    note.process = own_descriptor(static_cast<int>(opened));
  }
  epoll_event event{};
  event.events = note.wanted.filter == EVFILT_WRITE ? EPOLLOUT : EPOLLIN | EPOLLRDHUP | EPOLLPRI;
  if ((note.wanted.flags & EV_CLEAR) != 0) event.events |= EPOLLET;
  event.data.ptr = &note;
  if (::epoll_ctl(queue.poller_of(note), EPOLL_CTL_ADD, note.watched(), &event) == 0) return 0;
  if (errno != EPERM) return errno;
  struct stat status{};
  if (::fstat(note.watched(), &status) != 0 || !S_ISREG(status.st_mode)) return EINVAL;
  note.always = true;
  set_ready_by_hand(queue, note);
  return 0;
}

// BSD has no filter for it.
bool is_pipe_without_reader(int number) {
  struct stat status{};
  if (::fstat(number, &status) != 0 || !S_ISFIFO(status.st_mode)) return false;
  pollfd looked{number, POLLOUT, 0};
  return ::poll(&looked, 1, 0) > 0 && (looked.revents & POLLERR) != 0;
}

int add(event_queue& queue, const struct kevent& change) {
  const bool is_handle = change.filter == EVFILT_READ || change.filter == EVFILT_WRITE;
  if (!is_handle && change.filter != EVFILT_USER && change.filter != EVFILT_PROC) return EINVAL;
  if (is_handle && ::fcntl(static_cast<int>(change.ident), F_GETFD) < 0) return EBADF;
  auto& place = queue.notes[{change.ident, change.filter}];
  if (place != nullptr) {  // keeps its flags, and what it has reported
    place->wanted.udata = change.udata;
    return 0;
  }
  auto note = std::make_unique<knote>();
  note->wanted = change;
  const bool refused =
      change.filter == EVFILT_WRITE && is_pipe_without_reader(static_cast<int>(change.ident));
  const int error = refused ? EPIPE : begin_watching(queue, *note);
  if (error != 0) {
    queue.notes.erase({change.ident, change.filter});
    return error;
  }
  place = std::move(note);
  return 0;
}

void remove(event_queue& queue, const knote& note) {
  if (note.is_epolled()) {
    ::epoll_ctl(queue.poller_of(note), EPOLL_CTL_DEL, note.watched(), nullptr);
  }
  queue.notes.erase({note.wanted.ident, note.wanted.filter});
}

int apply(event_queue& queue, const struct kevent& change) {
  if ((change.flags & EV_ADD) != 0) {
    if (const int error = add(queue, change); error != 0) return error;
  }
  const auto found = queue.notes.find({change.ident, change.filter});
  if (found == queue.notes.end()) return ENOENT;
  if ((change.flags & EV_DELETE) != 0) {
    remove(queue, *found->second);
  } else if (change.filter == EVFILT_USER && (change.fflags & NOTE_TRIGGER) != 0) {
    set_ready_by_hand(queue, *found->second);
  }
  return 0;
}

// -- events ---------------------------------------------------------------------------------------

/// Room for events that the caller gave.
struct event_room {
  struct kevent* next;
  int left;
  int count = 0;

  void put(const struct kevent& event) {
    *next++ = event;
    --left;
    ++count;
  }
};

void describe_end_of_process(const knote& note, struct kevent& event) {
  siginfo_t ended{};
  ::waitid(P_PID, static_cast<id_t>(note.wanted.ident), &ended, WEXITED | WNOHANG | WNOWAIT);
  event.flags |= EV_EOF;
  event.fflags = NOTE_EXIT;
  event.data = ended.si_code == CLD_EXITED ? (ended.si_status & 0xff) << 8 : ended.si_status;
}

struct kevent event_of(const knote& note, std::uint32_t seen) {
  struct kevent event = note.wanted;
  event.fflags = 0;
  event.data = 0;
  event.flags = note.wanted.flags & (EV_CLEAR | EV_ONESHOT);
  if (note.wanted.filter == EVFILT_PROC) {
    describe_end_of_process(note, event);
  } else if (note.wanted.filter == EVFILT_READ) {
    int bytes = 0;
    if (::ioctl(note.watched(), FIONREAD, &bytes) == 0) event.data = bytes;
    if ((seen & (EPOLLRDHUP | EPOLLHUP)) != 0) event.flags |= EV_EOF;
  } else if ((seen & (EPOLLHUP | EPOLLERR)) != 0) {
    event.flags |= EV_EOF;
  }
  return event;
}

// A process ends once, and its filter with it.
bool goes_when_reported(const knote& note) noexcept {
  return (note.wanted.flags & EV_ONESHOT) != 0 || note.wanted.filter == EVFILT_PROC;
}

void collect_epolled(event_queue& queue, int poller, event_room& room) {
  std::array<epoll_event, 64> events;
  const int most = room.left < 64 ? room.left : 64;
  const int count = most == 0 ? 0 : ::epoll_wait(poller, events.data(), most, 0);
  for (int i = 0; i < count; ++i) {
    const auto& note = *static_cast<const knote*>(events[static_cast<std::size_t>(i)].data.ptr);
    room.put(event_of(note, events[static_cast<std::size_t>(i)].events));
    if (goes_when_reported(note)) remove(queue, note);
  }
}

void collect_by_hand(event_queue& queue, event_room& room) {
  bool more = false;
  for (auto next = queue.notes.begin(); next != queue.notes.end();) {
    knote& note = *(next++)->second;
    if (!note.triggered) continue;
    if (room.left == 0) {
      more = true;
      break;
    }
    room.put(event_of(note, 0));
    if ((note.wanted.flags & EV_CLEAR) != 0) note.triggered = false;
    if (goes_when_reported(note)) {
      remove(queue, note);
    } else {
      more |= note.triggered;
    }
  }
  std::uint64_t ignored = 0;
  if (!more) [[maybe_unused]]
    const auto taken = ::read(queue.user.get(), &ignored, sizeof ignored);
}

int collect(event_queue& queue, struct kevent* events, int capacity) {
  event_room room{events, capacity};
  collect_by_hand(queue, room);
  collect_epolled(queue, queue.reads.get(), room);
  collect_epolled(queue, queue.writes.get(), room);
  return room.count;
}

/// Applies the changes. Returns how many entries of `events` tell of errors and receipts; -1 if one
/// has no room, with errno.
int apply_all(event_queue& queue, const struct kevent* changes, int count, struct kevent* events,
              int capacity) {
  event_room room{events, capacity};
  for (int i = 0; i < count; ++i) {
    const int error = apply(queue, changes[i]);
    if (error == 0 && (changes[i].flags & EV_RECEIPT) == 0) continue;
    if (room.left == 0) {
      if (error == 0) continue;
      errno = error;
      return -1;
    }
    struct kevent told = changes[i];
    told.flags |= EV_ERROR;
    told.data = error;
    room.put(told);
  }
  return room.count;
}

}  // namespace

extern "C" {

int kqueue() {
  const guard held;
  own_descriptor outer(::epoll_create1(0));
  if (outer.get() < 0) return -1;
  auto made = std::make_unique<event_queue>();
  if (made->reads.get() < 0 || made->writes.get() < 0 || made->user.get() < 0) return -1;
  for (const own_descriptor* const part : {&made->reads, &made->writes, &made->user}) {
    epoll_event event{};
    event.events = EPOLLIN;
    if (::epoll_ctl(outer.get(), EPOLL_CTL_ADD, part->get(), &event) != 0) return -1;
  }
  all().queues[outer.get()] = std::move(made);
  ++queue_count;
  return outer.release();
}

int kevent(int queue, const struct kevent* changes, int change_count, struct kevent* events,
           int capacity, const timespec* timeout) {
  time_left time(timeout);
  bool first = true;
  while (true) {
    {
      const guard held;
      event_queue* const found = queue_of(queue);
      if (found == nullptr) {
        errno = EBADF;
        return -1;
      }
      if (first) {
        const int told = apply_all(*found, changes, change_count, events, capacity);
        if (told != 0 || capacity == 0) return told;
        first = false;
      }
      const int count = collect(*found, events, capacity);
      if (count != 0) return count;
    }
    if (time.is_over()) return 0;
    pollfd watched{queue, POLLIN, 0};
    if (::ppoll(&watched, 1, time.get(), nullptr) < 0) return -1;
  }
}

// Of the C library, for the whole program.
int close(int number) {
  if (queue_count.load() == 0) return close_now(number);
  const guard held;
  for (auto& [unused, queue] : all().queues) {
    for (const int16_t filter : {EVFILT_READ, EVFILT_WRITE}) {
      const auto found = queue->notes.find({static_cast<uintptr_t>(number), filter});
      if (found != queue->notes.end()) remove(*queue, *found->second);
    }
  }
  if (all().queues.erase(number) != 0) --queue_count;
  return close_now(number);
}

}  // extern "C"
