// SPDX-License-Identifier: BSL-1.0
// Bulk transfer on libuv: one buffer to receive into; a write is tried at once and queued only
// where the socket does not take it whole. Command line and output are those of floors/raw_bulk.
#define _GNU_SOURCE
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <uv.h>

#include "support/bulk_stopwatch.h"

enum { piece = 64 * 1024 };

static uv_tcp_t listener, peer;
static uv_connect_t connecting;
static uv_write_t writing;
static char data[piece];
static uint64_t gone, wanted;  // bytes that came or went, and of those to send
static struct bulk_stopwatch watch;

static void check(int status, const char* what) {
  if (status >= 0) return;
  fprintf(stderr, "uv_bulk: %s: %s\n", what, uv_strerror(status));
  exit(1);
}

static void on_closed(uv_handle_t* handle) {
  (void)handle;
  bulk_report(watch, gone);
}

static void on_buffer(uv_handle_t* handle, size_t suggested, uv_buf_t* result) {
  (void)handle;
  (void)suggested;
  *result = uv_buf_init(data, piece);
}

static void on_read(uv_stream_t* stream, ssize_t count, const uv_buf_t* buffer) {
  (void)buffer;
  if (count == UV_EOF) {
    uv_close((uv_handle_t*)stream, on_closed);
    return;
  }
  check((int)count, "read");
  gone += (uint64_t)count;
}

static void on_connection(uv_stream_t* stream, int status) {
  check(status, "listen");
  check(uv_tcp_init(stream->loop, &peer), "init");
  check(uv_accept(stream, (uv_stream_t*)&peer), "accept");
  uv_close((uv_handle_t*)stream, NULL);
  watch = bulk_start();
  check(uv_read_start((uv_stream_t*)&peer, on_buffer, on_read), "read");
}

static void on_written(uv_write_t* request, int status);

static void send_more(uv_stream_t* stream) {
  while (gone < wanted) {
    const uint64_t left = wanted - gone;
    uv_buf_t some = uv_buf_init(data, left < piece ? (unsigned)left : piece);
    const int sent = uv_try_write(stream, &some, 1);
    if (sent != UV_EAGAIN) check(sent, "write");
    const size_t taken = sent > 0 ? (size_t)sent : 0;
    gone += some.len;
    if (taken < some.len) {
      some = uv_buf_init(data + taken, (unsigned)(some.len - taken));
      check(uv_write(&writing, stream, &some, 1, on_written), "write");
      return;
    }
  }
  uv_close((uv_handle_t*)stream, on_closed);
}

static void on_written(uv_write_t* request, int status) {
  check(status, "write");
  send_more(request->handle);
}

static void on_connected(uv_connect_t* request, int status) {
  check(status, "connect");
  watch = bulk_start();
  send_more(request->handle);
}

static void receive_all(uv_loop_t* loop, struct sockaddr_in where) {
  int size = sizeof where;
  check(uv_tcp_init(loop, &listener), "init");
  check(uv_tcp_bind(&listener, (const struct sockaddr*)&where, 0), "bind");
  check(uv_listen((uv_stream_t*)&listener, 1, on_connection), "listen");
  check(uv_tcp_getsockname(&listener, (struct sockaddr*)&where, &size), "getsockname");
  printf("port %d\n", ntohs(where.sin_port));
  fflush(stdout);
}

static void send_all(uv_loop_t* loop, struct sockaddr_in where) {
  memset(data, 'b', sizeof data);
  check(uv_tcp_init(loop, &peer), "init");
  check(uv_tcp_connect(&connecting, &peer, (const struct sockaddr*)&where, on_connected),
        "connect");
}

int main(int count, char** arguments) {
  uv_loop_t* loop = uv_default_loop();
  struct sockaddr_in where;
  if (count == 2 && strcmp(arguments[1], "receive") == 0) {
    check(uv_ip4_addr("127.0.0.1", 0, &where), "address");
    receive_all(loop, where);
  } else if (count == 4 && strcmp(arguments[1], "send") == 0) {
    check(uv_ip4_addr("127.0.0.1", atoi(arguments[2]), &where), "address");
    wanted = strtoull(arguments[3], NULL, 10);
    send_all(loop, where);
  } else {
    fprintf(stderr, "usage: uv_bulk receive | uv_bulk send PORT BYTES\n");
    return 2;
  }
  return uv_run(loop, UV_RUN_DEFAULT);
}
