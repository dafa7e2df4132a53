// SPDX-License-Identifier: BSL-1.0
// The io_uring floor of the echo benchmark: multishot accept, multishot receive into provided
// buffers, and sends that are submitted by the same system call that waits. With --oneshot each
// connection has one operation in flight, receive and send in turn, as a coroutine that awaits one
// after the other.
#define _GNU_SOURCE
#include <errno.h>
#include <liburing.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "support/echo_service.h"

// Buffers are used in turn, so few are better than many: all should fit the cache of a core.
enum { queue_size = 4096, buffer_count = 256, group = 0, none = -1 };
static uint32_t buffer_size = 4096;
enum operation { op_accept, op_receive, op_send, op_stop };

// A connection owns the buffers between its first and last: received, not yet sent, in order. Only
// the first is being sent. Without --oneshot receiving goes on meanwhile.
struct connection {
  int32_t first, last;  // buffers, or none
  bool receiving;       // a receive operation is in flight
  bool ended;           // the peer ended or failed: close when nothing is in flight
  bool starved;         // on the list of those that wait for a buffer
  int32_t next_starved;
};

struct server {
  struct io_uring ring;
  struct io_uring_buf_ring* free_buffers;
  int listener, stop;
  int32_t free_count;  // of the buffers, those that the kernel may fill
  int32_t starved;     // first connection that waits for a buffer, or none
  bool oneshot, stopped;
  uint64_t messages;
  struct connection* connections;  // by descriptor
  char* memory;
  int32_t next[buffer_count];  // the next buffer of the same connection
  uint32_t length[buffer_count];
};

static struct io_uring_sqe* operation(struct server* self) {
  struct io_uring_sqe* sqe = io_uring_get_sqe(&self->ring);
  while (sqe == NULL) {
    io_uring_submit(&self->ring);
    sqe = io_uring_get_sqe(&self->ring);
  }
  return sqe;
}

static uint64_t tag(enum operation op, int descriptor) {
  return (uint64_t)op << 32 | (uint32_t)descriptor;
}

static char* buffer_at(struct server* self, int32_t id) {
  return self->memory + (size_t)id * buffer_size;
}

static void start_accept(struct server* self) {
  struct io_uring_sqe* sqe = operation(self);
  io_uring_prep_multishot_accept(sqe, self->listener, NULL, NULL, SOCK_CLOEXEC);
  io_uring_sqe_set_data64(sqe, tag(op_accept, self->listener));
}

static void start_receive(struct server* self, int peer, bool more_is_there) {
  struct io_uring_sqe* sqe = operation(self);
  if (self->oneshot) {
    io_uring_prep_recv(sqe, peer, NULL, buffer_size, 0);
  } else {
    io_uring_prep_recv_multishot(sqe, peer, NULL, 0, 0);
  }
  if (!more_is_there) sqe->ioprio |= IORING_RECVSEND_POLL_FIRST;
  sqe->flags |= IOSQE_BUFFER_SELECT;
  sqe->buf_group = group;
  io_uring_sqe_set_data64(sqe, tag(op_receive, peer));
  self->connections[peer].receiving = true;
}

// Sends the first buffer of a connection. MSG_WAITALL makes the kernel finish what the socket takes
// only in part.
static void start_send(struct server* self, int peer) {
  const int32_t id = self->connections[peer].first;
  struct io_uring_sqe* sqe = operation(self);
  io_uring_prep_send(sqe, peer, buffer_at(self, id), self->length[id], MSG_WAITALL | MSG_NOSIGNAL);
  io_uring_sqe_set_data64(sqe, tag(op_send, peer));
}

static void release_buffer(struct server* self, int32_t id) {
  io_uring_buf_ring_add(self->free_buffers, buffer_at(self, id), buffer_size, (unsigned short)id,
                        io_uring_buf_ring_mask(buffer_count), 0);
  io_uring_buf_ring_advance(self->free_buffers, 1);
  ++self->free_count;
}

// Lets as many connections receive again as there are buffers for.
static void resume_starved(struct server* self) {
  for (int32_t left = self->free_count; self->starved != none && left > 0; --left) {
    const int peer = self->starved;
    self->starved = self->connections[peer].next_starved;
    self->connections[peer].starved = false;
    start_receive(self, peer, true);
  }
}

static void on_accept(struct server* self, const struct io_uring_cqe* cqe) {
  if (cqe->res >= 0) {
    self->connections[cqe->res] =
        (struct connection){.first = none, .last = none, .next_starved = none};
    start_receive(self, cqe->res, false);
  }
  if ((cqe->flags & IORING_CQE_F_MORE) == 0) start_accept(self);
}

static void close_if_over(struct connection* connection, int peer) {
  if (connection->ended && !connection->receiving && !connection->starved &&
      connection->first == none)
    close(peer);
}

