// SPDX-License-Identifier: BSL-1.0
//
// Look-ups of Windows end with codes of the system's. gai_strerror() there writes their text into
// memory that all threads share, in a code page.
#include <sys/socket.h>

#include <system_error>

#include "net/name_lookup.hpp"

namespace rill::detail {

namespace {

struct text {
  int code;
  const char* words;
};

constexpr text texts[] = {
    {EAI_AGAIN, "no answer for now"},
    {EAI_BADFLAGS, "invalid flags"},
    {EAI_FAIL, "the look-up has failed for good"},
    {EAI_FAMILY, "address family not supported"},
    {EAI_MEMORY, "out of memory"},
    {EAI_NONAME, "name not known"},
    {EAI_SERVICE, "service not known"},
    {EAI_SOCKTYPE, "type of socket not supported"},
    {WSANO_DATA, "no address with that name"},
};

}  // namespace

std::string text_of_lookup_error(int code) {
  for (const text& each : texts) {
    if (each.code == code) return each.words;
  }
  return std::system_category().message(code);
}

}  // namespace rill::detail
