// SPDX-License-Identifier: BSL-1.0
// The channel to a worker on Windows; process_channel_posix_test.cpp has the POSIX one.
#include "exec/process_channel.hpp"

#include <windows.h>

#include <chrono>
#include <memory>
#include <string>
#include <thread>

#include "exec/channel_ends.hpp"
#include "rill/exec/detail/process_wire.hpp"
#include "support/catch.hpp"
#include "support/open_descriptors.hpp"

using namespace rill::detail;
using rill_test::channel_ends;
using namespace std::chrono_literals;

namespace {

HANDLE new_event() { return ::CreateEventW(nullptr, TRUE, FALSE, nullptr); }
rill::native_handle number_of(HANDLE handle) {
  return reinterpret_cast<rill::native_handle>(handle);
}
bool is_set(rill::native_handle event) {
  return ::WaitForSingleObject(reinterpret_cast<HANDLE>(event), 0) == WAIT_OBJECT_0;
}

}  // namespace

TEST_CASE("small and large messages come through a channel", "[process]") {
  channel_ends wire;
  const std::string large(3'000'000, 'x');
  std::thread writing([&] {
    for (int i = 0; i < 3; ++i) {
      wire.out.write_number(i);
      wire.out.write_text(large);
      wire.out.end();
    }
  });
  for (int i = 0; i < 3; ++i) {
    wire.in.begin();
    CHECK(wire.in.read_number<int>() == i);
    const bool same = wire.in.read_text() == large;
    CHECK(same);
    wire.in.finish();
  }
  writing.join();
}

TEST_CASE("handles are given with their message, and none is left open", "[process]") {
  const int before = rill_test::open_descriptors();
  {
    channel_ends wire;
    const HANDLE event = new_event();
    const auto keep = std::make_shared<int>(0);
    for (int i = 0; i < 20; ++i) {
      wire.out.write_number(i);
      wire.out.attach(number_of(event), keep);
    }
    wire.out.end();
    CHECK(keep.use_count() == 1);
    ::SetEvent(event);
    ::CloseHandle(event);
    wire.in.begin();
    for (int i = 0; i < 18; ++i) {
      CHECK(wire.in.read_number<int>() == i);
      const rill::native_handle handle = wire.in.take_handle();
      CHECK(is_set(handle));
      close_handle(handle);
    }
    wire.in.finish();
    CHECK_THROWS_AS(wire.in.take_handle(), std::runtime_error);
  }
  CHECK(rill_test::open_descriptors() == before);
}

TEST_CASE("a farewell is an end for the reader, who can still answer", "[process]") {
  channel_ends wire;
  wire.out.write_number(7);
  wire.out.end();
  wire.here.finish();
  wire.in.begin();
  CHECK(wire.in.read_number<int>() == 7);
  wire.in.finish();
  CHECK_THROWS_AS(wire.in.begin(), wire_closed);
  wire_writer back(wire.there);
  wire_reader answer(wire.here);
  back.write_number(8);
  back.end();
  answer.begin();
  CHECK(answer.read_number<int>() == 8);
}

TEST_CASE("a farewell does not wait for a reader that does not read", "[process]") {
  channel_ends wire;
  wire.here.set_deadline(process_channel::clock::now() + 20ms);
  CHECK_THROWS_AS(wire.out.write_text(std::string(1'000'000, 'x')), wire_late);
  wire.here.finish();  // returns
}

// An event stands for the process: it is set when that has ended.
TEST_CASE("a wait for a channel ends with its time, and with the process", "[process]") {
  channel_ends wire;
  const HANDLE ended = new_event();
  wire.there.watch(number_of(ended));
  wire.there.set_deadline(process_channel::clock::now() + 5ms);
  CHECK_THROWS_AS(wire.in.begin(), wire_late);
  wire.there.set_deadline(process_channel::clock::time_point::max());
  wire.out.write_number(5);
  wire.out.end();
  ::SetEvent(ended);  // the process is dead, what it sent is still read
  wire.in.begin();
  CHECK(wire.in.read_number<int>() == 5);
  wire.in.finish();
  CHECK_THROWS_AS(wire.in.begin(), wire_closed);
  ::CloseHandle(ended);
}
