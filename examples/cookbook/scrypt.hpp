// SPDX-License-Identifier: BSL-1.0
//
// scrypt (RFC 7914): a hash for passwords that costs time and memory on purpose.
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "cookbook/sha256.hpp"

namespace cookbook {

struct scrypt_cost {
  std::size_t rounds = 2048;    ///< n, a power of two
  std::size_t block_size = 8;   ///< r
  std::size_t parallelism = 1;  ///< p
};

namespace scrypt_parts {

using bytes = std::vector<std::uint8_t>;
using words = std::vector<std::uint32_t>;
constexpr std::size_t block_words = 16;

inline byte_view bytes_of(std::string_view text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

/// PBKDF2 with one iteration.
inline bytes stretched(byte_view password, byte_view salt, std::size_t size) {
  bytes made;
  for (std::uint32_t number = 1; made.size() < size; ++number) {
    hmac_sha256 hash(password);
    hash.add(salt);
    const std::array<std::uint8_t, 4> counter{
        static_cast<std::uint8_t>(number >> 24), static_cast<std::uint8_t>(number >> 16),
        static_cast<std::uint8_t>(number >> 8), static_cast<std::uint8_t>(number)};
    hash.add(counter);
    const sha256::digest part = hash.finish();
    made.insert(made.end(), part.begin(), part.end());
  }
  made.resize(size);
  return made;
}

inline words words_of(const bytes& from) {
  words made(from.size() / 4);
  for (std::size_t i = 0; i < from.size(); ++i) {
    made[i / 4] |= static_cast<std::uint32_t>(from[i]) << (8 * (i % 4));
  }
  return made;
}
inline bytes bytes_of(const words& from) {
  bytes made(from.size() * 4);
  for (std::size_t i = 0; i < made.size(); ++i) {
    made[i] = static_cast<std::uint8_t>(from[i / 4] >> (8 * (i % 4)));
  }
  return made;
}

inline void turn_quarter(std::uint32_t* x, int a, int b, int c, int d) {
  x[b] ^= std::rotl(x[a] + x[d], 7);
  x[c] ^= std::rotl(x[b] + x[a], 9);
  x[d] ^= std::rotl(x[c] + x[b], 13);
  x[a] ^= std::rotl(x[d] + x[c], 18);
}

/// Salsa20/8 of a block, in place.
inline void salsa(std::uint32_t* block) {
  std::array<std::uint32_t, block_words> x;
  std::copy_n(block, block_words, x.begin());
  for (int round = 0; round < 4; ++round) {
    turn_quarter(x.data(), 0, 4, 8, 12);
    turn_quarter(x.data(), 5, 9, 13, 1);
    turn_quarter(x.data(), 10, 14, 2, 6);
    turn_quarter(x.data(), 15, 3, 7, 11);
    turn_quarter(x.data(), 0, 1, 2, 3);
    turn_quarter(x.data(), 5, 6, 7, 4);
    turn_quarter(x.data(), 10, 11, 8, 9);
    turn_quarter(x.data(), 15, 12, 13, 14);
  }
  for (std::size_t i = 0; i < block_words; ++i) block[i] += x[i];
}

/// Each block is mixed with the one before; those at even places come first then.
inline void mix_blocks(words& of, words& room) {
  const std::size_t count = of.size() / block_words;
  std::array<std::uint32_t, block_words> x;
  std::copy_n(&of[(count - 1) * block_words], block_words, x.begin());
  for (std::size_t i = 0; i < count; ++i) {
    for (std::size_t k = 0; k < block_words; ++k) x[k] ^= of[i * block_words + k];
    salsa(x.data());
    const std::size_t place = i / 2 + (i % 2 == 0 ? 0 : count / 2);
    std::copy_n(x.begin(), block_words, &room[place * block_words]);
  }
  std::swap(of, room);
}

/// Fills a table, and then looks into it at places that nobody knows before.
inline void mix_with_table(words& x, std::size_t rounds) {
  words room(x.size());
  words table;
  table.reserve(rounds * x.size());
  for (std::size_t i = 0; i < rounds; ++i) {
    table.insert(table.end(), x.begin(), x.end());
    mix_blocks(x, room);
  }
  for (std::size_t i = 0; i < rounds; ++i) {
    const std::size_t place = x[x.size() - block_words] & (rounds - 1);
    for (std::size_t k = 0; k < x.size(); ++k) x[k] ^= table[place * x.size() + k];
    mix_blocks(x, room);
  }
}

}  // namespace scrypt_parts

/// The hash, in hexadecimal digits. Takes 128 * rounds * block_size bytes of memory meanwhile.
inline std::string scrypt(std::string_view password, std::string_view salt,
                          const scrypt_cost& cost = {}, std::size_t size = 64) {
  namespace parts = scrypt_parts;
  const byte_view key = parts::bytes_of(password);
  const std::size_t part_size = 128 * cost.block_size;
  const parts::bytes mixed =
      parts::stretched(key, parts::bytes_of(salt), cost.parallelism * part_size);
  parts::bytes all;
  for (std::size_t i = 0; i < cost.parallelism; ++i) {
    const auto begin = mixed.begin() + static_cast<std::ptrdiff_t>(i * part_size);
    parts::words part =
        parts::words_of(parts::bytes(begin, begin + static_cast<std::ptrdiff_t>(part_size)));
    parts::mix_with_table(part, cost.rounds);
    const parts::bytes made = parts::bytes_of(part);
    all.insert(all.end(), made.begin(), made.end());
  }
  std::string text;
  for (const std::uint8_t each : parts::stretched(key, all, size)) {
    constexpr std::string_view digits = "0123456789abcdef";
    text += digits[each >> 4];
    text += digits[each & 15];
  }
  return text;
}

}  // namespace cookbook
