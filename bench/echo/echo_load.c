// SPDX-License-Identifier: BSL-1.0
// Load generator of the echo benchmark: on each connection one message is in flight, and the next
// is sent when the echo is whole. One thread, edge-triggered epoll, one clock read and no
// allocation per round trip.
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
#include <time.h>
#include <unistd.h>

// A latency histogram: 32 steps per power of two, so that a bucket is at most 3 % wide.
enum { steps = 32, step_bits = 5, buckets = 40 * steps, batch_size = 1024 };

struct connection {
  int descriptor;
  uint32_t sent, received;  // of the message in flight
  uint64_t since;           // nanoseconds
};

struct load {
  uint16_t port;
  uint32_t connections, size;
  double seconds;     // 0: until `messages` are done
  uint64_t messages;  // 0: until `seconds` are over
  uint64_t started, done, errors;
  uint32_t open;
  int epoll;
  char *out, *in;
  struct connection* peers;
  uint64_t histogram[buckets];
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

static uint32_t bucket_of(uint64_t value) {
  if (value < steps) return (uint32_t)value;
  const uint32_t shift = 63u - (uint32_t)__builtin_clzll(value) - step_bits;
  const uint32_t index = shift * steps + (uint32_t)(value >> shift);
  return index < buckets ? index : buckets - 1;
}

// The middle of a bucket: the inverse of bucket_of.
static double value_of(uint32_t index) {
  if (index < 2 * steps) return index;
  const uint32_t shift = index / steps - 1;
  return ((double)(index - shift * steps) + 0.5) * (double)(1ull << shift);
}

static double percentile_us(const struct load* self, double part) {
  uint64_t left = (uint64_t)(part * (double)self->done);
  for (uint32_t i = 0; i < buckets; ++i) {
    if (self->histogram[i] > left) return value_of(i) / 1e3;
    left -= self->histogram[i];
  }
  return 0;
}

static void drop(struct load* self, struct connection* peer) {
  ++self->errors;
  --self->open;
  close(peer->descriptor);
  peer->descriptor = -1;
}

// Sends what is left of the message in flight. Returns false if the connection broke.
static bool send_rest(struct load* self, struct connection* peer) {
  while (peer->sent < self->size) {
    const ssize_t count =
        send(peer->descriptor, self->out + peer->sent, self->size - peer->sent, MSG_NOSIGNAL);
    if (count < 0) return errno == EAGAIN;
    peer->sent += (uint32_t)count;
  }
  return true;
}

static bool start_message(struct load* self, struct connection* peer, uint64_t now) {
  if (self->messages != 0 && self->started == self->messages) return true;
  ++self->started;
  peer->sent = peer->received = 0;
  peer->since = now;
  return send_rest(self, peer);
}

// Returns false if the connection broke or the echo is wrong.
static bool serve(struct load* self, struct connection* peer, uint32_t events) {
  if ((events & EPOLLOUT) != 0 && !send_rest(self, peer)) return false;
  while (peer->received < self->size) {
    const ssize_t count = recv(peer->descriptor, self->in, self->size - peer->received, 0);
    if (count < 0 && errno == EAGAIN) return true;
    if (count <= 0 || memcmp(self->in, self->out + peer->received, (size_t)count) != 0) {
      return false;
    }
    peer->received += (uint32_t)count;
    if (peer->received < self->size) continue;
    const uint64_t now = now_ns();
    ++self->histogram[bucket_of(now - peer->since)];
    ++self->done;
    return start_message(self, peer, now);
  }
  return true;
}

static void connect_all(struct load* self) {
  const int on = 1;
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(self->port)};
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  for (uint32_t i = 0; i < self->connections; ++i) {
    struct connection* peer = &self->peers[i];
    peer->descriptor = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (peer->descriptor < 0) fail("socket");
    if (connect(peer->descriptor, (struct sockaddr*)&address, sizeof address) != 0) fail("connect");
    setsockopt(peer->descriptor, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    fcntl(peer->descriptor, F_SETFL, O_NONBLOCK);
    struct epoll_event event = {.events = EPOLLIN | EPOLLOUT | EPOLLET, .data.ptr = peer};
    if (epoll_ctl(self->epoll, EPOLL_CTL_ADD, peer->descriptor, &event) != 0) fail("epoll_ctl");
    ++self->open;
  }
}

static void run(struct load* self) {
  static struct epoll_event events[batch_size];
  const uint64_t begin = now_ns();
  const uint64_t end = self->seconds > 0 ? begin + (uint64_t)(self->seconds * 1e9) : UINT64_MAX;
  for (uint32_t i = 0; i < self->connections; ++i) {
    self->peers[i].received = self->peers[i].sent = self->size;
    if (!start_message(self, &self->peers[i], now_ns())) drop(self, &self->peers[i]);
  }
  while (self->open > 0 && (self->messages == 0 || self->done < self->messages) && now_ns() < end) {
    const int count = epoll_wait(self->epoll, events, batch_size, 1000);
    if (count < 0 && errno != EINTR) fail("epoll_wait");
    for (int i = 0; i < count; ++i) {
      struct connection* peer = events[i].data.ptr;
      if (peer->descriptor >= 0 && !serve(self, peer, events[i].events)) drop(self, peer);
    }
  }
  const double seconds = (double)(now_ns() - begin) / 1e9;
  struct rusage usage;
  getrusage(RUSAGE_SELF, &usage);
  const double cpu = (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
                     (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
  printf(
      "round_trips=%llu seconds=%.3f per_second=%.0f p50_us=%.1f p99_us=%.1f p999_us=%.1f "
      "errors=%llu cpu_s=%.3f\n",
      (unsigned long long)self->done, seconds, (double)self->done / seconds,
      percentile_us(self, 0.5), percentile_us(self, 0.99), percentile_us(self, 0.999),
      (unsigned long long)self->errors, cpu);
}

static void usage(const char* program) {
  fprintf(stderr,
          "usage: %s --port N [--connections N] [--size BYTES] [--seconds S | --messages TOTAL]\n",
          program);
  exit(2);
}

static double number(const char* program, const char* text, double min, double max) {
  char* end = NULL;
  const double value = text != NULL ? strtod(text, &end) : 0;
  if (end == NULL || end == text || *end != '\0' || !(value >= min && value <= max)) usage(program);
  return value;
}

static void parse(struct load* self, int argc, char** argv) {
  for (int i = 1; i < argc; i += 2) {
    const char* value = i + 1 < argc ? argv[i + 1] : NULL;
    if (strcmp(argv[i], "--port") == 0) {
      self->port = (uint16_t)number(argv[0], value, 1, 65535);
    } else if (strcmp(argv[i], "--connections") == 0) {
      self->connections = (uint32_t)number(argv[0], value, 1, 60000);
    } else if (strcmp(argv[i], "--size") == 0) {
      self->size = (uint32_t)number(argv[0], value, 1, 1 << 24);
    } else if (strcmp(argv[i], "--seconds") == 0) {
      self->seconds = number(argv[0], value, 1e-3, 1e6);
    } else if (strcmp(argv[i], "--messages") == 0) {
      self->messages = (uint64_t)number(argv[0], value, 1, 1e15);
    } else {
      usage(argv[0]);
    }
  }
  if (self->port == 0 || (self->seconds > 0 && self->messages > 0)) usage(argv[0]);
  if (self->messages == 0 && self->seconds == 0) self->seconds = 1;
}

int main(int argc, char** argv) {
  static struct load self = {.connections = 1, .size = 64};
  parse(&self, argc, argv);
  struct rlimit files;
  if (getrlimit(RLIMIT_NOFILE, &files) == 0) {
    files.rlim_cur = files.rlim_max;
    setrlimit(RLIMIT_NOFILE, &files);
  }
  self.epoll = epoll_create1(EPOLL_CLOEXEC);
  self.out = malloc(self.size);
  self.in = malloc(self.size);
  self.peers = calloc(self.connections, sizeof *self.peers);
  if (self.epoll < 0 || self.out == NULL || self.in == NULL || self.peers == NULL) fail("start");
  for (uint32_t i = 0; i < self.size; ++i) self.out[i] = (char)('a' + i % 26);
  connect_all(&self);
  run(&self);
  return self.errors == 0 && self.done > 0 ? 0 : 1;
}
