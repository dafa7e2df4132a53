// SPDX-License-Identifier: BSL-1.0
// The case of uv_micro.c that has a source of its own.
#ifndef RILL_BENCH_UV_THREADS_H
#define RILL_BENCH_UV_THREADS_H

#include <stdint.h>

enum { uv_posts_per_round = 100000 };

// `rounds` is a multiple of uv_posts_per_round. Each so many have a loop and a thread of their own.
void uv_post(uint64_t rounds);

#endif
