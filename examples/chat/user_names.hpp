// SPDX-License-Identifier: BSL-1.0
// What users may be called, and which names are one: nobody shall pass for another, or for the
// server.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace chat {

inline constexpr std::size_t longest_name = 64;  // bytes

/// What is wrong with a name; empty if nothing is.
std::string problem_of_name(std::string_view name);

/// Equal for names that only differ in case or full width, in Latin, Greek and Cyrillic letters.
/// Letters that look alike without being so (Latin a, Cyrillic a) are told apart, and so are CJK
/// compatibility characters: that takes a Unicode library. Requires: a name without a problem.
std::string key_of_name(std::string_view name);

}  // namespace chat
