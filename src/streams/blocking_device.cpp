// SPDX-License-Identifier: BSL-1.0
#include "streams/blocking_device.hpp"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstring>
#include <exception>
#include <system_error>
#include <utility>
#include <vector>

#include "base/system_calls.hpp"
#include "base/uninterrupted.hpp"
#include "net/file_state.hpp"
#include "rill/loop/detail/loop_services.hpp"
#include "rill/loop/event_loop.hpp"

namespace rill::detail {

namespace {

constexpr std::size_t block = 64 * 1024;

}  // namespace

/// One call of a thread, with memory of its own.
class file_transfer final : public blocking_job, public from_pool {
 public:
  // What is being written is written to the end, also if the stream is aborted meanwhile.
  file_transfer(scheduler& owner, std::shared_ptr<const owned_descriptor> file, const io_op& wanted)
      : blocking_job(owner, wanted.kind == io_kind::read ? begun_call::left : begun_call::awaited),
        file_(std::move(file)),
        reads_(wanted.kind == io_kind::read),
        bytes_(reads_ ? block : std::min(block, wanted.size)) {
    if (!reads_ && !bytes_.empty()) std::memcpy(bytes_.data(), wanted.data, bytes_.size());
  }

  std::int64_t result() const noexcept { return result_; }
  /// Bytes that were read, or the end or the error. True if nothing is left.
  bool give(io_op& wanted) noexcept {
    wanted.result = result_;
    if (result_ <= 0) return true;
    const std::size_t left = static_cast<std::size_t>(result_) - given_;
    const std::size_t count = std::min(left, wanted.size);
    std::memcpy(wanted.data, bytes_.data() + given_, count);
    given_ += count;
    wanted.result = static_cast<std::int64_t>(count);
    return count == left;
  }

 private:
  void call() override {
    const int number = static_cast<int>(file_->get());
    result_ = uninterrupted([&] {
      return reads_ ? system_calls().read(number, bytes_.data(), bytes_.size())
                    : system_calls().write(number, bytes_.data(), bytes_.size());
    });
    file_.reset();  // before anybody learns of the end: not to be the last, who closes it
  }

  std::shared_ptr<const owned_descriptor> file_;
  const bool reads_;
  std::vector<char> bytes_;
  std::int64_t result_ = 0;
  std::size_t given_ = 0;
};

blocking_device::blocking_device(owned_descriptor descriptor)
    : owner_(&scheduler::require_current()),
      file_(std::make_shared<const owned_descriptor>(std::move(descriptor))) {
  owner_->add_reference();
}

blocking_device::~blocking_device() {
  close();
  owner_->release();
}

stream_wiring blocking_device::wiring() noexcept {
  return {this, file_->get(), io_kind::read, io_kind::write};
}

bool blocking_device::start(io_op& wanted) noexcept {
  if (wanted.size == 0) {
    wanted.result = 0;
    return true;
  }
  if (ended_ && wanted.kind == io_kind::read) {
    if (ended_->give(wanted)) ended_ = {};
    return true;
  }
  try {
    if (!transfer_) begin(wanted);
  } catch (const std::system_error& error) {
    wanted.result = -error.code().value();
    return true;
  } catch (const std::exception&) {
    wanted.result = -ENOMEM;
    return true;
  }
  waiting_ = &wanted;
  return false;
}

void blocking_device::begin(const io_op& wanted) {
  job_ref<file_transfer> made(new file_transfer(*owner_, file_, wanted), {});
  made->waiting = this;
  file_pool().submit(made);
  transfer_ = std::move(made);
  owner_->begin_external_work();
}

void blocking_device::call_ended() noexcept {
  owner_->end_external_work();
  const job_ref<file_transfer> ended = std::move(transfer_);
  if (waiting_ == nullptr) {
    ended_ = ended;
    return;
  }
  io_op& wanted = *std::exchange(waiting_, nullptr);
  if (wanted.kind == io_kind::write) {
    wanted.result = ended->result();
  } else if (!ended->give(wanted)) {
    ended_ = ended;
  }
  wanted.complete(wanted);
}

io_cancel blocking_device::cancel(io_op& wanted) noexcept {
  if (wanted.kind == io_kind::write) {
    if (!transfer_->abandon()) {
      if (loop_services::of(*owner_).owner().is_closed()) end_write(wanted);
      return io_cancel::follows;
    }
    drop_transfer();
  }
  waiting_ = nullptr;
  return io_cancel::withdrawn;
}

/// No turn comes any more that would tell the end.
void blocking_device::end_write(io_op& wanted) noexcept {
  transfer_->leave();
  const std::int64_t written = transfer_->result();
  drop_transfer();
  waiting_ = nullptr;
  end(wanted, written);
}

void blocking_device::drop_transfer() noexcept {
  transfer_->waiting = nullptr;
  transfer_ = {};
  owner_->end_external_work();
}

void blocking_device::close() noexcept {
  if (transfer_) {
    transfer_->leave();
    drop_transfer();
  }
  ended_ = {};
  if (waiting_ != nullptr) end(*std::exchange(waiting_, nullptr), io_closed);
}

}  // namespace rill::detail
