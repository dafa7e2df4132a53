// SPDX-License-Identifier: BSL-1.0
// Load generator of the echo benchmark. One thread, edge-triggered epoll, one clock read and no
// allocation per round trip.
//
// Without --rate each connection has --depth messages in flight, and a message is sent when the
// echo of another is whole: this tells what a server costs and how many messages it takes, but a
// server that stops for a while is asked for less meanwhile, so its latency looks better than it
// is. With --rate messages are due on a fixed schedule, round the connections; latency counts from
// when a message was due, whether it could be sent or not, and what is not back at the end counts
// as well. The generator then spins rather than waits, to keep its own waking out of the figures.
// With --accept each message has a connection of its own. With --hold it says that all connections
// are open and waits for a line of its input before it sends anything, so that what they cost a
// server can be told from what messages cost; and keeps them until its input ends.
//
// An address has ports for some 28,000 connections to one server: beyond 20,000 they come from
// 127.0.0.2 and so on.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "support/latencies.h"

enum { batch_size = 1024, piece = 1 << 18, most_in_flight = 1024, from_one_address = 20000 };

struct connection {
  int descriptor;
  uint32_t number;
  uint64_t started, done;   // messages
  uint64_t sent, received;  // bytes
  uint64_t* since;          // when the messages in flight were started, a ring of `depth`
};

struct load {
  uint16_t port;
  const char* path;  // of a unix socket, or NULL
  uint32_t connections, size, depth;
  bool accepts, holds;
  double rate;        // messages a second on a schedule; 0: none
  double seconds;     // 0: until `messages` are done
  uint64_t messages;  // 0: until `seconds` are over
  uint64_t begin;
  uint64_t started, done, errors;
  uint32_t open;
  int epoll;
  char *out, *in;  // `out` is messages on end
  struct connection* peers;
  struct latencies latencies;
};

static void fail(const char* what) {
  perror(what);
  exit(1);
}

