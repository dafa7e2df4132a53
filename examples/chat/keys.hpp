// SPDX-License-Identifier: BSL-1.0
// key_decoder: from the bytes that a terminal sends to keys. Sequences and characters may come in
// any pieces.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace chat {

enum class key {
  character,  // or more of them that came together
  enter,
  end_of_input,  // Ctrl-D
  erase,         // the character before the cursor
  remove,        // the one at the cursor
  left,
  right,
  word_left,
  word_right,
  home,
  end,
  up,
  down,
  erase_word,
  remove_word,
  kill_before,  // Ctrl-U
  kill_behind,  // Ctrl-K
  yank,         // Ctrl-Y
  redraw,       // Ctrl-L
  interrupt,    // Ctrl-C
  suspend,      // Ctrl-Z
  quit,         // Ctrl-backslash
  paste_begin,  // what comes up to
  paste_end,    // this one is characters alone
};

struct key_press {
  key pressed = key::character;
  std::string text;  ///< of a character: UTF-8
};

class key_decoder {
 public:
  /// The keys that these bytes complete. Unknown sequences and control characters are no keys; what
  /// is not UTF-8 is a replacement character. In a bracketed paste line ends and tabs are spaces,
  /// and control characters are nothing.
  std::vector<key_press> feed(std::string_view bytes);

 private:
  enum class state { ground, character, escape, csi, ss3 };

  void take(char byte, std::vector<key_press>& keys);
  void take_plain(char byte, std::vector<key_press>& keys);
  void take_character(std::vector<key_press>& keys);
  void take_escaped(char byte, std::vector<key_press>& keys);
  void take_csi(char byte, std::vector<key_press>& keys);
  void control(char byte, std::vector<key_press>& keys);
  void sequence(char last, std::vector<key_press>& keys);
  void put(std::string_view character, std::vector<key_press>& keys);
  void press(key which, std::vector<key_press>& keys);

  state state_ = state::ground;
  std::string pending_;  // of a character or a sequence that is not complete
  bool pasting_ = false;
  bool after_return_ = false;  // a line end of a paste that may have a second byte
};

}  // namespace chat
