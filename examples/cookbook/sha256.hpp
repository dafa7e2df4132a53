// SPDX-License-Identifier: BSL-1.0
//
// SHA-256 (FIPS 180-4) and HMAC (RFC 2104) over it: work for processors. Nothing here is hardened
// against those who measure it; programs that keep secrets take a library.
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <span>

namespace cookbook {

using byte_view = std::span<const std::uint8_t>;

/// The hash of what was added so far.
class sha256 {
 public:
  using digest = std::array<std::uint8_t, 32>;
  static constexpr std::size_t block_size = 64;

  void add(byte_view data) {
    length_ += data.size();
    while (!data.empty()) {
      const std::size_t part = std::min(data.size(), block_size - used_);
      std::copy_n(data.begin(), part, block_.begin() + static_cast<std::ptrdiff_t>(used_));
      used_ += part;
      data = data.subspan(part);
      if (used_ == block_size) take_block();
    }
  }

  /// Once, at the end.
  digest finish() {
    const std::uint64_t bits = length_ * 8;
    constexpr std::uint8_t mark = 0x80;
    add(byte_view(&mark, 1));
    while (used_ != block_size - 8) add(zero());
    std::array<std::uint8_t, 8> length{};
    for (unsigned i = 0; i < 8; ++i) length[i] = static_cast<std::uint8_t>(bits >> (56 - 8 * i));
    add(length);
    digest made{};
    for (std::size_t i = 0; i < made.size(); ++i) {
      made[i] = static_cast<std::uint8_t>(state_[i / 4] >> (24 - 8 * (i % 4)));
    }
    return made;
  }

  static digest of(byte_view data) {
    sha256 hash;
    hash.add(data);
    return hash.finish();
  }

 private:
  static byte_view zero() {
    static constexpr std::uint8_t none = 0;
    return byte_view(&none, 1);
  }

  void take_block() {
    std::array<std::uint32_t, 64> words{};
    for (std::size_t i = 0; i < block_size; ++i) {
      words[i / 4] = words[i / 4] << 8 | block_[i];
    }
    for (std::size_t i = 16; i < 64; ++i) {
      const std::uint32_t a = words[i - 15];
      const std::uint32_t b = words[i - 2];
      words[i] = words[i - 16] + words[i - 7] + (std::rotr(a, 7) ^ std::rotr(a, 18) ^ a >> 3) +
                 (std::rotr(b, 17) ^ std::rotr(b, 19) ^ b >> 10);
    }
    std::array<std::uint32_t, 8> now = state_;
    for (std::size_t i = 0; i < 64; ++i) mix(now, words[i] + constants[i]);
    for (std::size_t i = 0; i < 8; ++i) state_[i] += now[i];
    used_ = 0;
  }

  static void mix(std::array<std::uint32_t, 8>& s, std::uint32_t word) {
    const std::uint32_t chosen = (s[4] & s[5]) ^ (~s[4] & s[6]);
    const std::uint32_t most = (s[0] & s[1]) ^ (s[0] & s[2]) ^ (s[1] & s[2]);
    const std::uint32_t one =
        s[7] + (std::rotr(s[4], 6) ^ std::rotr(s[4], 11) ^ std::rotr(s[4], 25)) + chosen + word;
    const std::uint32_t two =
        (std::rotr(s[0], 2) ^ std::rotr(s[0], 13) ^ std::rotr(s[0], 22)) + most;
    s = {one + two, s[0], s[1], s[2], s[3] + one, s[4], s[5], s[6]};
  }

  static constexpr std::array<std::uint32_t, 64> constants{
      0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4,
      0xab1c5ed5, 0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe,
      0x9bdc06a7, 0xc19bf174, 0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f,
      0x4a7484aa, 0x5cb0a9dc, 0x76f988da, 0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7,
      0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967, 0x27b70a85, 0x2e1b2138, 0x4d2c6dfc,
      0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85, 0xa2bfe8a1, 0xa81a664b,
      0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070, 0x19a4c116,
      0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
      0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7,
      0xc67178f2};
  std::array<std::uint32_t, 8> state_{0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
                                      0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};
  std::array<std::uint8_t, block_size> block_{};
  std::size_t used_ = 0;
  std::uint64_t length_ = 0;
};

/// HMAC-SHA-256 with a key.
class hmac_sha256 {
 public:
  explicit hmac_sha256(byte_view key) {
    std::array<std::uint8_t, sha256::block_size> padded{};
    if (key.size() > padded.size()) {
      std::ranges::copy(sha256::of(key), padded.begin());
    } else {
      std::ranges::copy(key, padded.begin());
    }
    for (std::uint8_t& each : padded) each ^= 0x36;
    inner_.add(padded);
    for (std::uint8_t& each : padded) each ^= 0x36 ^ 0x5c;
    outer_.add(padded);
  }

  void add(byte_view data) { inner_.add(data); }
  /// Once, at the end.
  sha256::digest finish() {
    outer_.add(inner_.finish());
    return outer_.finish();
  }

 private:
  sha256 inner_;
  sha256 outer_;
};

}  // namespace cookbook
