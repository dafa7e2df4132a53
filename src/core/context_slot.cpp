// SPDX-License-Identifier: BSL-1.0
#include "rill/core/detail/context_slot.hpp"

#include <algorithm>
#include <cstddef>
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

/// What a thread has outside of loops. Its memory is never destroyed: destructors that run at the
/// end of a thread, or of the program, may still ask, and find nothing.
struct thread_context {
  context_slot& own() noexcept {
    if (!made) {
      ::new (static_cast<void*>(room)) context_slot();
      made = true;
    }
    return *std::launder(reinterpret_cast<context_slot*>(room));
  }

  alignas(context_slot) std::byte room[sizeof(context_slot)];
  bool made;
  context_slot* entered;
};

RILL_NOINLINE thread_context& this_thread() noexcept {
  static constinit thread_local thread_context here{};
  return here;
}

/// Takes the thread's values away at its end.
struct thread_end {
  ~thread_end() { this_thread().own().clear(); }
};

std::uint64_t next_identity() noexcept {
  static atomic<std::uint64_t> next{1};
  return next.fetch_add_relaxed(1);
}

}  // namespace

/// The entries follow in the same allocation, ordered by variable.
struct context_slot::block {
  explicit block(std::size_t most) noexcept : references(1), capacity(most) {}

  context_entry* data() noexcept {
    return std::launder(reinterpret_cast<context_entry*>(this + 1));
  }
  std::span<context_entry> entries() noexcept { return {data(), count}; }
  /// The place of a variable, or that before which it belongs.
  std::size_t place_of(std::uint64_t variable) noexcept {
    const auto all = entries();
    const auto place = std::ranges::lower_bound(all, variable, {}, &context_entry::variable);
    return static_cast<std::size_t>(place - all.begin());
  }
  bool has_at(std::size_t place, std::uint64_t variable) noexcept {
    return place < count && data()[place].variable == variable;
  }
  /// Requires: count < capacity.
  void insert(std::size_t place, const context_entry& entry) noexcept {
    std::copy_backward(data() + place, data() + count, data() + count + 1);
    data()[place] = entry;
    ++count;
  }
  void remove(std::size_t place) noexcept {
    std::copy(data() + place + 1, data() + count, data() + place);
    --count;
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
  std::size_t count = 0;
  std::size_t capacity;
};

void context_slot::add_reference(block& shared) noexcept { shared.references.fetch_add_relaxed(1); }

void context_slot::release(block& shared) noexcept {
  if (shared.references.fetch_sub(1) != 1) return;
  for (const context_entry& each : shared.entries()) each.value->release();
  const std::size_t size = block::bytes(shared.capacity);
  shared.~block();
  pool_deallocate(&shared, size);
}

std::size_t context_slot::size() const noexcept { return block_ == nullptr ? 0 : block_->count; }

context_value* context_slot::find(std::uint64_t variable) const noexcept {
  if (block_ == nullptr) return nullptr;
  const std::size_t place = block_->place_of(variable);
  return block_->has_at(place, variable) ? block_->data()[place].value : nullptr;
}

// This slot's own block, with room for one entry more.
context_slot::block& context_slot::make_writable() {
  const std::size_t before = size();
  if (block_ == nullptr || block_->references.load() != 1 || before == block_->capacity) {
    grow(before + 2);
  }
  if (identity_ == 0) identity_ = next_identity();
  return *block_;
}

void context_slot::grow(std::size_t room) {
  block* const fresh = block::make(room);
  if (block_ != nullptr) {
    for (const context_entry& each : block_->entries()) {
      each.value->add_reference();
      fresh->insert(fresh->count, each);
    }
  }
  if (block* const old = std::exchange(block_, fresh)) release(*old);
}

void context_slot::set(std::uint64_t variable, context_value& value) {
  block& own = make_writable();
  const std::size_t place = own.place_of(variable);
  value.add_reference();
  if (own.has_at(place, variable)) {
    std::exchange(own.data()[place].value, &value)->release();
  } else {
    own.insert(place, {variable, &value});
  }
}

void context_slot::erase(std::uint64_t variable) {
  if (find(variable) == nullptr) return;
  block& own = make_writable();
  const std::size_t place = own.place_of(variable);
  context_value* const value = own.data()[place].value;
  own.remove(place);
  value->release();
}

const context_slot* current_context_or_null() noexcept {
  const scheduler* const running = scheduler::current();
  if (running != nullptr) {
    if (running->entered_context() != nullptr) return running->entered_context();
    if (running->current_task() != nullptr) return running->current_task()->context_or_null();
  }
  thread_context& here = this_thread();
  return here.entered != nullptr ? here.entered : &here.own();
}

context_slot& current_context() {
  scheduler* const running = scheduler::current();
  if (running != nullptr) {
    if (running->entered_context() != nullptr) return *running->entered_context();
    if (running->current_task() != nullptr) return running->current_task()->own_context();
  }
  thread_context& here = this_thread();
  if (here.entered != nullptr) return *here.entered;
  static thread_local const thread_end end;
  static_cast<void>(end);
  return here.own();
}

context_scope::context_scope(scheduler* running, context_slot* slot) noexcept
    : place_(running != nullptr ? &running->entered_context() : &this_thread().entered),
      before_(std::exchange(*place_, slot)) {}

}  // namespace rill::detail
