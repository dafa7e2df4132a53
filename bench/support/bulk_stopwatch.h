// SPDX-License-Identifier: BSL-1.0
// The time and the processor time of one side of a bulk transfer, and the line that tells them.
// C11 and C++20.
#ifndef RILL_BENCH_BULK_STOPWATCH_H
#define RILL_BENCH_BULK_STOPWATCH_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

struct bulk_stopwatch {
  double since, used;  // seconds
};

struct bulk_stopwatch bulk_start(void);
void bulk_report(struct bulk_stopwatch started, uint64_t bytes);

#ifdef __cplusplus
}
#endif

#endif
