// SPDX-License-Identifier: BSL-1.0
//
// The version of the headers, and of the compiled library that a program is linked with. The
// build reads the three numbers from here; nothing else states them.
#pragma once

namespace rill {

inline constexpr int version_major = 0;
inline constexpr int version_minor = 1;
inline constexpr int version_patch = 0;

/// Returns the version of the compiled library as "major.minor.patch". With a shared library it
/// may differ from the three constants, which are those of the headers. Never throws; the text
/// lives as long as the program.
[[nodiscard]] const char* library_version() noexcept;

}  // namespace rill
