// SPDX-License-Identifier: BSL-1.0
// A histogram of latencies in nanoseconds: 32 steps per power of two, so that a bucket is at most 3
// % wide.
#ifndef RILL_BENCH_LATENCIES_H
#define RILL_BENCH_LATENCIES_H

#include <stdint.h>

enum { latency_steps = 32, latency_step_bits = 5, latency_buckets = 40 * latency_steps };

struct latencies {
  uint64_t count, most;
  uint64_t histogram[latency_buckets];
};

static inline uint32_t latency_bucket(uint64_t value) {
  if (value < latency_steps) return (uint32_t)value;
  const uint32_t shift = 63u - (uint32_t)__builtin_clzll(value) - latency_step_bits;
  const uint32_t index = shift * latency_steps + (uint32_t)(value >> shift);
  return index < latency_buckets ? index : latency_buckets - 1;
}

static inline void latencies_add(struct latencies* self, uint64_t value) {
  ++self->histogram[latency_bucket(value)];
  ++self->count;
  if (value > self->most) self->most = value;
}

// The middle of a bucket: the inverse of latency_bucket.
static inline double latency_of(uint32_t index) {
  if (index < 2 * latency_steps) return index;
  const uint32_t shift = index / latency_steps - 1;
  return ((double)(index - shift * latency_steps) + 0.5) * (double)(1ull << shift);
}

// In microseconds, `part` between 0 and 1.
static inline double latencies_percentile_us(const struct latencies* self, double part) {
  uint64_t left = (uint64_t)(part * (double)self->count);
  for (uint32_t i = 0; i < latency_buckets; ++i) {
    if (self->histogram[i] > left) return latency_of(i) / 1e3;
    left -= self->histogram[i];
  }
  return (double)self->most / 1e3;
}

#endif
