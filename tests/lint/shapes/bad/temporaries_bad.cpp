// SPDX-License-Identifier: BSL-1.0
// Temporaries in awaiting expressions that GCC 12 destroys twice, but for lists: see lists_bad.cpp.
#include "../shapes_corpus.hpp"

job<> lambdas(std::string path, std::shared_ptr<int> shared, parcel box) {
  // bad: lambda
  co_await to_thread([path] { return path.size(); });
  // bad: lambda
  co_await look([path] { return path.size(); });
  // bad: lambda
  co_await keep(std::function<int()>([box] { return box.weight(); }));
  // bad: lambda
  co_await [box]() -> job<int> { co_return box.weight(); }();
  // bad: lambda
  co_await keep([shared] { return *shared; });
  // bad: lambda
  co_await keep([owned = std::make_unique<int>(1)] { return *owned; });
  // bad: lambda
  co_await keep([&path, box] { return box.weight() + path.size(); });
  // bad: lambda
  co_await keep([=] { return box.weight(); });
  // bad: lambda
  auto late = [one = co_await fetch()] { return one.weight(); };
  use(late());
  // bad: lambda
  use(std::invoke([box] { return box.weight(); }) + co_await number());
}

struct owner {
  std::string name;
  job<> run() {
    // bad: lambda
    co_await keep([*this] { return name.size(); });
  }
};

job<> aggregates(std::string words, parcel box) {
  // bad: aggregate
  co_await keep(letter{words, 1});
  // bad: aggregate
  co_await look(letter{.text = words, .stamp = 2});
  // bad: aggregate
  co_await post({.text = words});
  // bad: aggregate
  co_await post({words, 1});
  // bad: aggregate
  co_await post({});
  // bad: aggregate
  co_await keep(letter{});
  // bad: aggregate
  co_await keep(letter(words, 1));
  // bad: aggregate
  co_await post_default();
  // bad: aggregate
  co_await keep(std::array<parcel, 2>{box, box});
  // bad: aggregate
  co_await knock{words};
  // bad: aggregate
  co_await ring(letter{words, 1}.text);
  // bad: aggregate
  co_await keep(std::optional<letter>{letter{words, 1}});
}

struct wide_letter : letter {
  int width = 0;
};

job<> derived_aggregate(std::string words) {
  // bad: aggregate
  co_await keep(wide_letter{{words, 1}, 2});
}

job<> made_of_awaits() {
  // bad: aggregate
  // strict: list
  letter one{co_await text(), 2};
  // bad: aggregate
  // strict: list
  // strict: order
  parcel two[2] = {co_await fetch(), co_await fetch()};
  use(one.stamp + two[0].weight());
}

job<letter> returned() {
  // bad: aggregate
  // strict: list
  co_return letter{co_await text(), 2};
}

job<> conditional(bool first, parcel box) {
  // bad: ternary
  parcel one = first ? co_await fetch(1) : co_await fetch(2);
  // bad: ternary
  auto two = co_await (first ? fetch(1) : fetch(2));
  // bad: ternary
  co_await keep(first ? parcel(1) : parcel(2));
  // bad: ternary
  co_await keep(first ? box : parcel(2));
  // bad: ternary
  std::string three = first ? std::string("a") : (co_await turn(), std::string("b"));
  // bad: ternary
  co_await keep(first ? "a" : std::string("b"));
  use(one.weight() + two.weight() + static_cast<int>(three.size()));
}

job<> allocated() {
  // bad: new
  std::unique_ptr<parcel> one(new parcel(co_await fetch()));
  use(one->weight());
}

job<> generator(std::string words) {
  // bad: aggregate
  co_yield letter{words, 1};
  // bad: lambda
  co_yield [words] { return words.size(); };
}
