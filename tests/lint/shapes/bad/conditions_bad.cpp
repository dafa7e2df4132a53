// SPDX-License-Identifier: BSL-1.0
// Awaits in conditions of bodies that declare nothing: the frame is broken. `bad: RULE` speaks of
// the statement below it.
#include "../shapes_corpus.hpp"

job<> plain_if() {
  // bad: condition
  if (co_await ready()) use(1);
}

job<> parameter_is_no_declaration(int from) {
  // bad: condition
  if (co_await number(from) == 1) use(from);
}

job<> earlier_await() {
  co_await turn();
  // bad: condition
  if (co_await ready()) use(1);
}

job<> endless() {
  while (true) {
    // bad: condition
    if (co_await ready()) break;
  }
}

job<> else_branch(int from) {
  if (from == 1) {
    use(1);
    // bad: condition
  } else if (co_await ready()) {
    use(2);
  }
}

job<> loops(int from) {
  // bad: condition
  while (co_await number(from)) --from;
  // bad: condition
  for (; co_await number(from);) --from;
  do {
    --from;
    // bad: condition
  } while (co_await ready());
}

job<int> switched() {
  // bad: condition
  switch (co_await number()) {
    case 1:
      co_return 2;
    default:
      co_return 3;
  }
}

job<> and_or(int from) {
  // bad: condition
  if (from == 0 && co_await ready()) use(1);
  // bad: condition
  if (!(co_await ready())) use(2);
}

job<> in_try() {
  try {
    // bad: condition
    if (co_await ready()) use(1);
  } catch (...) {
    use(2);
  }
}

job<> braces_and_assertion(int from) {
  static_assert(sizeof(int) > 1);
  {
    // bad: condition
    if (from > 1 || co_await ready()) use(from);
  }
}

struct member {
  job<int> run() {
    // bad: condition
    if (co_await ready()) co_return 1;
    co_return 2;
  }
};

template <class T>
job<int> templated(T from) {
  // bad: condition
  if (co_await number(from)) co_return 1;
  co_return 2;
}

#define CHECK(expression) \
  do {                    \
    if (!(expression)) {  \
      use(0);             \
    }                     \
  } while (false)

job<> macro_with_if() {
  // bad: condition
  CHECK(co_await number() == 1);
}

// bad: condition
#define BY_NUMBER switch (co_await number())
