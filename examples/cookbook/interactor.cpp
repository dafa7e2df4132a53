// SPDX-License-Identifier: BSL-1.0
// A handler kept alive in a generator, which a scope opens, primes and closes.
// Listing R6.1.
#include <chrono>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>

#include "cookbook/cookbook.hpp"

using namespace std::chrono_literals;
using cookbook::say;

namespace {

using handler = rill::coro<> (*)(std::string);

// Hands what is sent to the handler, for ever. Locals survive from one yield to the next.
rill::async_generator<int, std::string> handling(handler handle) {
  int handled = 0;
  while (true) {
    const std::optional<std::string> word = co_yield handled;
    if (!word) continue;
    co_await handle(*word);
    ++handled;
  }
}

/// What the body of the scope is given.
class interactor {
 public:
  explicit interactor(handler handle) : generator_(handling(handle)) {}

  // For with(): the generator comes to its first co_yield, and is closed behind the body.
  rill::coro<> open() { co_await generator_.next(); }
  rill::coro<> close() {
    co_await generator_.aclose();
    say("closed");
  }

  rill::coro<> interact(std::string word) {
    const auto handled = co_await generator_.send(std::move(word));
    if (!handled) say("The async generator is already exhausted!");
  }

 private:
  rill::async_generator<int, std::string> generator_;
};

rill::coro<> print(std::string word) {
  co_await rill::sleep(1s);
  say(word);
}

rill::coro<> refuse_the_third(std::string word) {
  if (word == "three") throw std::runtime_error("cannot count to three");
  return print(std::move(word));
}

rill::coro<> count(interactor& with) {
  for (const char* const word : {"one", "two", "three", "four", "five"}) {
    try {
      co_await with.interact(word);
    } catch (const std::runtime_error& error) {  // comes out once; the generator is over then
      say(error.what());
    }
  }
}

rill::coro<> recipe() {
  co_await rill::with(interactor(&print), count);
  co_await rill::with(interactor(&refuse_the_third), count);
}

}  // namespace

int main(int count, char** arguments) { return cookbook::run(count, arguments, recipe()); }
