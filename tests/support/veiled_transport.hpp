// SPDX-License-Identifier: BSL-1.0
//
// A transport of one's own: changes each byte on its way through another transport.
#pragma once

#include <cstddef>
#include <exception>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "rill/net/transport.hpp"

namespace rill_test {

class veiled_transport;

/// Sits on the transport beneath and passes on what it is told.
class veiling_protocol final : public rill::protocol {
 public:
  explicit veiling_protocol(char key) noexcept : key_(key) {}

  void connection_made(std::shared_ptr<rill::transport> made) override { begin(std::move(made)); }
  void data_received(std::string_view data) override;
  bool eof_received() override { return above_->eof_received(); }
  void pause_writing() override { above_->pause_writing(); }
  void resume_writing() override { above_->resume_writing(); }
  void connection_lost(std::exception_ptr error) override;

  /// The transport that changes bytes.
  std::shared_ptr<veiled_transport> upper() const noexcept { return upper_; }

 private:
  friend class veiled_transport;
  void begin(std::shared_ptr<rill::transport> made);

  char key_;
  std::shared_ptr<veiled_transport> upper_;
  std::shared_ptr<rill::protocol> above_;
};

class veiled_transport final : public rill::transport {
 public:
  veiled_transport(std::shared_ptr<rill::transport> beneath, veiling_protocol& owner) noexcept
      : beneath_(std::move(beneath)), owner_(&owner) {}

  void close() noexcept override { beneath_->close(); }
  void abort() noexcept override { beneath_->abort(); }
  bool is_closing() const noexcept override { return beneath_->is_closing(); }
  void set_protocol(std::shared_ptr<rill::base_protocol> replacement) override {
    if (owner_ != nullptr) {
      owner_->above_ = std::dynamic_pointer_cast<rill::protocol>(std::move(replacement));
    }
  }
  std::shared_ptr<rill::base_protocol> get_protocol() const noexcept override {
    if (owner_ == nullptr) return nullptr;
    return owner_->above_;
  }
  rill::socket_address peer_address() const override { return beneath_->peer_address(); }
  void pause_reading() override { beneath_->pause_reading(); }
  void resume_reading() override { beneath_->resume_reading(); }
  bool is_reading() const noexcept override { return beneath_->is_reading(); }
  void write(std::string_view data) override {
    if (owner_ == nullptr) return;
    std::string veiled(data);
    for (char& byte : veiled) byte = static_cast<char>(byte ^ owner_->key_);
    beneath_->write(veiled);
  }
  void write_eof() override { beneath_->write_eof(); }
  bool can_write_eof() const noexcept override { return !whole_ && beneath_->can_write_eof(); }
  /// Has no halves from now on.
  void set_whole() noexcept { whole_ = true; }
  std::size_t write_buffer_size() const noexcept override { return beneath_->write_buffer_size(); }
  rill::write_limits write_buffer_limits() const noexcept override {
    return beneath_->write_buffer_limits();
  }
  void set_write_buffer_limits(std::optional<std::size_t> high,
                               std::optional<std::size_t> low) override {
    beneath_->set_write_buffer_limits(high, low);
  }

 private:
  friend class veiling_protocol;
  std::shared_ptr<rill::transport> beneath_;
  veiling_protocol* owner_;  // null when it is lost
  bool whole_ = false;
};

inline void veiling_protocol::begin(std::shared_ptr<rill::transport> made) {
  class nobody final : public rill::protocol {
    void data_received(std::string_view) override {}
  };
  above_ = std::make_shared<nobody>();
  upper_ = std::make_shared<veiled_transport>(std::move(made), *this);
}

inline void veiling_protocol::data_received(std::string_view data) {
  std::string clear(data);
  for (char& byte : clear) byte = static_cast<char>(byte ^ key_);
  above_->data_received(clear);
}

inline void veiling_protocol::connection_lost(std::exception_ptr error) {
  upper_->owner_ = nullptr;
  upper_.reset();
  std::exchange(above_, nullptr)->connection_lost(std::move(error));
}

}  // namespace rill_test
