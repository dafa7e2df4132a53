// SPDX-License-Identifier: BSL-1.0
// One add_reader() or add_writer(): the reactor's watch, and the callback that is queued when it
// fires.
#pragma once

#include "rill/base/unique_function.hpp"
#include "rill/core/detail/ready_queue.hpp"
#include "rill/core/scheduler.hpp"
#include "rill/loop/reactor.hpp"

namespace rill::detail {

class ready_watch : public io_watch {
 public:
  /// Throws std::system_error when the handle cannot be watched.
  ready_watch(reactor& owner, scheduler& queue, native_handle watched, io_direction way,
              unique_function<void()> callback);
  ~ready_watch();

  void replace(unique_function<void()> callback);

 private:
  // The queued call; outlives the watch if that is removed while the call waits or runs.
  struct queued_call;

  static void on_ready(io_watch& watch) noexcept;

  reactor* reactor_;
  scheduler* scheduler_;
  queued_call* call_;
};

}  // namespace rill::detail
