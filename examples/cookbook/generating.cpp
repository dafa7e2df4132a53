// SPDX-License-Identifier: BSL-1.0
// Async generators: values one by one, with waits in between, sent to and taken from.
// Listings F 5.13, F 5.14, F 5.17, R4.1, R4.3, N21, N46.
#include <chrono>
#include <cmath>
#include <string>
#include <utility>
#include <vector>

#include "cookbook/cookbook.hpp"

using namespace std::chrono_literals;
using cookbook::say;

namespace {

// Both ends are included.
rill::async_generator<int> delayed_integers(int from, int to) {
  for (int i = from; i <= to; ++i) {
    co_await rill::sleep(std::chrono::seconds(i));
    co_yield i;
  }
}

rill::coro<> one_by_one() {
  rill::async_generator<int> integers = delayed_integers(1, 2);
  while (auto number = co_await integers.next()) say("got " + std::to_string(*number));
  say("the end, once");
  const auto behind = co_await integers.next();
  say(behind ? "?" : "and at every step behind it");
}

// Gives back each number that is sent, rounded; ends at a negative one.
rill::async_generator<long, double> rounding() {
  long answer = 0;
  while (true) {
    const std::optional<double> sent = co_yield answer;
    if (!sent || *sent < 0) co_return;
    co_await rill::sleep(1s);
    answer = std::lround(*sent);
  }
}

rill::coro<> two_way() {
  rill::async_generator<long, double> answers = rounding();
  co_await answers.next();  // to the first co_yield, where values can be taken in
  for (const double number : {2.3, 4.7, -1.0}) {
    const auto answer = co_await answers.send(number);
    say(answer ? "rounded to " + std::to_string(*answer) : std::string("it has ended"));
  }
}

// For ever. The numbers are not random, so that this prints the same each time.
rill::async_generator<unsigned> numbers(std::string name) {
  unsigned state = 12345;
  bool closing = false;
  while (!closing) {
    state = state * 1103515245U + 12345U;
    try {
      co_yield state / 65536U % 100U;
    } catch (const rill::generator_exit&) {
      closing = true;
    }
  }
  co_await rill::sleep(1s);  // say good-bye to wherever they come from
  say(name + " are closed");
}

rill::coro<> take_five() {
  auto few = numbers("the five") | rill::views::enumerate(1) | rill::views::take(5);
  while (auto item = co_await few.next()) {
    say("number " + std::to_string(item->first) + ": " + std::to_string(item->second));
  }
}

// What other languages write as a comprehension. The pages are on their way before the first is
// taken, and come in the order in which they were asked for.
rill::async_generator<std::string> pages(std::vector<rill::task<std::string>> fetching) {
  for (const rill::task<std::string>& each : fetching) co_yield co_await each;
}

rill::coro<> comprehension() {
  std::vector<rill::task<std::string>> fetching;
  fetching.push_back(rill::create_task(cookbook::fetch("three seconds", 3s)));
  fetching.push_back(rill::create_task(cookbook::fetch("one second", 1s)));
  fetching.push_back(rill::create_task(cookbook::fetch("two seconds", 2s)));
  const auto length = [](const std::string& page) { return page.size(); };
  auto lengths = rill::views::map(pages(std::move(fetching)), length);
  const std::vector<std::size_t> all = co_await rill::collect(std::move(lengths));
  std::string text;
  for (const std::size_t each : all) text += " " + std::to_string(each);
  say("lengths:" + text);
}

rill::coro<> together() {
  auto all = rill::merge(delayed_integers(1, 3), delayed_integers(2, 3));
  while (auto number = co_await all.next()) say("whichever comes: " + std::to_string(*number));
}

rill::coro<> recipe() {
  co_await one_by_one();
  co_await two_way();
  co_await take_five();
  co_await comprehension();
  co_await together();
}

}  // namespace

int main(int count, char** arguments) { return cookbook::run(count, arguments, recipe()); }
