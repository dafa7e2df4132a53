// SPDX-License-Identifier: BSL-1.0
// The list of reactors, and the choice among them.
#include <cstdlib>
#include <exception>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "reactor/factories.hpp"
#include "rill/base/error.hpp"
#include "rill/loop/reactor.hpp"

namespace rill {

namespace {

std::unique_ptr<reactor> make_best() {
  for (const detail::reactor_factory& factory : detail::compiled_in()) {
    try {
      return factory.make_unasked();
    } catch (const std::exception&) {
      // available_reactors() says why.
    }
  }
  return detail::compiled_in().front().make();  // it is the only one, or throws the reason
}

}  // namespace

RILL_COLD std::vector<reactor_info> available_reactors() {
  std::vector<reactor_info> list;
  for (const detail::reactor_factory& factory : detail::compiled_in()) {
    reactor_info info{factory.name, true, {}};
    try {
      static_cast<void>(factory.make());
    } catch (const std::exception& error) {
      info.available = false;
      info.reason = error.what();
    }
    list.push_back(std::move(info));
  }
  return list;
}

RILL_COLD std::unique_ptr<reactor> make_reactor(std::string_view name) {
  const bool automatic = name.empty() || name == "auto";
  if (automatic) {
    const char* const wanted = std::getenv("RILL_BACKEND");
    if (wanted == nullptr || *wanted == '\0' || std::string_view(wanted) == "auto") {
      return make_best();
    }
    name = wanted;
  }
  for (const detail::reactor_factory& factory : detail::compiled_in()) {
    if (name == factory.name) return factory.make();
  }
  std::string text = "rill: there is no reactor '";
  text.append(name).append("'");
  if (automatic) text.append(" (environment variable RILL_BACKEND)");
  text.append("; compiled in are:");
  for (const detail::reactor_factory& factory : detail::compiled_in()) {
    text.append(" ").append(factory.name);
  }
  detail::throw_invalid_argument(text);
}

}  // namespace rill
