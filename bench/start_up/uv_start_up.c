// SPDX-License-Identifier: BSL-1.0
// rill_start_up.cpp on libuv: in place of an await, one callback that the loop makes in its turn.
#define _GNU_SOURCE
#include <uv.h>

static void once(uv_idle_t* idle) { uv_close((uv_handle_t*)idle, NULL); }

int main(void) {
  uv_loop_t loop;
  uv_idle_t idle;
  uv_loop_init(&loop);
  uv_idle_init(&loop, &idle);
  uv_idle_start(&idle, once);
  uv_run(&loop, UV_RUN_DEFAULT);
  return uv_loop_close(&loop);
}
