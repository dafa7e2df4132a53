// SPDX-License-Identifier: BSL-1.0
// The reactors of this build, for usage texts.
#pragma once

#include <string>
#include <string_view>

#include "rill/loop/reactor.hpp"

namespace examples {

/// The text with the names of the reactors in the place of the word BACKENDS.
inline std::string with_backends(std::string_view usage) {
  std::string names;
  for (const rill::reactor_info& info : rill::available_reactors()) {
    if (!names.empty()) names += ", ";
    names += info.name;
  }
  constexpr std::string_view place = "BACKENDS";
  std::string text(usage);
  return text.replace(text.find(place), place.size(), names);
}

}  // namespace examples