static uint64_t now_ns(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

static void drop(struct load* self, struct connection* peer) {
  ++self->errors;
  --self->open;
  close(peer->descriptor);
  peer->descriptor = -1;
}

// The port is left to connect(), which may give the same one to connections to other servers.
static void bind_to_address(int descriptor, uint32_t which) {
  const int on = 1;
  struct sockaddr_in from = {.sin_family = AF_INET};
  from.sin_addr.s_addr = htonl(INADDR_LOOPBACK + which);
  if (setsockopt(descriptor, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &on, sizeof on) != 0 ||
      bind(descriptor, (const struct sockaddr*)&from, sizeof from) != 0) {
    fail("bind");
  }
}

static void connect_one(struct load* self, struct connection* peer) {
  const int on = 1;
  struct sockaddr_in inet = {.sin_family = AF_INET, .sin_port = htons(self->port)};
  struct sockaddr_un local = {.sun_family = AF_UNIX};
  const struct sockaddr* address = (const struct sockaddr*)&inet;
  socklen_t length = sizeof inet;
  inet.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (self->path != NULL) {
    strncpy(local.sun_path, self->path, sizeof local.sun_path - 1);
    address = (const struct sockaddr*)&local;
    length = sizeof local;
  }
  peer->descriptor = socket(address->sa_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (peer->descriptor < 0) fail("socket");
  if (self->path == NULL && peer->number >= from_one_address) {
    bind_to_address(peer->descriptor, peer->number / from_one_address);
  }
  if (connect(peer->descriptor, address, length) != 0) fail("connect");
  if (self->path == NULL) {
    setsockopt(peer->descriptor, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  }
  fcntl(peer->descriptor, F_SETFL, O_NONBLOCK);
  struct epoll_event event = {.events = EPOLLIN | EPOLLOUT | EPOLLET, .data.ptr = peer};
  if (epoll_ctl(self->epoll, EPOLL_CTL_ADD, peer->descriptor, &event) != 0) fail("epoll_ctl");
  peer->sent = peer->received = 0;
  peer->started = peer->done = 0;
}

// When a message of a connection is due.
static uint64_t due(const struct load* self, const struct connection* peer, uint64_t message) {
  const double place = (double)message * self->connections + peer->number;
  return self->begin + (uint64_t)(place * 1e9 / self->rate);
}

// Sends what is left of the messages that were started. Returns false if the connection broke.
static bool send_started(struct load* self, struct connection* peer) {
  while (peer->sent < peer->started * self->size) {
    const uint64_t left = peer->started * self->size - peer->sent;
    const char* from = self->out + peer->sent % self->size;
    const ssize_t count =
        send(peer->descriptor, from, left < piece ? (size_t)left : piece, MSG_NOSIGNAL);
    if (count < 0) return errno == EAGAIN;
    peer->sent += (uint64_t)count;
  }
  return true;
}

// Starts the messages that may be started, and sends them. Returns false if the connection broke.
static bool start_messages(struct load* self, struct connection* peer, uint64_t now) {
  while (peer->started - peer->done < self->depth) {
    if (self->messages != 0 && self->started == self->messages) break;
    if (self->rate > 0 && due(self, peer, peer->started) > now) break;
    peer->since[peer->started % self->depth] =
        self->rate > 0 ? due(self, peer, peer->started) : now;
    ++peer->started;
    ++self->started;
  }
  return send_started(self, peer);
}

static void close_and_connect(struct load* self, struct connection* peer) {
  close(peer->descriptor);
  peer->descriptor = -1;
  --self->open;
  if (self->started < self->messages) {
    const uint64_t now = now_ns();
    connect_one(self, peer);
    ++self->open;
    if (!start_messages(self, peer, now)) drop(self, peer);
  }
}

// Returns false if the connection broke or the echo is wrong.
static bool serve(struct load* self, struct connection* peer, uint32_t events) {
  if ((events & EPOLLOUT) != 0 && !send_started(self, peer)) return false;
  while (peer->received < peer->sent) {
    const ssize_t count = recv(peer->descriptor, self->in, piece, 0);
    if (count < 0 && errno == EAGAIN) return true;
    if (count <= 0) return false;
    if (memcmp(self->in, self->out + peer->received % self->size, (size_t)count) != 0) return false;
    peer->received += (uint64_t)count;
    if (peer->received / self->size == peer->done) continue;
    const uint64_t now = now_ns();
    while (peer->done < peer->received / self->size) {
      latencies_add(&self->latencies, now - peer->since[peer->done % self->depth]);
      ++peer->done;
      ++self->done;
    }
    if (self->accepts) {
      close_and_connect(self, peer);
      return true;
    }
    if (!start_messages(self, peer, now)) return false;
  }
  return true;
}

// What was due and is not back has waited until now at least.
static void count_unfinished(struct load* self, uint64_t now) {
  for (uint32_t i = 0; i < self->connections; ++i) {
    const struct connection* peer = &self->peers[i];
    for (uint64_t message = peer->done; due(self, peer, message) < now; ++message)
      latencies_add(&self->latencies, now - due(self, peer, message));
  }
}

static void report(struct load* self, uint64_t unfinished) {
  const double seconds = (double)(now_ns() - self->begin) / 1e9;
  struct rusage usage;
  getrusage(RUSAGE_SELF, &usage);
  const double cpu = (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
                     (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
  printf("round_trips=%llu seconds=%.3f per_second=%.0f errors=%llu cpu_s=%.3f unfinished=%llu",
         (unsigned long long)self->done, seconds, (double)self->done / seconds,
         (unsigned long long)self->errors, cpu, (unsigned long long)unfinished);
  static const double parts[] = {0.5, 0.9, 0.99, 0.999, 0.9999};
  static const char* const names[] = {"p50", "p90", "p99", "p999", "p9999"};
  for (int i = 0; i < 5; ++i)
    printf(" %s_us=%.1f", names[i], latencies_percentile_us(&self->latencies, parts[i]));
  printf(" max_us=%.1f\n", (double)self->latencies.most / 1e3);
}

// On a schedule, starts what is due on each connection in turn.
static void start_due(struct load* self, uint64_t now) {
  static uint32_t next = 0;
  for (uint32_t i = 0; i < self->connections; ++i) {
    struct connection* peer = &self->peers[next];
    if (peer->descriptor >= 0 && due(self, peer, peer->started) > now) return;
    if (peer->descriptor >= 0 && !start_messages(self, peer, now)) drop(self, peer);
    next = (next + 1) % self->connections;
  }
}

static void run(struct load* self) {
  static struct epoll_event events[batch_size];
  self->begin = now_ns();
  const uint64_t end =
      self->seconds > 0 ? self->begin + (uint64_t)(self->seconds * 1e9) : UINT64_MAX;
  for (uint32_t i = 0; i < self->connections && self->rate == 0; ++i) {
    if (!start_messages(self, &self->peers[i], now_ns())) drop(self, &self->peers[i]);
  }
  uint64_t now = self->begin;
  while (self->open > 0 && (self->messages == 0 || self->done < self->messages) && now < end) {
    if (self->rate > 0) start_due(self, now);
    const int count = epoll_wait(self->epoll, events, batch_size, self->rate > 0 ? 0 : 1000);
    if (count < 0 && errno != EINTR) fail("epoll_wait");
    for (int i = 0; i < count; ++i) {
      struct connection* peer = events[i].data.ptr;
      if (peer->descriptor >= 0 && !serve(self, peer, events[i].events)) drop(self, peer);
    }
    now = now_ns();
  }
  const uint64_t back = self->latencies.count;
  if (self->rate > 0) count_unfinished(self, now);
  report(self, self->latencies.count - back);
}

static void usage(const char* program) {
  fprintf(stderr,
          "usage: %s --port N | --unix PATH [--connections N] [--size BYTES] [--depth N]\n"
          "         [--seconds S | --messages TOTAL] [--rate PER_SECOND | --accept] [--hold]\n",
          program);
  exit(2);
}

static double number(const char* program, const char* text, double min, double max) {
  char* end = NULL;
  const double value = text != NULL ? strtod(text, &end) : 0;
  if (end == NULL || end == text || *end != '\0' || !(value >= min && value <= max)) usage(program);
  return value;
}

// Reads one option with its value; returns how many arguments these are.
static int option(struct load* self, const char* program, const char* name, const char* value) {
  if (strcmp(name, "--accept") == 0) {
    self->accepts = true;
    return 1;
  }
  if (strcmp(name, "--hold") == 0) {
    self->holds = true;
    return 1;
  }
  if (strcmp(name, "--port") == 0) {
    self->port = (uint16_t)number(program, value, 1, 65535);
  } else if (strcmp(name, "--unix") == 0 && value != NULL) {
    self->path = value;
  } else if (strcmp(name, "--connections") == 0) {
    self->connections = (uint32_t)number(program, value, 1, 1e6);
  } else if (strcmp(name, "--size") == 0) {
    self->size = (uint32_t)number(program, value, 1, 1 << 24);
  } else if (strcmp(name, "--depth") == 0) {
    self->depth = (uint32_t)number(program, value, 1, most_in_flight);
  } else if (strcmp(name, "--rate") == 0) {
    self->rate = number(program, value, 1, 1e9);
  } else if (strcmp(name, "--seconds") == 0) {
    self->seconds = number(program, value, 1e-3, 1e6);
  } else if (strcmp(name, "--messages") == 0) {
    self->messages = (uint64_t)number(program, value, 1, 1e15);
  } else {
    usage(program);
  }
  return 2;
}

static void parse(struct load* self, int argc, char** argv) {
  for (int i = 1; i < argc;) {
    i += option(self, argv[0], argv[i], i + 1 < argc ? argv[i + 1] : NULL);
  }
  const bool somewhere = (self->port != 0) != (self->path != NULL);
  const bool until = self->seconds == 0 || self->messages == 0;
  const bool paced = self->rate == 0 || (self->messages == 0 && !self->accepts);
  const bool accepts = !self->accepts || (self->messages != 0 && self->depth == 1);
  if (!somewhere || !until || !paced || !accepts) usage(argv[0]);
  if (self->messages == 0 && self->seconds == 0) self->seconds = 1;
}

static void fill(struct load* self) {
  self->out = malloc((size_t)piece + self->size);
  self->in = malloc(piece);
  self->peers = calloc(self->connections, sizeof *self->peers);
  uint64_t* since = calloc((size_t)self->connections * self->depth, sizeof *since);
  if (self->out == NULL || self->in == NULL || self->peers == NULL || since == NULL) fail("start");
  for (uint32_t i = 0; i < piece + self->size; ++i)
    self->out[i] = (char)('a' + i % self->size % 26);
  for (uint32_t i = 0; i < self->connections; ++i) {
    self->peers[i].number = i;
    self->peers[i].since = since + (size_t)i * self->depth;
  }
}

int main(int argc, char** argv) {
  static struct load self = {.connections = 1, .size = 64, .depth = 1};
  parse(&self, argc, argv);
  struct rlimit files;
  if (getrlimit(RLIMIT_NOFILE, &files) == 0) {
    files.rlim_cur = files.rlim_max;
    setrlimit(RLIMIT_NOFILE, &files);
  }
  self.epoll = epoll_create1(EPOLL_CLOEXEC);
  if (self.epoll < 0) fail("epoll_create1");
  fill(&self);
  for (uint32_t i = 0; i < self.connections; ++i) {
    connect_one(&self, &self.peers[i]);
    ++self.open;
  }
  if (self.holds) {
    printf("connected\n");
    fflush(stdout);
    if (getchar() == EOF) fail("hold");
  }
  run(&self);
  fflush(stdout);
  while (self.holds && getchar() != EOF) continue;
  return self.errors == 0 && self.done > 0 ? 0 : 1;
}
