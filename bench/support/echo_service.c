// SPDX-License-Identifier: BSL-1.0
#define _GNU_SOURCE
#include "support/echo_service.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

void echo_fail(const char* what) {
  perror(what);
  exit(1);
}

static void usage(const char* program, unsigned extras) {
  fprintf(stderr, "usage: %s [--port N | --unix PATH] [--seconds S] [--buffer BYTES]%s%s%s\n",
          program, (extras & echo_knows_oneshot) != 0 ? " [--oneshot]" : "",
          (extras & echo_knows_backend) != 0 ? " [--backend NAME]" : "",
          (extras & echo_knows_loops) != 0 ? " [--loops N]" : "");
  exit(2);
}

// Returns false if `text` is no number within 0..max.
static bool read_number(const char* text, double max, double* value) {
  char* end = NULL;
  if (text == NULL) return false;
  *value = strtod(text, &end);
  return end != text && *end == '\0' && *value >= 0 && *value <= max;
}

struct echo_options echo_parse(int argc, char** argv, unsigned extras) {
  struct echo_options options = {0};
  for (int i = 1; i < argc; ++i) {
    const char* next = i + 1 < argc ? argv[i + 1] : NULL;
    double value = 0;
    bool takes_value = true;
    if (strcmp(argv[i], "--port") == 0 && read_number(next, 65535, &value)) {
      options.port = (uint16_t)value;
    } else if (strcmp(argv[i], "--seconds") == 0 && read_number(next, 1e6, &value)) {
      options.seconds = value;
    } else if (strcmp(argv[i], "--unix") == 0 && next != NULL) {
      options.path = next;
    } else if (strcmp(argv[i], "--buffer") == 0 && read_number(next, 1 << 24, &value)) {
      options.buffer = (uint32_t)value;
    } else if (strcmp(argv[i], "--backend") == 0 && next != NULL && (extras & echo_knows_backend)) {
      options.backend = next;
    } else if (strcmp(argv[i], "--loops") == 0 && (extras & echo_knows_loops) != 0 &&
               read_number(next, 64, &value)) {
      options.loops = (unsigned)value;
    } else if (strcmp(argv[i], "--oneshot") == 0 && (extras & echo_knows_oneshot) != 0) {
      options.oneshot = true;
      takes_value = false;
    } else {
      usage(argv[0], extras);
    }
    i += takes_value;
  }
  return options;
}

uint32_t echo_receive_size(const struct echo_options* options, uint32_t usual, uint32_t room) {
  if (options->buffer > room) {
    fprintf(stderr, "--buffer %u: this server has room for %u\n", options->buffer, room);
    exit(2);
  }
  return options->buffer != 0 ? options->buffer : usual;
}

static void raise_descriptor_limit(void) {
  struct rlimit files;
  if (getrlimit(RLIMIT_NOFILE, &files) == 0) {
    files.rlim_cur = files.rlim_max;
    setrlimit(RLIMIT_NOFILE, &files);
  }
}

static int bound_to_path(const char* path) {
  const int listener = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  if (listener < 0) echo_fail("socket");
  strncpy(address.sun_path, path, sizeof address.sun_path - 1);
  unlink(path);
  if (bind(listener, (const struct sockaddr*)&address, sizeof address) != 0) echo_fail("bind");
  return listener;
}

static int bound_socket(uint16_t port, bool shared) {
  const int listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  const int on = 1;
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(port)};
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (listener < 0) echo_fail("socket");
  setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  setsockopt(listener, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  if (shared) setsockopt(listener, SOL_SOCKET, SO_REUSEPORT, &on, sizeof on);
  if (bind(listener, (const struct sockaddr*)&address, sizeof address) != 0) echo_fail("bind");
  return listener;
}

static int listening(int bound) {
  if (listen(bound, SOMAXCONN) != 0) echo_fail("listen");
  return bound;
}

int echo_listen(const struct echo_options* options) {
  raise_descriptor_limit();
  return listening(options->path != NULL ? bound_to_path(options->path)
                                         : bound_socket(options->port, false));
}

int echo_listen_shared(uint16_t port) { return listening(bound_socket(port, true)); }

int echo_reserve(uint16_t port) {
  raise_descriptor_limit();
  return bound_socket(port, true);
}

void echo_arm(double seconds) {
  struct itimerval timer = {0};
  timer.it_value.tv_sec = (time_t)seconds;
  timer.it_value.tv_usec = (suseconds_t)((seconds - (double)timer.it_value.tv_sec) * 1e6);
  if (seconds > 0) setitimer(ITIMER_REAL, &timer, NULL);
}

int echo_stop_descriptor(double seconds) {
  sigset_t ending;
  sigemptyset(&ending);
  sigaddset(&ending, SIGINT);
  sigaddset(&ending, SIGTERM);
  sigaddset(&ending, SIGALRM);
  if (sigprocmask(SIG_BLOCK, &ending, NULL) != 0) echo_fail("sigprocmask");
  const int stop = signalfd(-1, &ending, SFD_NONBLOCK | SFD_CLOEXEC);
  if (stop < 0) echo_fail("signalfd");
  echo_arm(seconds);
  return stop;
}

static uint64_t micros(struct timeval time) {
  return (uint64_t)time.tv_sec * 1000000u + (uint64_t)time.tv_usec;
}

static struct echo_cpu cpu_now(void) {
  struct rusage usage;
  getrusage(RUSAGE_SELF, &usage);
  return (struct echo_cpu){micros(usage.ru_utime), micros(usage.ru_stime)};
}

uint16_t echo_port(int listener) {
  struct sockaddr_in address;
  socklen_t length = sizeof address;
  if (getsockname(listener, (struct sockaddr*)&address, &length) != 0) echo_fail("getsockname");
  return address.sin_family == AF_INET ? ntohs(address.sin_port) : 0;
}

struct echo_cpu echo_announce(int listener) {
  const unsigned port = echo_port(listener);
  if (port != 0) {
    printf("listening on 127.0.0.1:%u\n", port);
  } else {
    printf("listening on unix:socket\n");
  }
  fflush(stdout);
  return cpu_now();
}

void echo_report(uint64_t messages, struct echo_cpu start) {
  const struct echo_cpu now = cpu_now();
  const uint64_t user = now.user - start.user;
  const uint64_t system = now.system - start.system;
  const double each = messages > 0 ? 1e3 * (double)(user + system) / (double)messages : 0;
  printf("messages=%llu user_us=%llu system_us=%llu ns_per_message=%.1f\n",
         (unsigned long long)messages, (unsigned long long)user, (unsigned long long)system, each);
  fflush(stdout);
}
