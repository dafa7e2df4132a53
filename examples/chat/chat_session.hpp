// SPDX-License-Identifier: BSL-1.0
// chat_session: a client's stay in a chat, from the greeting to its end.
#pragma once

#include <cstdint>
#include <string>

#include "chat/front_end.hpp"
#include "rill/core/coro.hpp"

namespace chat {

struct session_settings {
  std::string host;
  std::uint16_t port = 0;
  std::string name;  ///< empty: the user is asked, a person until it is a right one, and free
};

/// How a session has ended.
enum class session_end {
  input_ended,
  server_closed,
  refused,       ///< by the server, which has said why; a person who was asked again has left
  output_ended,  ///< nobody reads what would be shown
};

struct session_outcome {
  session_end how = session_end::input_ended;
  std::string reason;  ///< of a refusal
};

/// Throws std::system_error when no server can be reached, std::runtime_error when the first line
/// of a pipe is no name.
rill::coro<session_outcome> run_session(front_end& user, session_settings set);

}  // namespace chat
