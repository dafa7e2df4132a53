// SPDX-License-Identifier: BSL-1.0
#include "rill/loop/reactor.hpp"

#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "rill/loop/event_loop.hpp"
#include "support/catch.hpp"
#include "support/environment.hpp"

namespace {

// The message of make_reactor()'s refusal, or nothing.
std::string refusal_of(const char* name) {
  try {
    static_cast<void>(rill::make_reactor(name));
  } catch (const std::invalid_argument& error) {
    return error.what();
  }
  return {};
}

}  // namespace

TEST_CASE("the list of reactors tells what works here, or why not", "[reactor]") {
  const std::vector<rill::reactor_info> list = rill::available_reactors();
  REQUIRE(!list.empty());
  bool any = false;
  for (const rill::reactor_info& info : list) {
    CHECK(!info.name.empty());
    CHECK(info.available == info.reason.empty());
    any = any || info.available;
  }
  CHECK(any);
}

TEST_CASE("a reactor is chosen by name", "[reactor]") {
  for (const rill::reactor_info& info : rill::available_reactors()) {
    if (!info.available) continue;
    const std::unique_ptr<rill::reactor> made = rill::make_reactor(info.name);
    CHECK(made->name() == info.name);
    CHECK(made->pending() == 0);
  }
}

TEST_CASE("an unknown name is refused with the list of names", "[reactor]") {
  const std::string text = refusal_of("kqueueue");
  INFO(text);
  CHECK(text.find("there is no reactor 'kqueueue'") != std::string::npos);
  for (const rill::reactor_info& info : rill::available_reactors()) {
    CHECK(text.find(info.name) != std::string::npos);
  }
  rill::loop_options options;
  options.backend = "nonsense";
  CHECK_THROWS_AS(rill::event_loop(std::move(options)), std::invalid_argument);
}

TEST_CASE("the environment chooses when the program does not", "[reactor]") {
  for (const rill::reactor_info& info : rill::available_reactors()) {
    if (!info.available) continue;
    INFO(info.name);
    const std::string wanted(info.name);
    const rill_test::environment_value chosen("RILL_BACKEND", wanted.c_str());
    CHECK(rill::make_reactor()->name() == wanted);
    const rill::event_loop loop;
    CHECK(loop.backend() == wanted);
  }
  for (const char* const nothing : {"", "auto"}) {
    const rill_test::environment_value open("RILL_BACKEND", nothing);
    CHECK_FALSE(rill::make_reactor()->name().empty());
  }
}

TEST_CASE("an environment that names no reactor is an error, unless the program names one",
          "[reactor]") {
  const rill_test::environment_value unknown("RILL_BACKEND", "kqueueueue");
  const std::string text = refusal_of("");
  CHECK(text.find("kqueueueue") != std::string::npos);
  CHECK(text.find("RILL_BACKEND") != std::string::npos);
  CHECK_THROWS_AS(rill::event_loop(), std::invalid_argument);
  for (const rill::reactor_info& info : rill::available_reactors()) {
    if (info.available) CHECK(rill::make_reactor(info.name)->name() == info.name);
  }
}
