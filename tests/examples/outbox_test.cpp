// SPDX-License-Identifier: BSL-1.0
//
// An outbox over streams in memory, where it is known what a client has taken.
#include "chat/outbox.hpp"

#include <chrono>
#include <memory>
#include <string>
#include <utility>

#include "rill/core/create_task.hpp"
#include "rill/loop/clock.hpp"
#include "rill/loop/sleep.hpp"
#include "rill/streams/memory_stream.hpp"
#include "support/coroutine_case.hpp"

namespace {

using namespace std::chrono_literals;

chat::shared_line line(std::size_t size) {
  return std::make_shared<const std::string>(std::string(size - 1, 'x') + "\n");
}

}  // namespace

RILL_TEST_CASE("an outbox refuses what it has no room for, and takes a last line", "[outbox]") {
  chat::outbox box(2, 10s);
  CHECK(box.offer(line(10)));
  CHECK(box.offer(line(10)));
  CHECK(!box.offer(line(10)));
  box.close("the last\n");
  CHECK(box.offer(line(10)));  // dropped
  box.close("not any more\n");
  rill::connection_pair ends = rill::memory_stream_pair();
  co_await box.deliver(ends.first.writer);
  ends.first.writer.close();
  const std::string all = co_await ends.second.reader.read();
  CHECK(all == "xxxxxxxxx\nxxxxxxxxx\nthe last\n");
}

RILL_TEST_CASE("a client who takes a little now and then is served on", "[outbox]") {
  chat::outbox box(1000, 10s);
  for (int i = 0; i < 400; ++i) box.offer(line(1000));
  box.close();
  rill::connection_pair ends = rill::memory_stream_pair(4096);
  auto delivering = rill::create_task(box.deliver(ends.first.writer));
  std::size_t taken = 0;
  while (taken < 400'000 && !ends.first.writer.is_closing()) {
    co_await rill::sleep(4s);
    const std::string some = co_await ends.second.reader.read(3000);
    if (some.empty()) break;
    taken += some.size();
  }
  CHECK(taken == 400'000);
  co_await delivering;
  CHECK(!ends.first.writer.is_closing());
}

RILL_TEST_CASE("a client who takes nothing is cut off", "[outbox]") {
  chat::outbox box(1000, 10s);
  for (int i = 0; i < 400; ++i) box.offer(line(1000));
  rill::connection_pair ends = rill::memory_stream_pair(4096);
  const rill::time_point begun = rill::loop_clock::now();
  co_await box.deliver(ends.first.writer);
  CHECK(ends.first.writer.is_closing());
  CHECK(rill::loop_clock::now() - begun <= 20s);
}