static void on_receive(struct server* self, const struct io_uring_cqe* cqe, int peer) {
  struct connection* connection = &self->connections[peer];
  if ((cqe->flags & IORING_CQE_F_MORE) == 0) connection->receiving = false;
  if (cqe->res == -ENOBUFS) {
    connection->starved = true;
    connection->next_starved = self->starved;
    self->starved = peer;
  } else if (cqe->res <= 0) {
    connection->ended = true;
    close_if_over(connection, peer);
  } else {
    const int32_t id = (int32_t)(cqe->flags >> IORING_CQE_BUFFER_SHIFT);
    ++self->messages;
    --self->free_count;
    self->length[id] = (uint32_t)cqe->res;
    self->next[id] = none;
    if (connection->first == none) {
      connection->first = connection->last = id;
      start_send(self, peer);
    } else {
      self->next[connection->last] = id;
      connection->last = id;
    }
    if (!connection->receiving && !self->oneshot) start_receive(self, peer, true);
  }
}

static void on_send(struct server* self, const struct io_uring_cqe* cqe, int peer) {
  struct connection* connection = &self->connections[peer];
  const int32_t id = connection->first;
  connection->first = self->next[id];
  if (cqe->res != (int32_t)self->length[id] && !connection->ended) {
    connection->ended = true;
    shutdown(peer, SHUT_RDWR);  // ends the receive that is in flight
  }
  release_buffer(self, id);
  if (connection->first != none) {
    start_send(self, peer);
  } else if (self->oneshot && !connection->ended) {
    start_receive(self, peer, false);
  } else {
    close_if_over(connection, peer);
  }
}

static void dispatch(struct server* self, const struct io_uring_cqe* cqe) {
  const uint64_t data = io_uring_cqe_get_data64(cqe);
  const int descriptor = (int)(uint32_t)data;
  switch ((enum operation)(data >> 32)) {
    case op_accept:
      on_accept(self, cqe);
      break;
    case op_receive:
      on_receive(self, cqe, descriptor);
      break;
    case op_send:
      on_send(self, cqe, descriptor);
      break;
    case op_stop:
      self->stopped = true;
      break;
  }
}

static void open_ring(struct io_uring* ring) {
  struct io_uring_params best = {.cq_entries = 4 * queue_size};
  best.flags = IORING_SETUP_CQSIZE | IORING_SETUP_SUBMIT_ALL;
  struct io_uring_params next = best;
  best.flags |= IORING_SETUP_SINGLE_ISSUER | IORING_SETUP_DEFER_TASKRUN;
  next.flags |= IORING_SETUP_COOP_TASKRUN;
  int error = io_uring_queue_init_params(queue_size, ring, &best);
  if (error == -EINVAL) error = io_uring_queue_init_params(queue_size, ring, &next);
  errno = -error;
  if (error < 0) echo_fail("io_uring_queue_init_params");
  io_uring_register_ring_fd(ring);
}

static void provide_buffers(struct server* self) {
  const size_t ring_bytes = buffer_count * sizeof(struct io_uring_buf);
  self->memory = aligned_alloc(4096, (size_t)buffer_count * buffer_size);
  self->free_buffers = aligned_alloc(4096, ring_bytes);
  if (self->memory == NULL || self->free_buffers == NULL) echo_fail("aligned_alloc");
  memset(self->free_buffers, 0, ring_bytes);
  struct io_uring_buf_reg where = {
      .ring_addr = (uintptr_t)self->free_buffers, .ring_entries = buffer_count, .bgid = group};
  const int error = io_uring_register_buf_ring(&self->ring, &where, 0);
  errno = -error;
  if (error < 0) echo_fail("io_uring_register_buf_ring");
  io_uring_buf_ring_init(self->free_buffers);
  for (int32_t id = 0; id < buffer_count; ++id) release_buffer(self, id);
}

static void run(struct server* self) {
  while (!self->stopped) {
    const int error = io_uring_submit_and_wait(&self->ring, 1);
    if (error < 0 && error != -EINTR && error != -EBUSY) {
      errno = -error;
      echo_fail("io_uring_submit_and_wait");
    }
    struct io_uring_cqe* cqe;
    unsigned head, count = 0;
    io_uring_for_each_cqe(&self->ring, head, cqe) {
      dispatch(self, cqe);
      ++count;
    }
    io_uring_cq_advance(&self->ring, count);
    resume_starved(self);
  }
}

int main(int argc, char** argv) {
  static struct server self = {.starved = none};
  const struct echo_options options = echo_parse(argc, argv, echo_knows_oneshot);
  self.oneshot = options.oneshot;
  if (options.buffer != 0) buffer_size = options.buffer;
  self.listener = echo_listen(&options);
  self.stop = echo_stop_descriptor(options.seconds);
  self.connections = calloc((size_t)sysconf(_SC_OPEN_MAX), sizeof *self.connections);
  if (self.connections == NULL) echo_fail("calloc");
  open_ring(&self.ring);
  provide_buffers(&self);
  struct io_uring_sqe* sqe = operation(&self);
  io_uring_prep_poll_add(sqe, self.stop, POLLIN);
  io_uring_sqe_set_data64(sqe, tag(op_stop, self.stop));
  start_accept(&self);
  const struct echo_cpu start = echo_announce(self.listener);
  run(&self);
  echo_report(self.messages, start);
  return 0;
}
