// SPDX-License-Identifier: BSL-1.0
#include "rill/net/transport.hpp"

#include <array>
#include <memory>
#include <string>
#include <utility>

#include "rill/net/socket.hpp"
#include "support/catch.hpp"
#include "support/coroutine_case.hpp"

namespace {

/// The least that somebody's own transport has to say.
class own_transport : public rill::transport {
 public:
  void close() noexcept override { closing_ = true; }
  void abort() noexcept override { closing_ = true; }
  bool is_closing() const noexcept override { return closing_; }
  void set_protocol(std::shared_ptr<rill::base_protocol>) override {}
  std::shared_ptr<rill::base_protocol> get_protocol() const noexcept override { return nullptr; }
  void pause_reading() override {}
  void resume_reading() override {}
  bool is_reading() const noexcept override { return !closing_; }
  void write(std::string_view data) override { written += data; }
  void write_eof() override {}
  bool can_write_eof() const noexcept override { return false; }
  std::size_t write_buffer_size() const noexcept override { return 0; }
  rill::write_limits write_buffer_limits() const noexcept override { return {}; }
  void set_write_buffer_limits(std::optional<std::size_t>, std::optional<std::size_t>) override {}

  std::string written;

 private:
  bool closing_ = false;
};

class with_socket final : public own_transport {
 public:
  explicit with_socket(rill::socket used) : used_(std::move(used)) {}
  rill::socket* underlying_socket() const noexcept override {
    return const_cast<rill::socket*>(&used_);
  }
  rill::socket_address local_address() const override { return used_.local_address(); }

 private:
  rill::socket used_;
};

}  // namespace

TEST_CASE("a transport of one's own has no addresses unless it says so", "[transport]") {
  own_transport own;
  CHECK(own.local_address().family() == rill::address_family::none);
  CHECK(own.get_extra_info("peername").empty());
  CHECK(own.get_extra_info("socket").empty());
  CHECK(own.get_extra_info("whatever").empty());
  CHECK(own.underlying_socket() == nullptr);
}

TEST_CASE("lines are written one by one, through any of its interfaces", "[transport]") {
  const auto own = std::make_shared<own_transport>();
  const std::shared_ptr<rill::write_transport> writing = own;
  const std::shared_ptr<rill::read_transport> reading = own;
  const std::array<std::string, 3> lines{"a", "", "bc"};
  writing->writelines(lines);
  CHECK(own->written == "abc");
  reading->close();
  CHECK(writing->is_closing());
}

RILL_IO_TEST_CASE("extra information comes by name from what is typed", "[transport]") {
  rill::socket bound(rill::address_family::ipv4, rill::socket_type::datagram);
  bound.bind(rill::socket_address::parse("127.0.0.1:0"));
  const std::string address = bound.local_address().to_string();
  const std::string number = std::to_string(bound.native());
  with_socket own(std::move(bound));
  CHECK(own.get_extra_info("sockname") == address);
  CHECK(own.get_extra_info("socket") == number);
  co_return;
}
