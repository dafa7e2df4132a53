// SPDX-License-Identifier: BSL-1.0
#include "streams/input_buffer.hpp"

#include <cstddef>
#include <cstring>
#include <random>
#include <string>

#include "support/catch.hpp"

using rill::detail::input_buffer;

TEST_CASE("bytes come out in the order they went in", "[input_buffer]") {
  input_buffer buffer;
  CHECK(buffer.empty());
  buffer.append("hello ");
  buffer.append("world");
  CHECK(buffer.size() == 11);
  CHECK(buffer.take(6) == "hello ");
  CHECK(buffer.view() == "world");
  buffer.skip(1);
  CHECK(buffer.take_all() == "orld");
  CHECK(buffer.empty());
  CHECK(buffer.take_all().empty());
}

TEST_CASE("room can be filled in part", "[input_buffer]") {
  input_buffer buffer;
  const std::span<std::byte> room = buffer.receive_room();
  REQUIRE(room.size() >= 100);
  std::memcpy(room.data(), "abc", 3);
  buffer.received(3);
  CHECK(buffer.view() == "abc");
}

TEST_CASE("room grows with what comes, and shrinks again", "[input_buffer]") {
  input_buffer buffer;
  const std::size_t at_first = buffer.receive_room().size();
  CHECK(at_first <= 1024);
  std::size_t largest = 0;
  for (int i = 0; i < 10; ++i) {
    const std::size_t room = buffer.receive_room().size();
    buffer.received(room);
    buffer.skip(room);
    largest = room;
  }
  CHECK(largest >= 64 * 1024);
  std::size_t last = largest;
  for (int i = 0; i < 20; ++i) {
    last = buffer.receive_room().size();
    buffer.received(1);
    buffer.skip(1);
  }
  CHECK(last <= 4096);
}

TEST_CASE("a buffer grows, wraps and shrinks without losing a byte", "[input_buffer]") {
  input_buffer buffer;
  std::mt19937 random(7);
  std::string model;
  char next = 0;
  for (int round = 0; round < 5000; ++round) {
    std::string piece(random() % 9000, '\0');
    for (char& letter : piece) letter = next++;
    buffer.append(piece);
    model += piece;
    const std::size_t gone = random() % (model.size() + 1);
    REQUIRE(buffer.take(gone) == model.substr(0, gone));
    model.erase(0, gone);
    REQUIRE(buffer.view() == model);
  }
}
