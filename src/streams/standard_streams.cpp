// SPDX-License-Identifier: BSL-1.0
#include "rill/streams/standard_streams.hpp"

#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "rill/base/detail/atomic.hpp"
#include "rill/base/error.hpp"
#include "rill/core/errors.hpp"
#include "rill/streams/terminal.hpp"
#include "streams/standard_handle.hpp"
#include "streams/stream_core.hpp"

namespace rill {

namespace detail {

namespace {

constinit atomic<bool> input_is_taken{false};

/// Standard input has one reader at a time: two would get pieces of it each.
class input_claim {
 public:
  input_claim() {
    if (input_is_taken.exchange(true)) {
      throw_usage("rill: standard input has a reader already; share that, or let it go before");
    }
  }
  input_claim(const input_claim&) = delete;
  input_claim& operator=(const input_claim&) = delete;
  ~input_claim() { input_is_taken.store(false); }
};

/// Passes everything on.
class passing_device : public stream_device {
 public:
  stream_wiring wiring() noexcept override { return device_->wiring(); }
  bool end_writing() override { return device_->end_writing(); }
  void close() noexcept override { device_->close(); }

 protected:
  explicit passing_device(std::unique_ptr<stream_device> device) noexcept
      : device_(std::move(device)) {}

 private:
  std::unique_ptr<stream_device> device_;
};

/// Holds the claim as long as it is there.
class input_device final : public passing_device {
 public:
  explicit input_device(std::unique_ptr<input_claim> claim)
      : passing_device(open_standard_handle(static_cast<int>(standard_input_handle()),
                                            standard_use::read, "standard input")),
        claim_(std::move(claim)) {}

 private:
  std::unique_ptr<input_claim> claim_;
};

/// Loses nothing at the end of the program.
class output_device final : public passing_device {
 public:
  output_device(native_handle handle, const char* name)
      : passing_device(open_standard_handle(static_cast<int>(handle), standard_use::write, name)) {}

  native_handle final_handle() noexcept override { return wiring().handle; }
};

coro<stream_writer> open_output(native_handle handle, const char* name) {
  auto device = std::make_unique<output_device>(handle, name);
  co_return stream_access::writer(stream_core::create(std::move(device), default_stream_limit));
}

}  // namespace

}  // namespace detail

coro<stream_reader> open_standard_input(std::size_t limit) {
  detail::check_limit(limit);
  auto claim = std::make_unique<detail::input_claim>();
  auto device = std::make_unique<detail::input_device>(std::move(claim));
  co_return detail::stream_access::reader(detail::stream_core::create(std::move(device), limit));
}

coro<stream_writer> open_standard_output() {
  return detail::open_output(standard_output_handle(), "standard output");
}

coro<stream_writer> open_standard_error() {
  return detail::open_output(standard_error_handle(), "standard error");
}

}  // namespace rill
