// SPDX-License-Identifier: BSL-1.0
// Those cases of the micro benchmarks that libuv has something for: timers, its thread pool, and
// what another thread sends. It has no tasks.
//
//     uv_micro --case NAME [--seconds S]
#define _GNU_SOURCE
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <uv.h>

#include "peers/uv_threads.h"

enum { batch = 100, sleeper_count = 100000 };

static uv_loop_t* loop;
static uint64_t left;  // of what is awaited

static double seconds_of(clockid_t clock) {
  struct timespec now;
  clock_gettime(clock, &now);
  return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static void on_timer(uv_timer_t* timer) {
  (void)timer;
  --left;
}

// As other loops do it, the clock is read for each.
static void timer_arm_cancel(uint64_t rounds) {
  uv_timer_t timers[batch];
  for (int i = 0; i < batch; ++i) uv_timer_init(loop, &timers[i]);
  for (uint64_t done = 0; done < rounds; done += batch) {
    for (int i = 0; i < batch; ++i) {
      uv_update_time(loop);
      uv_timer_start(&timers[i], on_timer, 10000, 0);
      uv_timer_stop(&timers[i]);
    }
  }
  for (int i = 0; i < batch; ++i) uv_close((uv_handle_t*)&timers[i], NULL);
  uv_run(loop, UV_RUN_DEFAULT);
}

// Deadlines spread at random over 200 ms; `rounds` is a multiple of their number.
static void sleepers(uint64_t rounds) {
  uv_timer_t* timers = malloc(sleeper_count * sizeof *timers);
  if (timers == NULL) exit(1);
  srandom(1);
  for (uint64_t done = 0; done < rounds; done += sleeper_count) {
    left = sleeper_count;
    for (int i = 0; i < sleeper_count; ++i) {
      uv_update_time(loop);
      uv_timer_init(loop, &timers[i]);
      uv_timer_start(&timers[i], on_timer, (uint64_t)(random() % 200), 0);
    }
    uv_run(loop, UV_RUN_DEFAULT);
    if (left != 0) exit(1);
    for (int i = 0; i < sleeper_count; ++i) uv_close((uv_handle_t*)&timers[i], NULL);
    uv_run(loop, UV_RUN_DEFAULT);
  }
  free(timers);
}

static void nothing(uv_work_t* work) { (void)work; }

static void on_hop(uv_work_t* work, int status) {
  if (status != 0) exit(1);
  if (--left > 0) uv_queue_work(loop, work, nothing, on_hop);
}

static void hop(uint64_t rounds) {
  uv_work_t work;
  left = rounds;
  uv_queue_work(loop, &work, nothing, on_hop);
  uv_run(loop, UV_RUN_DEFAULT);
}

struct scenario {
  const char* name;
  void (*run)(uint64_t rounds);
  uint64_t least;  // rounds, and of what they are a multiple
  clockid_t clock;
};

static const struct scenario scenarios[] = {
    {"timer_arm_cancel", timer_arm_cancel, batch, CLOCK_PROCESS_CPUTIME_ID},
    {"sleepers/100000", sleepers, sleeper_count, CLOCK_PROCESS_CPUTIME_ID},
    {"hop", hop, 100, CLOCK_MONOTONIC},
    {"post", uv_post, uv_posts_per_round, CLOCK_MONOTONIC},
};

// What comes first is not measured: it takes memory and starts threads.
static void measure(const struct scenario* scenario, double wanted) {
  scenario->run(scenario->least);
  uint64_t rounds = scenario->least;
  for (;;) {
    const double before = seconds_of(scenario->clock);
    scenario->run(rounds);
    const double took = seconds_of(scenario->clock) - before;
    if (took >= wanted) {
      printf("ns=%.3f\n", took * 1e9 / (double)rounds);
      return;
    }
    rounds *= took < wanted / 10 ? 10 : 2;
  }
}

int main(int argc, char** argv) {
  const char* name = "";
  double wanted = 0.2;
  for (int i = 1; i + 1 < argc; i += 2) {
    if (strcmp(argv[i], "--case") == 0) name = argv[i + 1];
    if (strcmp(argv[i], "--seconds") == 0) wanted = atof(argv[i + 1]);
  }
  // One thread, as the pools beside it have.
  setenv("UV_THREADPOOL_SIZE", "1", 1);
  loop = uv_default_loop();
  for (size_t i = 0; i < sizeof scenarios / sizeof scenarios[0]; ++i) {
    if (strcmp(scenarios[i].name, name) == 0) {
      measure(&scenarios[i], wanted);
      return 0;
    }
  }
  fprintf(stderr, "uv_micro: there is no case '%s'\n", name);
  return 2;
}
