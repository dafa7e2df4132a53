// SPDX-License-Identifier: BSL-1.0
// Bulk transfer by a plain loop of blocking calls: the floor of bench/bulk.
//
//     raw_bulk receive             listens, prints its port, takes one connection to its end, and
//                                  prints bytes, seconds and seconds of processor
//     raw_bulk send PORT BYTES     sends that many, and prints the same
#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "support/bulk_stopwatch.h"

enum { piece = 64 * 1024 };

static void fail(const char* what) {
  perror(what);
  exit(1);
}

static int receive_all(void) {
  static char room[piece];
  struct sockaddr_in where = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  socklen_t size = sizeof where;
  const int listener = socket(AF_INET, SOCK_STREAM, 0);
  if (listener < 0 || bind(listener, (struct sockaddr*)&where, sizeof where) != 0 ||
      listen(listener, 1) != 0 || getsockname(listener, (struct sockaddr*)&where, &size) != 0) {
    fail("raw_bulk: listening");
  }
  printf("port %d\n", ntohs(where.sin_port));
  fflush(stdout);
  const int peer = accept(listener, NULL, NULL);
  if (peer < 0) fail("raw_bulk: accept");
  const struct bulk_stopwatch watch = bulk_start();
  uint64_t bytes = 0;
  for (;;) {
    const ssize_t got = recv(peer, room, sizeof room, 0);
    if (got < 0) fail("raw_bulk: recv");
    if (got == 0) break;
    bytes += (uint64_t)got;
  }
  bulk_report(watch, bytes);
  return 0;
}

static int send_all(int port, uint64_t bytes) {
  static char data[piece];
  memset(data, 'b', sizeof data);
  struct sockaddr_in where = {.sin_family = AF_INET,
                              .sin_port = htons((uint16_t)port),
                              .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  const int peer = socket(AF_INET, SOCK_STREAM, 0);
  if (peer < 0 || connect(peer, (struct sockaddr*)&where, sizeof where) != 0) {
    fail("raw_bulk: connect");
  }
  const struct bulk_stopwatch watch = bulk_start();
  uint64_t gone = 0;
  while (gone < bytes) {
    const uint64_t left = bytes - gone;
    const ssize_t sent = send(peer, data, left < piece ? (size_t)left : piece, MSG_NOSIGNAL);
    if (sent < 0) fail("raw_bulk: send");
    gone += (uint64_t)sent;
  }
  bulk_report(watch, gone);
  return 0;
}

int main(int count, char** arguments) {
  if (count == 2 && strcmp(arguments[1], "receive") == 0) return receive_all();
  if (count == 4 && strcmp(arguments[1], "send") == 0) {
    return send_all(atoi(arguments[2]), strtoull(arguments[3], NULL, 10));
  }
  fprintf(stderr, "usage: raw_bulk receive | raw_bulk send PORT BYTES\n");
  return 2;
}
