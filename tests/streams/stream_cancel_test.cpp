// SPDX-License-Identifier: BSL-1.0
//
// Waits on streams and servers, each cancelled at every stage on each reactor.
#include <array>
#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "rill/core/create_task.hpp"
#include "rill/streams/connection.hpp"
#include "rill/streams/server.hpp"
#include "streams/stream_pair.hpp"
#include "support/cancel_stages.hpp"
#include "support/coroutine_case.hpp"

namespace {

using rill_test::cancel_at_every_stage;
using rill_test::cancellable;
using rill_test::make_stream_pair;
using rill_test::stream_pair;

class on_streams : public cancellable {
 public:
  rill::coro<> set_up() override {
    stream_pair made = co_await make_stream_pair();
    pair_.emplace(std::move(made));
  }

 protected:
  rill::stream_writer& writer() { return pair_->client.writer; }
  rill::stream_reader& reader() { return pair_->server.reader; }

  std::optional<stream_pair> pair_;
};

/// Half of what is asked for is there from the beginning.
class reading_a_line : public on_streams {
 public:
  rill::coro<> set_up() override {
    co_await on_streams::set_up();
    writer().write("first half, ");
    co_await writer().flush();
  }
  rill::coro<> wait() override {
    const std::string line = co_await reader().readline();
    see(line);
  }
  rill::coro<> satisfy() override {
    writer().write("second half\nrest");
    co_await writer().flush();
  }
  rill::coro<> finish() override {
    const std::string rest = co_await reader().readexactly(4);
    CHECK(rest == "rest");
  }

 protected:
  void see(const std::string& line) {
    CHECK(line == "first half, second half\n");
    ++taken;
  }
};

class reading_until final : public reading_a_line {
 public:
  rill::coro<> wait() override {
    const std::string line = co_await reader().readuntil("half\n");
    see(line);
  }
};

class reading_exactly final : public reading_a_line {
 public:
  rill::coro<> wait() override {
    const std::string line = co_await reader().readexactly(24);
    see(line);
  }
};

class reading_some : public on_streams {
 public:
  rill::coro<> wait() override {
    const std::string some = co_await reader().read(100);
    CHECK(some == "some");
    ++taken;
  }
  rill::coro<> satisfy() override {
    writer().write("some");
    co_await writer().flush();
  }
};

class reading_into final : public reading_some {
 public:
  rill::coro<> wait() override {
    const std::size_t count = co_await reader().read_into(std::span<char>(room_));
    CHECK(std::string(room_.data(), count) == "some");
    ++taken;
  }

 private:
  std::array<char, 100> room_{};
};

class reading_to_the_end final : public reading_some {
 public:
  rill::coro<> wait() override {
    const std::string all = co_await reader().read();
    CHECK(all == "some");
    ++taken;
  }
  rill::coro<> satisfy() override {
    writer().write("some");
    writer().close();
    co_return;
  }
};

/// Much has been written that the peer has not read; all of it must arrive.
class draining : public on_streams {
 public:
  rill::coro<> set_up() override {
    co_await on_streams::set_up();
    writer().write(std::string(much, 'd'));
  }
  rill::coro<> wait() override {
    co_await writer().drain();
    ++taken;
  }
  rill::coro<> satisfy() override {
    const std::string all = co_await reader().readexactly(much);
    CHECK(all == std::string(much, 'd'));
  }

 protected:
  static constexpr std::size_t much = 8 << 20;
};

class flushing final : public draining {
 public:
  rill::coro<> wait() override {
    co_await writer().flush();
    ++taken;
  }
};

class waiting_for_the_close final : public draining {
 public:
  rill::coro<> set_up() override {
    co_await draining::set_up();
    writer().close();
  }
  rill::coro<> wait() override {
    co_await writer().wait_closed();
    ++taken;
  }
};

rill::coro<> until_the_end(rill::stream_reader reader, rill::stream_writer writer) {
  static_cast<void>(writer);
  co_await reader.read();
}

class waiting_for_a_server final : public cancellable {
 public:
  rill::coro<> set_up() override {
    rill::server made = co_await rill::start_server(until_the_end, "127.0.0.1", 0);
    server_.emplace(std::move(made));
    rill::connection client = co_await rill::open_connection("127.0.0.1", server_->port());
    client_.emplace(std::move(client));
    co_await rill_test::settle();
    server_->close();
  }
  rill::coro<> wait() override {
    co_await server_->wait_closed();
    ++taken;
  }
  rill::coro<> satisfy() override {
    client_->writer.close();
    co_return;
  }

 private:
  std::optional<rill::server> server_;
  std::optional<rill::connection> client_;
};

}  // namespace

RILL_IO_TEST_CASE("reads of a stream are cancelled at every stage", "[stream_cancel]") {
  co_await cancel_at_every_stage<reading_some>();
  co_await cancel_at_every_stage<reading_into>();
  co_await cancel_at_every_stage<reading_to_the_end>();
}

RILL_IO_TEST_CASE("reads up to something are cancelled at every stage", "[stream_cancel]") {
  co_await cancel_at_every_stage<reading_a_line>();
  co_await cancel_at_every_stage<reading_until>();
  co_await cancel_at_every_stage<reading_exactly>();
}

RILL_IO_TEST_CASE("waits for room are cancelled at every stage", "[stream_cancel]") {
  co_await cancel_at_every_stage<draining>();
  co_await cancel_at_every_stage<flushing>();
}

RILL_IO_TEST_CASE("a wait for the close is cancelled at every stage", "[stream_cancel]") {
  co_await cancel_at_every_stage<waiting_for_the_close>();
}

RILL_IO_TEST_CASE("a wait for a server is cancelled at every stage", "[stream_cancel]") {
  co_await cancel_at_every_stage<waiting_for_a_server>();
}

RILL_IO_TEST_CASE("pieces whose sending is cancelled half-way arrive once and in order",
                  "[stream_cancel]") {
  const std::string much = rill_test::pattern(16 << 20);
  const std::string_view all = much;
  const std::array<std::string_view, 4> pieces{all.substr(0, 5000), all.substr(5000, 3 << 20),
                                               all.substr(5000 + (3 << 20), 1),
                                               all.substr(5001 + (3 << 20))};
  for (const std::ptrdiff_t read_before : {0, 10'000, 1'000'000}) {
    CAPTURE(read_before);
    stream_pair pair = co_await make_stream_pair();
    auto sending =
        rill::create_task(pair.client.writer.send_all(std::span<const std::string_view>(pieces)));
    std::string got = co_await pair.server.reader.readexactly(read_before);
    co_await rill_test::yield_times(3);
    sending.cancel();
    const bool cancelled = co_await rill_test::was_cancelled(sending);
    CHECK(cancelled);
    pair.client.writer.close();
    const std::string rest = co_await pair.server.reader.read();
    got += rest;
    CHECK(got.size() == much.size());
    CHECK((got == much));
  }
}
