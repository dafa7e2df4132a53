// SPDX-License-Identifier: BSL-1.0
// Braced lists in awaiting expressions, which GCC 12 refuses, and objects of unknown type, which
// the check reports because they may be aggregates that own something.
#include "../shapes_corpus.hpp"

job<> lists() {
  // bad: list
  co_await sum({1, 2, 3});
  // bad: list
  co_await keep(std::vector<std::string>{"a", "b"});
  // bad: list
  // strict: order
  auto two = std::vector<int>{co_await number(1), co_await number(2)};
  use(two[0]);
}

job<> generated() {
  // bad: list
  co_yield {1, 2, 3};
}

template <class Message>
job<> unknown(std::string words) {
  // bad: aggregate
  co_await keep(Message{words});
  // bad: aggregate
  co_await keep(typename Message::header{.id = 1});
}
