// SPDX-License-Identifier: BSL-1.0
//
// kqueue(2) for tests on Linux: what the kqueue reactor uses of it, with the names and meanings of
// the BSD manual. The numbers are our own. See kqueue_emulation.cpp.
#pragma once
#pragma GCC system_header  // whose functions may have the names of structures

#include <stddef.h>
#include <stdint.h>
#include <time.h>

struct kevent {
  uintptr_t ident;
  int16_t filter;
  uint16_t flags;
  uint32_t fflags;
  intptr_t data;
  void* udata;
};

enum : int16_t {
  EVFILT_READ = -1,
  EVFILT_WRITE = -2,
  EVFILT_PROC = -5,
  EVFILT_USER = -10,
};

// In changes.
enum : int {
  EV_ADD = 0x1,
  EV_DELETE = 0x2,
  EV_ONESHOT = 0x10,
  EV_CLEAR = 0x20,
  EV_RECEIPT = 0x40,
  // In events.
  EV_ERROR = 0x4000,
  EV_EOF = 0x8000,
};

// EVFILT_USER: makes it ready. EVFILT_PROC: the process has ended; `data` is its wait status.
constexpr uint32_t NOTE_TRIGGER = 0x01000000;
constexpr uint32_t NOTE_EXIT = 0x80000000;

extern "C" {
int kqueue();
int kevent(int queue, const struct kevent* changes, int change_count, struct kevent* events,
           int capacity, const timespec* timeout);
}
