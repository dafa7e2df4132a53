// SPDX-License-Identifier: BSL-1.0
// Awaiting expressions with temporaries that GCC 12 compiles rightly. `strict: RULE` marks what the
// house rule refuses all the same.
#include "../shapes_corpus.hpp"

using namespace std::chrono_literals;

job<> lambdas(std::string path, parcel box, int count) {
  co_await keep([&path] { return path.size(); });
  co_await keep([&] { return box.weight(); });
  co_await keep([&same = box] { return same.weight(); });
  co_await keep([count] { return count; });
  co_await keep([at = &box] { return at->weight(); });
  co_await keep([limit = 5] { return limit; });
  co_await to_thread([](std::string where) { return where.size(); }, path);
  auto named = [path] { return path.size(); };
  co_await keep(std::move(named));
  auto started = keep([path] { return path.size(); });
  co_await std::move(started);
  co_await keep(std::bind_front([](const parcel& one) { return one.weight(); }, box));
}

struct counter {
  int value = 0;
  job<> run() {
    co_await keep([this] { return value; });
  }
};

job<> trivial_aggregates(std::string_view name) {
  co_await keep(limits{.timeout = 5ms, .tries = 2});
  co_await tune({.timeout = 5ms});
  co_await tune({.label = name, .grace = 1s});
  co_await tune({});
  co_await keep(std::array<int, 3>{1, 2, 3});
}

job<> objects_with_constructors(std::string words, parcel box) {
  co_await keep(crate{box, 2});
  co_await keep(crate(box, 2));
  co_await ring(words);
  co_await ring{words};
  co_await keep(std::optional<parcel>(box));
  co_await keep(std::pair<parcel, int>{box, 1});
  co_await pack({box, 1});
  co_await keep(std::string(20, 'a') + words);
  co_await keep(std::unique_ptr<parcel>(new parcel(1)));
  co_await keep(std::vector<int>{});
  letter one{words, 1};
  co_await keep(std::move(one));
  co_await keep(write_letter());
  letter two = letter{words, 1};
  co_await look(two);
}

job<> made_of_awaits() {
  crate one(co_await fetch(), 2);
  auto two = std::make_unique<parcel>(co_await fetch());
  std::vector<parcel> three;
  three.push_back(co_await fetch());
  // strict: order
  auto four = std::pair<parcel, parcel>(co_await fetch(1), co_await fetch(2));
  // strict: list
  // strict: order
  std::tuple<parcel, parcel> five{co_await fetch(1), co_await fetch(2)};
  auto [six, seven] = co_await both();
  for (auto& line : co_await lines()) use(static_cast<int>(line.size()));
  use((co_await fetch()).weight());
  std::string eight = (co_await text()).substr(1);
  int nine = 0;
  nine += co_await number(co_await number(co_await number()));
}

job<letter> returned(std::string words) {
  co_await turn();
  co_return letter{words, 2};
}

job<std::pair<parcel, parcel>> returned_pair() {
  // strict: list
  // strict: order
  co_return std::pair<parcel, parcel>{co_await fetch(1), co_await fetch(2)};
}

job<> scalar_conditionals(bool first, std::string a, std::string b) {
  co_await number(first ? 1 : 2);
  co_await keep(first ? std::string_view("a") : std::string_view("b"));
  co_await keep(std::string(first ? "abc" : "d"));
  // strict: ternary
  int one = first ? co_await number(1) : co_await number(2);
  // strict: ternary
  use(co_await ready() ? 1 : one);
  // strict: ternary
  co_await keep(first ? a : b);
  const std::string& chosen = first ? a : b;
  co_await keep(chosen);
}

job<> generator(std::string words) {
  co_yield 1;
  co_yield words;
  co_yield crate{parcel(1), 2};
}

template <class Message>
job<> excused() {
  // lint: trivial aggregate
  co_await keep(Message{.id = 1});
  co_await keep(Message{.id = 2});  // lint: allow(aggregate) the concept demands trivial members
}

job<> in_an_inner_lambda(std::string words) {
  auto outer = [&]() -> job<> {
    auto inner = [words] { return words.size(); };
    co_await keep(std::move(inner));
  };
  co_await outer();
}
