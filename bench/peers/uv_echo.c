// SPDX-License-Identifier: BSL-1.0
// The echo server on libuv: one shared receive buffer, a write is tried at once and queued only
// where the socket does not take it whole.
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <uv.h>

#include "support/echo_service.h"

enum { usual_size = 16384, buffer_room = 1 << 16 };

struct pending_write {
  uv_write_t request;
  char data[];
};

union any_stream {
  uv_tcp_t tcp;
  uv_pipe_t pipe;
};

static uint64_t messages;
static char buffer[buffer_room];
static unsigned buffer_size;

static void check(int status, const char* what) {
  if (status >= 0) return;
  fprintf(stderr, "%s: %s\n", what, uv_strerror(status));
  exit(1);
}

static void on_closed(uv_handle_t* peer) { free(peer); }

static void close_peer(uv_stream_t* peer) {
  if (!uv_is_closing((uv_handle_t*)peer)) uv_close((uv_handle_t*)peer, on_closed);
}

static void on_buffer(uv_handle_t* peer, size_t suggested, uv_buf_t* result) {
  (void)peer;
  (void)suggested;
  *result = uv_buf_init(buffer, buffer_size);
}

static void on_read(uv_stream_t* peer, ssize_t count, const uv_buf_t* data);

static void on_written(uv_write_t* request, int status) {
  uv_stream_t* peer = request->handle;
  free(request);
  if (status < 0) {
    close_peer(peer);
  } else if (!uv_is_closing((uv_handle_t*)peer)) {
    check(uv_read_start(peer, on_buffer, on_read), "uv_read_start");
  }
}

// Queues what was not taken; reading pauses until it is.
static void write_later(uv_stream_t* peer, const char* data, size_t count) {
  struct pending_write* pending = malloc(sizeof *pending + count);
  if (pending == NULL) echo_fail("malloc");
  memcpy(pending->data, data, count);
  const uv_buf_t rest = uv_buf_init(pending->data, (unsigned)count);
  uv_read_stop(peer);
  check(uv_write(&pending->request, peer, &rest, 1, on_written), "uv_write");
}

static void on_read(uv_stream_t* peer, ssize_t count, const uv_buf_t* data) {
  if (count < 0) close_peer(peer);
  if (count <= 0) return;
  ++messages;
  const uv_buf_t echo = uv_buf_init(data->base, (unsigned)count);
  const int sent = uv_try_write(peer, &echo, 1);
  const size_t taken = sent > 0 ? (size_t)sent : 0;
  if (sent < 0 && sent != UV_EAGAIN) {
    close_peer(peer);
  } else if (taken < (size_t)count) {
    write_later(peer, data->base + taken, (size_t)count - taken);
  }
}

static void init_stream(uv_loop_t* loop, union any_stream* stream, bool is_unix) {
  check(is_unix ? uv_pipe_init(loop, &stream->pipe, 0) : uv_tcp_init(loop, &stream->tcp), "init");
}

static void on_connection(uv_stream_t* listener, int status) {
  check(status, "listen");
  union any_stream* peer = malloc(sizeof *peer);
  if (peer == NULL) echo_fail("malloc");
  init_stream(listener->loop, peer, listener->type == UV_NAMED_PIPE);
  check(uv_accept(listener, (uv_stream_t*)peer), "uv_accept");
  check(uv_read_start((uv_stream_t*)peer, on_buffer, on_read), "uv_read_start");
}

static void on_stop(uv_poll_t* stop, int status, int events) {
  (void)status;
  (void)events;
  uv_stop(stop->loop);
}

int main(int argc, char** argv) {
  const struct echo_options options = echo_parse(argc, argv, echo_no_extras);
  const int listener = echo_listen(&options);
  uv_loop_t* loop = uv_default_loop();
  union any_stream server;
  uv_poll_t stop;
  check(uv_poll_init(loop, &stop, echo_stop_descriptor(options.seconds)), "uv_poll_init");
  check(uv_poll_start(&stop, UV_READABLE, on_stop), "uv_poll_start");
  buffer_size = echo_receive_size(&options, usual_size, buffer_room);
  init_stream(loop, &server, options.path != NULL);
  check(options.path != NULL ? uv_pipe_open(&server.pipe, listener)
                             : uv_tcp_open(&server.tcp, listener),
        "open");
  check(uv_listen((uv_stream_t*)&server, SOMAXCONN, on_connection), "uv_listen");
  const struct echo_cpu start = echo_announce(listener);
  uv_run(loop, UV_RUN_DEFAULT);
  echo_report(messages, start);
  return 0;
}
