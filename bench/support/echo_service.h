// SPDX-License-Identifier: BSL-1.0
// What every echo server of the benchmarks shares, so that they differ only in the interface they
// use: command line, listening socket, ways to end, and the closing line from which CPU per message
// is computed. C11 and C++20; Linux.
#ifndef RILL_BENCH_ECHO_SERVICE_H
#define RILL_BENCH_ECHO_SERVICE_H

#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

struct echo_options {
  uint16_t port;        // 0: the system picks one
  double seconds;       // 0: until SIGINT or SIGTERM
  bool oneshot;         // --oneshot, for servers that know it
  const char* backend;  // --backend NAME, for servers that know it; NULL if it is not given
  unsigned loops;       // --loops N, for servers that know it; 0 if it is not given
  const char* path;     // --unix PATH: a unix socket instead of a port; NULL if it is not given
  uint32_t buffer;      // --buffer BYTES: the most that is received at once; 0 if it is not given
};

enum echo_extras {
  echo_no_extras = 0,
  echo_knows_oneshot = 1,
  echo_knows_backend = 2,
  echo_knows_loops = 4
};

// CPU that the process has used, in microseconds.
struct echo_cpu {
  uint64_t user, system;
};

// Prints what failed, with the reason in errno, and ends the program.
void echo_fail(const char* what);

// Reads the command line; nonsense ends the program with the usage and exit code 2. `extras` is a
// sum of echo_extras.
struct echo_options echo_parse(int argc, char** argv, unsigned extras);

// The most that is received at once: --buffer, or `usual` if it is not given. More than `room` ends
// the program as nonsense does.
uint32_t echo_receive_size(const struct echo_options* options, uint32_t usual, uint32_t room);

// Opens the non-blocking listener on 127.0.0.1, or on the unix socket. Accepted TCP sockets inherit
// TCP_NODELAY from it.
int echo_listen(const struct echo_options* options);
// The same on a port, sharing it with other listeners opened so.
int echo_listen_shared(uint16_t port);
// A socket that does not listen, and keeps the port (0: the system picks one) for shared listeners.
int echo_reserve(uint16_t port);

// Sends SIGALRM after that time; a server ends on it as on SIGINT and SIGTERM. 0: never.
void echo_arm(double seconds);

// Blocks the three signals, calls echo_arm, and returns a descriptor that is readable when the
// server shall end.
int echo_stop_descriptor(double seconds);

// Prints where the server listens. Returns the CPU used so far, which echo_report leaves out.
struct echo_cpu echo_announce(int listener);
uint16_t echo_port(int listener);

// Prints the closing line. Messages are the receive operations that brought data.
void echo_report(uint64_t messages, struct echo_cpu start);

#ifdef __cplusplus
}
#endif

#endif
