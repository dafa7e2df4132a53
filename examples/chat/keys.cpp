// SPDX-License-Identifier: BSL-1.0
#include "chat/keys.hpp"

#include <cstddef>
#include <utility>

#include "chat/utf8.hpp"

namespace chat {

namespace {

constexpr char escape = '\x1b';
constexpr std::size_t longest_sequence = 32;

bool is_control_byte(char byte) { return static_cast<unsigned char>(byte) < 0x20 || byte == 0x7F; }
bool begins_character(char byte) { return static_cast<unsigned char>(byte) >= 0x80; }

}  // namespace

std::vector<key_press> key_decoder::feed(std::string_view bytes) {
  std::vector<key_press> keys;
  for (const char byte : bytes) take(byte, keys);
  return keys;
}

void key_decoder::take(char byte, std::vector<key_press>& keys) {
  switch (state_) {
    case state::character:
      pending_ += byte;
      return take_character(keys);
    case state::escape:
      return take_escaped(byte, keys);
    case state::csi:
      return take_csi(byte, keys);
    case state::ss3:
      state_ = state::ground;
      pending_.clear();
      return sequence(byte, keys);
    case state::ground:
      return take_plain(byte, keys);
  }
}

void key_decoder::take_plain(char byte, std::vector<key_press>& keys) {
  state_ = state::ground;
  if (byte == escape) {
    state_ = state::escape;
  } else if (is_control_byte(byte)) {
    control(byte, keys);
  } else if (begins_character(byte)) {
    pending_ = byte;
    take_character(keys);
  } else {
    put(std::string(1, byte), keys);
  }
}

void key_decoder::take_character(std::vector<key_press>& keys) {
  const decoded first = decode(pending_);
  if (first.is == decoded::status::incomplete) {
    state_ = state::character;
    return;
  }
  state_ = state::ground;
  // C1 control characters are controls, however they are written.
  if (!is_control(first.character)) put(encode(first.character), keys);
  const std::string rest = std::exchange(pending_, {}).substr(first.bytes);
  for (const char byte : rest) take(byte, keys);
}

void key_decoder::take_escaped(char byte, std::vector<key_press>& keys) {
  pending_.clear();
  state_ = state::ground;
  if (byte == escape) {
    state_ = state::escape;
  } else if (byte == '[') {
    state_ = state::csi;
  } else if (byte == 'O') {
    state_ = state::ss3;
  } else if (byte == 'b') {
    press(key::word_left, keys);
  } else if (byte == 'f') {
    press(key::word_right, keys);
  } else if (byte == 'd') {
    press(key::remove_word, keys);
  } else if (byte == '\x7f' || byte == '\b') {
    press(key::erase_word, keys);
  } else if (is_control_byte(byte) || begins_character(byte)) {
    take_plain(byte, keys);
  }
}

void key_decoder::take_csi(char byte, std::vector<key_press>& keys) {
  if (is_control_byte(byte) || begins_character(byte)) {
    pending_.clear();
    return take_plain(byte, keys);
  }
  if (byte >= 0x40) {
    state_ = state::ground;
    return sequence(byte, keys);
  }
  if (pending_.size() < longest_sequence) pending_ += byte;
}

void key_decoder::control(char byte, std::vector<key_press>& keys) {
  if (pasting_) {
    const bool second = byte == '\n' && after_return_;
    after_return_ = byte == '\r';
    if ((byte == '\n' && !second) || byte == '\r' || byte == '\t') {
      const bool returned = after_return_;
      put(" ", keys);
      after_return_ = returned;
    }
    return;
  }
  switch (byte) {
    case '\r':
    case '\n':
      return press(key::enter, keys);
    case '\x04':
      return press(key::end_of_input, keys);
    case '\b':
    case '\x7f':
      return press(key::erase, keys);
    case '\x01':
      return press(key::home, keys);
    case '\x02':
      return press(key::left, keys);
    case '\x05':
      return press(key::end, keys);
    case '\x06':
      return press(key::right, keys);
    case '\x03':
      return press(key::interrupt, keys);
    case '\x1a':
      return press(key::suspend, keys);
    case '\x1c':
      return press(key::quit, keys);
    case '\x0b':
      return press(key::kill_behind, keys);
    case '\x0c':
      return press(key::redraw, keys);
    case '\x0e':
      return press(key::down, keys);
    case '\x10':
      return press(key::up, keys);
    case '\x15':
      return press(key::kill_before, keys);
    case '\x17':
      return press(key::erase_word, keys);
    case '\x19':
      return press(key::yank, keys);
    case '\t':
      return put(" ", keys);
    default:
      return;
  }
}

/// The end of a sequence whose parameters are pending.
void key_decoder::sequence(char last, std::vector<key_press>& keys) {
  const std::string parameters = std::exchange(pending_, {});
  if (last == '~' && parameters == "200") {
    press(key::paste_begin, keys);
    pasting_ = true;
  } else if (last == '~' && parameters == "201") {
    pasting_ = after_return_ = false;
    press(key::paste_end, keys);
  }
  const bool with_modifier = parameters.find(';') != std::string::npos;
  const std::string number = parameters.substr(0, parameters.find(';'));
  switch (last) {
    case 'A':
      return press(key::up, keys);
    case 'B':
      return press(key::down, keys);
    case 'C':
      return press(with_modifier ? key::word_right : key::right, keys);
    case 'D':
      return press(with_modifier ? key::word_left : key::left, keys);
    case 'F':
      return press(key::end, keys);
    case 'H':
      return press(key::home, keys);
    case '~':
      if (number == "1" || number == "7") return press(key::home, keys);
      if (number == "4" || number == "8") return press(key::end, keys);
      if (number == "3") return press(with_modifier ? key::remove_word : key::remove, keys);
      return;
    default:
      return;
  }
}

void key_decoder::put(std::string_view character, std::vector<key_press>& keys) {
  after_return_ = false;
  if (keys.empty() || keys.back().pressed != key::character) keys.push_back({key::character, {}});
  keys.back().text += character;
}

void key_decoder::press(key which, std::vector<key_press>& keys) {
  if (!pasting_) keys.push_back({which, {}});
}

}  // namespace chat
