// SPDX-License-Identifier: BSL-1.0
// The epoll floor of the echo benchmark: each connection is registered once, edge-triggered, for
// its whole life; a short read ends the turn of a connection, and what was read is written back at
// once.
#define _GNU_SOURCE
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "support/echo_service.h"

// With 1,000 connections a batch of 1,024 is no better, and mostly 3 % worse.
enum { batch_size = 64, usual_size = 16384, buffer_room = 1 << 16 };

// What a peer that does not read makes us keep. While it is there nothing more is read from that
// peer.
struct backlog {
  char* data;
  size_t begin, end;
};

struct server {
  int epoll, listener, stop;
  struct backlog* backlogs;  // by descriptor
  uint64_t messages;
};

static char buffer[buffer_room];
static size_t buffer_size;

static void watch(int epoll, int descriptor, uint32_t events) {
  struct epoll_event event = {.events = events, .data.fd = descriptor};
  if (epoll_ctl(epoll, EPOLL_CTL_ADD, descriptor, &event) != 0) echo_fail("epoll_ctl");
}

static void accept_all(const struct server* self) {
  for (;;) {
    const int peer = accept4(self->listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (peer >= 0) {
      watch(self->epoll, peer, EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET);
    } else if (errno == EAGAIN) {
      return;
    } else if (errno != EINTR && errno != ECONNABORTED) {
      echo_fail("accept4");
    }
  }
}

static void close_peer(struct server* self, int peer) {
  free(self->backlogs[peer].data);
  self->backlogs[peer] = (struct backlog){0};
  close(peer);
}

// Returns false when the peer is gone. Bytes that the socket does not take are kept.
static bool write_back(struct server* self, int peer, size_t count) {
  const ssize_t sent = send(peer, buffer, count, MSG_NOSIGNAL);
  if (sent == (ssize_t)count) return true;
  if (sent < 0 && errno != EAGAIN) return false;
  const size_t begin = sent > 0 ? (size_t)sent : 0;
  struct backlog* kept = &self->backlogs[peer];
  kept->data = malloc(count - begin);
  if (kept->data == NULL) return false;
  memcpy(kept->data, buffer + begin, count - begin);
  kept->begin = 0;
  kept->end = count - begin;
  return true;
}

// Returns false when the peer is gone.
static bool write_backlog(struct backlog* kept, int peer) {
  const ssize_t sent = send(peer, kept->data + kept->begin, kept->end - kept->begin, MSG_NOSIGNAL);
  if (sent < 0) return errno == EAGAIN;
  kept->begin += (size_t)sent;
  if (kept->begin == kept->end) {
    free(kept->data);
    *kept = (struct backlog){0};
  }
  return true;
}

// Returns false when the peer is gone.
static bool serve(struct server* self, int peer, uint32_t events) {
  const bool ending = (events & (EPOLLRDHUP | EPOLLHUP | EPOLLERR)) != 0;
  bool resumed = false;
  if (self->backlogs[peer].data != NULL) {
    if (!write_backlog(&self->backlogs[peer], peer)) return false;
    resumed = true;
  }
  while (self->backlogs[peer].data == NULL && (resumed || (events & EPOLLIN) != 0 || ending)) {
    const ssize_t count = recv(peer, buffer, buffer_size, 0);
    if (count < 0 && errno == EAGAIN) return true;
    if (count <= 0 || !write_back(self, peer, (size_t)count)) return false;
    ++self->messages;
    // An edge follows if more arrives, except for an end that was announced with this batch or came
    // while stopped.
    if ((size_t)count < buffer_size && !ending && !resumed) return true;
  }
  return true;
}

int main(int argc, char** argv) {
  const struct echo_options options = echo_parse(argc, argv, echo_no_extras);
  struct server self = {.epoll = epoll_create1(EPOLL_CLOEXEC),
                        .listener = echo_listen(&options),
                        .stop = echo_stop_descriptor(options.seconds),
                        .backlogs = calloc((size_t)sysconf(_SC_OPEN_MAX), sizeof(struct backlog))};
  if (self.epoll < 0 || self.backlogs == NULL) echo_fail("epoll");
  buffer_size = echo_receive_size(&options, usual_size, buffer_room);
  watch(self.epoll, self.listener, EPOLLIN);
  watch(self.epoll, self.stop, EPOLLIN);
  const struct echo_cpu start = echo_announce(self.listener);
  for (bool stopped = false; !stopped;) {
    static struct epoll_event events[batch_size];
    const int count = epoll_wait(self.epoll, events, batch_size, -1);
    if (count < 0 && errno != EINTR) echo_fail("epoll_wait");
    for (int i = 0; i < count; ++i) {
      const int descriptor = events[i].data.fd;
      if (descriptor == self.listener) {
        accept_all(&self);
      } else if (descriptor == self.stop) {
        stopped = true;
      } else if (!serve(&self, descriptor, events[i].events)) {
        close_peer(&self, descriptor);
      }
    }
  }
  echo_report(self.messages, start);
  return 0;
}
