// SPDX-License-Identifier: BSL-1.0
// Callbacks given to a libuv loop by another thread, as `post` of micro/executors_micro.cpp. Of
// what is sent by uv_async_send() a loop keeps only that something was sent, so a queue under a
// mutex is beside it.
#include "peers/uv_threads.h"

#include <stdlib.h>
#include <uv.h>

enum { first_room = 64 };

struct callback {
  void (*call)(void* data);
  void* data;
};

struct queue {
  struct callback* items;
  size_t count, room;
};

struct inbox {
  uv_mutex_t mutex;
  uv_async_t filled;
  struct queue given, mine;
  long calls;
};

static void push(struct queue* queue, struct callback item) {
  if (queue->count == queue->room) {
    queue->room = queue->room == 0 ? first_room : 2 * queue->room;
    queue->items = realloc(queue->items, queue->room * sizeof *queue->items);
    if (queue->items == NULL) exit(1);
  }
  queue->items[queue->count++] = item;
}

static void post(struct inbox* inbox, struct callback item) {
  uv_mutex_lock(&inbox->mutex);
  push(&inbox->given, item);
  uv_mutex_unlock(&inbox->mutex);
  uv_async_send(&inbox->filled);
}

static void on_filled(uv_async_t* async) {
  struct inbox* inbox = async->data;
  uv_mutex_lock(&inbox->mutex);
  const struct queue taken = inbox->given;
  inbox->given = inbox->mine;
  uv_mutex_unlock(&inbox->mutex);
  for (size_t i = 0; i < taken.count; ++i) taken.items[i].call(taken.items[i].data);
  inbox->mine = taken;
  inbox->mine.count = 0;
}

static void count_one(void* data) {
  struct inbox* inbox = data;
  if (++inbox->calls == uv_posts_per_round) uv_stop(inbox->filled.loop);
}

static void give_all(void* data) {
  for (long i = 0; i < uv_posts_per_round; ++i) post(data, (struct callback){count_one, data});
}

static void is_posted_to(void) {
  uv_loop_t loop;
  uv_thread_t giver;
  struct inbox inbox = {.filled.data = &inbox};
  if (uv_loop_init(&loop) != 0 || uv_mutex_init(&inbox.mutex) != 0 ||
      uv_async_init(&loop, &inbox.filled, on_filled) != 0 ||
      uv_thread_create(&giver, give_all, &inbox) != 0) {
    exit(1);
  }
  uv_run(&loop, UV_RUN_DEFAULT);
  uv_thread_join(&giver);
  uv_close((uv_handle_t*)&inbox.filled, NULL);
  uv_run(&loop, UV_RUN_DEFAULT);
  if (uv_loop_close(&loop) != 0) exit(1);
  uv_mutex_destroy(&inbox.mutex);
  free(inbox.given.items);
  free(inbox.mine.items);
}

void uv_post(uint64_t rounds) {
  for (uint64_t done = 0; done < rounds; done += uv_posts_per_round) is_posted_to();
}
