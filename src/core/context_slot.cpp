// SPDX-License-Identifier: BSL-1.0
#include "rill/core/detail/context_slot.hpp"

#include <algorithm>
#include <memory>
#include <new>
#include <span>

#include "rill/core/detail/task_state.hpp"

namespace rill::detail {

namespace {

struct context_entry {
  std::uint64_t variable;
  context_value* value;
};

/// What a thread has outside of loops.
struct thread_context {
  context_slot own;
  context_slot* entered = nullptr;
};

RILL_NOINLINE thread_context& this_thread() noexcept {
  thread_local thread_context here;
  return here;
}

std::uint64_t next_identity() noexcept {
  static atomic<std::uint64_t> next{1};
  return next.fetch_add_relaxed(1);
}

}  // namespace

/// The entries follow in the same allocation, ordered by variable.
struct context_slot::block {
  explicit block(std::size_t room) noexcept : references(1), count(room) {}

  std::span<context_entry> entries() noexcept {
    return {std::launder(reinterpret_cast<context_entry*>(this + 1)), count};
  }
  static std::size_t bytes(std::size_t room) noexcept {
    return sizeof(block) + room * sizeof(context_entry);
  }
  static block* make(std::size_t room) {
    auto* const made = ::new (pool_allocate(bytes(room))) block(room);
    std::uninitialized_value_construct_n(reinterpret_cast<context_entry*>(made + 1), room);
    return made;
  }

  atomic<std::uint32_t> references;
  std::size_t count;
  const context_slot* writer = nullptr;  // the slot that it was made for, and no copy of that
  std::uint64_t identity = 0;            // of that slot's context
};

void context_slot::add_reference(block& shared) noexcept { shared.references.fetch_add_relaxed(1); }

void context_slot::release(block& shared) noexcept {
  if (shared.references.fetch_sub(1) != 1) return;
  for (const context_entry& each : shared.entries()) each.value->release();
  const std::size_t size = block::bytes(shared.count);
  shared.~block();
  pool_deallocate(&shared, size);
}

std::size_t context_slot::size() const noexcept { return block_ == nullptr ? 0 : block_->count; }

std::uint64_t context_slot::identity() const noexcept {
  return block_ == nullptr || block_->writer != this ? 0 : block_->identity;
}

context_value* context_slot::find(std::uint64_t variable) const noexcept {
  if (block_ == nullptr) return nullptr;
  const std::span<context_entry> entries = block_->entries();
  const auto place = std::ranges::lower_bound(entries, variable, {}, &context_entry::variable);
  return place != entries.end() && place->variable == variable ? place->value : nullptr;
}

void context_slot::set(std::uint64_t variable, context_value& value) {
  const std::size_t before = size();
  const bool known = find(variable) != nullptr;
  block* fresh = block_;
  if (!known || identity() == 0 || block_->references.load() != 1) {
    fresh = block::make(known ? before : before + 1);
    fresh->writer = this;
    fresh->identity = identity() != 0 ? identity() : next_identity();
    context_entry* to = fresh->entries().data();
    bool placed = known;
    if (block_ != nullptr) {
      for (const context_entry& each : block_->entries()) {
        if (!placed && each.variable > variable) {
          *to++ = {variable, nullptr};
          placed = true;
        }
        each.value->add_reference();
        *to++ = each;
      }
    }
    if (!placed) *to = {variable, nullptr};
  }
  value.add_reference();
  for (context_entry& each : fresh->entries()) {
    if (each.variable != variable) continue;
    if (each.value != nullptr) each.value->release();
    each.value = &value;
  }
  if (fresh != block_) {
    block* const old = std::exchange(block_, fresh);
    if (old != nullptr) release(*old);
  }
}

void context_slot::erase(std::uint64_t variable) {
  if (find(variable) == nullptr) return;
  block* const fresh = block::make(size() - 1);
  fresh->writer = this;
  fresh->identity = identity() != 0 ? identity() : next_identity();
  context_entry* to = fresh->entries().data();
  for (const context_entry& each : block_->entries()) {
    if (each.variable == variable) continue;
    each.value->add_reference();
    *to++ = each;
  }
  release(*std::exchange(block_, fresh));
}

bool context_state::is_entered() const noexcept {
  if (entered.load()) return true;
  const scheduler* const running = scheduler::current();
  const task_state* const task = running != nullptr ? running->current_task() : nullptr;
  return task != nullptr && task->shared_context() == this;
}

const context_slot* current_context_or_null() noexcept {
  const scheduler* const running = scheduler::current();
  if (running != nullptr) {
    if (running->entered_context() != nullptr) return running->entered_context();
    if (running->current_task() != nullptr) return running->current_task()->context_or_null();
  }
  const thread_context& here = this_thread();
  return here.entered != nullptr ? here.entered : &here.own;
}

context_slot& current_context() {
  scheduler* const running = scheduler::current();
  if (running != nullptr) {
    if (running->entered_context() != nullptr) return *running->entered_context();
    if (running->current_task() != nullptr) return running->current_task()->own_context();
  }
  thread_context& here = this_thread();
  return here.entered != nullptr ? *here.entered : here.own;
}

context_scope::context_scope(scheduler* running, context_slot* slot) noexcept
    : place_(running != nullptr ? &running->entered_context() : &this_thread().entered),
      before_(std::exchange(*place_, slot)) {}

}  // namespace rill::detail
