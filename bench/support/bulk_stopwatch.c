// SPDX-License-Identifier: BSL-1.0
#define _GNU_SOURCE
#include "support/bulk_stopwatch.h"

#include <stdio.h>
#include <time.h>

static double seconds_of(clockid_t clock) {
  struct timespec now;
  clock_gettime(clock, &now);
  return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

struct bulk_stopwatch bulk_start(void) {
  return (struct bulk_stopwatch){seconds_of(CLOCK_MONOTONIC), seconds_of(CLOCK_PROCESS_CPUTIME_ID)};
}

void bulk_report(struct bulk_stopwatch started, uint64_t bytes) {
  printf("bytes %llu seconds %.6f cpu %.6f\n", (unsigned long long)bytes,
         seconds_of(CLOCK_MONOTONIC) - started.since,
         seconds_of(CLOCK_PROCESS_CPUTIME_ID) - started.used);
}
