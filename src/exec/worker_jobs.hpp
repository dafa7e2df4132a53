// SPDX-License-Identifier: BSL-1.0
// What a worker process does.
#pragma once

#include <cstdint>

namespace rill::detail {

class process_channel;

/// The first message of a worker: this, then its process id.
inline constexpr std::uint32_t worker_greeting = 0x72696c6c;

/// How an answer begins.
enum class answer_kind : std::uint8_t { value, exception };

/// Does jobs until the other side closes; gives the process' exit code.
int serve_jobs(process_channel& channel);

}  // namespace rill::detail
