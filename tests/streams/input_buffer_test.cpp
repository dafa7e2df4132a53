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
  const std::span<std::byte> room = buffer.prepare(100);
  REQUIRE(room.size() >= 100);
  std::memcpy(room.data(), "abc", 3);
  buffer.commit(3);
  CHECK(buffer.view() == "abc");
  CHECK(buffer.prepare(100).data() == room.data() + 3);
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
