// SPDX-License-Identifier: BSL-1.0
#include <netdb.h>

#include "net/name_lookup.hpp"

namespace rill::detail {

std::string text_of_lookup_error(int code) { return ::gai_strerror(code); }

}  // namespace rill::detail
