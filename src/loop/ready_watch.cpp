// SPDX-License-Identifier: BSL-1.0
#include "loop/ready_watch.hpp"

#include <exception>
#include <string>
#include <utility>

#include "loop/loop_core.hpp"
#include "rill/base/error.hpp"
#include "rill/core/exception_context.hpp"
#include "rill/loop/event_loop.hpp"

namespace rill::detail {

struct ready_watch::queued_call final : ready_node {
  explicit queued_call(scheduler& scheduler, unique_function<void()> function) noexcept
      : ready_node(&ops_table),
        owner(&scheduler),
        callback(std::move(function)),
        context(copy_of(maker_context(scheduler))) {}

  static void run(ready_node& node) noexcept {
    auto& self = static_cast<queued_call&>(node);
    self.queued = false;
    if (self.orphaned) {
      delete &self;
      return;
    }
    self.running = true;
    // The callback may replace or remove itself; it is kept here until it has returned.
    unique_function<void()> function = std::move(self.callback);
    try {
      const context_scope inside(self.owner, &self.context);
      function();
    } catch (...) {
      const std::exception_ptr error = std::current_exception();
      const std::string text =
          "rill: a reader or writer callback has thrown: " + describe_exception(error);
      self.owner->report({text, error, nullptr});
    }
    self.running = false;
    if (self.orphaned) {
      delete &self;
    } else if (!self.callback) {
      self.callback = std::move(function);
    }
  }
  static void drop(ready_node& node) noexcept {
    auto& self = static_cast<queued_call&>(node);
    self.queued = false;
    if (self.orphaned) delete &self;
  }
  static constexpr ready_ops ops_table{&run, &drop};

  scheduler* owner;
  unique_function<void()> callback;
  context_slot context;
  bool queued = false;
  bool running = false;
  bool orphaned = false;  // the watch is gone; the last one out deletes
};

ready_watch::ready_watch(reactor& owner, scheduler& queue, native_handle watched, io_direction way,
                         unique_function<void()> callback)
    : reactor_(&owner), scheduler_(&queue), call_(new queued_call(queue, std::move(callback))) {
  fire = &on_ready;
  handle = watched;
  direction = way;
  const int error = owner.add_watch(*this);
  if (error != 0) {
    delete call_;
    throw_system_error(error, way == io_direction::read ? "rill: add_reader" : "rill: add_writer");
  }
}

ready_watch::~ready_watch() {
  reactor_->remove_watch(*this);
  call_->orphaned = true;
  if (!call_->queued && !call_->running) delete call_;
}

void ready_watch::replace(unique_function<void()> callback) {
  call_->callback = std::move(callback);
  call_->context = copy_of(maker_context(*scheduler_));
}

void ready_watch::on_ready(io_watch& watch) noexcept {
  auto& self = static_cast<ready_watch&>(watch);
  if (self.call_->queued) return;
  self.call_->queued = true;
  self.scheduler_->make_ready(*self.call_);
}

void loop_core::add_watch(native_handle handle, io_direction direction,
                          unique_function<void()> callback) {
  if (!reactor_->supports(reactor_feature::readiness))
    throw_usage(
        "rill: this reactor tells ends of operations, not readiness; use sockets and streams "
        "instead of "
        "add_reader() and add_writer()");
  for (const auto& watch : watches_) {
    if (watch->handle == handle && watch->direction == direction) {
      watch->replace(std::move(callback));
      return;
    }
  }
  for (const loop_resident& resident : residents_) {
    if (resident.owns(handle)) {
      throw_usage(
          "rill: this handle belongs to a stream or transport; add_reader() and add_writer() would "
          "take its events");
    }
  }
  watches_.reserve(watches_.size() + 1);
  watches_.push_back(std::make_unique<ready_watch>(*reactor_, *scheduler_, handle, direction,
                                                   std::move(callback)));
}

bool loop_core::remove_watch(native_handle handle, io_direction direction) {
  for (auto place = watches_.begin(); place != watches_.end(); ++place) {
    if ((*place)->handle == handle && (*place)->direction == direction) {
      watches_.erase(place);
      return true;
    }
  }
  return false;
}

}  // namespace rill::detail
