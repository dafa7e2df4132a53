// SPDX-License-Identifier: BSL-1.0
// Callbacks given to a libuv loop by another thread, as `post` of micro/executors_micro.cpp. Of
// what is sent by uv_async_send() a loop keeps only that something was sent, so a queue under a
// mutex is beside it.
//
//     uv_threads --case post [--seconds S]
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <uv.h>

enum { posts_per_round = 100000, first_room = 64 };

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

static double seconds(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

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
  if (++inbox->calls == posts_per_round) uv_stop(inbox->filled.loop);
}

static void give_all(void* data) {
  for (long i = 0; i < posts_per_round; ++i) post(data, (struct callback){count_one, data});
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

int main(int argc, char** argv) {
  const char* name = "";
  double wanted = 0.2;
  for (int i = 1; i + 1 < argc; i += 2) {
    if (strcmp(argv[i], "--case") == 0) name = argv[i + 1];
    if (strcmp(argv[i], "--seconds") == 0) wanted = atof(argv[i + 1]);
  }
  if (strcmp(name, "post") != 0) {
    fprintf(stderr, "uv_threads: there is no case '%s'\n", name);
    return 2;
  }
  const double before = seconds();
  double took = 0;
  long rounds = 0;
  for (; took < wanted; took = seconds() - before, ++rounds) is_posted_to();
  printf("ns=%.3f\n", took * 1e9 / (double)(rounds * posts_per_round));
  return 0;
}
