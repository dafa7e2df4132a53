// SPDX-License-Identifier: BSL-1.0
// Timers of the floors: a heap with four children per node, whose entries know their place and can
// be withdrawn.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace floors {

struct timer {
  std::size_t place;
};

class timer_heap {
 public:
  bool empty() const noexcept { return slots_.empty(); }
  std::int64_t next_deadline() const noexcept { return slots_.front().deadline; }
  std::size_t bytes() const noexcept { return slots_.capacity() * sizeof(slot); }

  void arm(timer& entry, std::int64_t deadline) {
    slots_.push_back({deadline, &entry});
    rise(slots_.size() - 1, {deadline, &entry});
  }

  void disarm(timer& entry) {
    const std::size_t place = entry.place;
    const slot last = slots_.back();
    slots_.pop_back();
    if (place == slots_.size()) return;
    if (place > 0 && last.deadline < slots_[(place - 1) / 4].deadline) {
      rise(place, last);
    } else {
      sink(place, last);
    }
  }

  timer& pop() {
    timer& first = *slots_.front().entry;
    disarm(first);
    return first;
  }

 private:
  struct slot {
    std::int64_t deadline;
    timer* entry;
  };

  void put(std::size_t place, slot value) {
    slots_[place] = value;
    value.entry->place = place;
  }

  void rise(std::size_t place, slot value) {
    while (place > 0 && value.deadline < slots_[(place - 1) / 4].deadline) {
      put(place, slots_[(place - 1) / 4]);
      place = (place - 1) / 4;
    }
    put(place, value);
  }

  void sink(std::size_t place, slot value) {
    for (std::size_t child = 4 * place + 1; child < slots_.size(); child = 4 * place + 1) {
      const std::size_t end = std::min(child + 4, slots_.size());
      for (std::size_t other = child + 1; other < end; ++other) {
        if (slots_[other].deadline < slots_[child].deadline) child = other;
      }
      if (value.deadline <= slots_[child].deadline) break;
      put(place, slots_[child]);
      place = child;
    }
    put(place, value);
  }

  std::vector<slot> slots_;
};

}  // namespace floors
