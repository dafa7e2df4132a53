// SPDX-License-Identifier: BSL-1.0
#include "rill/streams/stream_reader_protocol.hpp"

#include <utility>

#include "rill/base/error.hpp"
#include "rill/core/errors.hpp"
#include "streams/stream_core.hpp"
#include "streams/transport_wire.hpp"

namespace rill {

stream_reader_protocol::stream_reader_protocol(std::size_t limit) : limit_(limit) {
  static_cast<void>(detail::scheduler::require_current());
  detail::check_limit(limit);
  wire_ = std::make_shared<detail::transport_wire>(limit);
}

stream_reader_protocol::~stream_reader_protocol() = default;

connection stream_reader_protocol::take_connection() {
  if (!wire_->is_attached()) {
    detail::throw_usage("rill: take_connection() before connection_made(), or after the loss");
  }
  if (taken_) detail::throw_usage("rill: this stream has been taken already");
  auto device = std::make_unique<detail::transport_device>(wire_);
  connection made =
      detail::stream_access::both(detail::stream_core::create(std::move(device), limit_));
  taken_ = true;
  return made;
}

void stream_reader_protocol::connection_made(std::shared_ptr<transport> made) {
  if (wire_->is_attached()) {
    ++refused_;
    detail::throw_usage(
        "rill: this stream_reader_protocol has a connection; a factory makes one for each");
  }
  wire_->attach(std::move(made));
}
void stream_reader_protocol::data_received(std::string_view data) { wire_->take(data); }
bool stream_reader_protocol::eof_received() {
  wire_->take_end();
  return true;  // the writer is the one to close it
}
void stream_reader_protocol::pause_writing() { wire_->pause_writing(); }
void stream_reader_protocol::resume_writing() { wire_->resume_writing(); }
void stream_reader_protocol::connection_lost(std::exception_ptr error) {
  // One that was refused ends as well, and nothing says which it is.
  if (refused_ != 0 && wire_->is_attached() && !wire_->get()->is_closing()) {
    --refused_;
    return;
  }
  wire_->lose(error);
}

connection open_streams(std::shared_ptr<transport> over, std::size_t limit) {
  if (!over || over->is_closing()) {
    detail::throw_usage("rill: open_streams() needs a transport that is open");
  }
  const auto made = std::make_shared<stream_reader_protocol>(limit);
  over->set_protocol(made);
  made->connection_made(over);
  over->resume_reading();
  return made->take_connection();
}

}  // namespace rill
