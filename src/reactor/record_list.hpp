// SPDX-License-Identifier: BSL-1.0
// Lists of operations and watches, for reactors of kernels that complete operations.
#pragma once

namespace rill::detail {

/// A list of operations or watches, linked through the records themselves.
template <class Record>
class record_list {
 public:
  bool empty() const noexcept { return first_ == nullptr; }
  Record* first() const noexcept { return first_; }

  void push_back(Record& record) noexcept {
    record.next = nullptr;
    record.previous = last_;
    (last_ == nullptr ? first_ : last_->next) = &record;
    last_ = &record;
  }
  /// Requires: the record is in this list.
  void remove(Record& record) noexcept {
    (record.previous == nullptr ? first_ : record.previous->next) = record.next;
    (record.next == nullptr ? last_ : record.next->previous) = record.previous;
    record.next = record.previous = nullptr;
  }
  Record* pop_front() noexcept {
    Record* const record = first_;
    if (record != nullptr) remove(*record);
    return record;
  }

 private:
  Record* first_ = nullptr;
  Record* last_ = nullptr;
};

}  // namespace rill::detail
