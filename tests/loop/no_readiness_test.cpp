// SPDX-License-Identifier: BSL-1.0
//
// add_reader() and add_writer() where the reactor tells no readiness.
#include <memory>
#include <string>
#include <utility>

#include "rill/core/errors.hpp"
#include "rill/loop/event_loop.hpp"
#include "rill/testing/idle_reactor.hpp"
#include "support/catch.hpp"

using rill::event_loop;

TEST_CASE("a reactor without readiness says what to use instead", "[readiness]") {
  rill::loop_options options;
  options.custom_reactor = std::make_unique<rill::testing::idle_reactor>();
  event_loop loop(std::move(options));
  std::string text;
  try {
    loop.add_reader(0, [] {});
  } catch (const rill::usage_error& error) {
    text = error.what();
  }
  CHECK(text.find("use sockets and streams instead") != std::string::npos);
}
