// SPDX-License-Identifier: BSL-1.0
// Awaits near conditions that GCC 12 compiles rightly. `strict: RULE` marks what the house rule
// refuses all the same.
#include "../shapes_corpus.hpp"

job<> named_first() {
  const bool ok = co_await ready();
  if (ok) use(1);
}

job<> declared_in_condition() {
  if (auto one = co_await number()) use(one);
  while (auto one = co_await next_parcel()) use(one->weight());
  if (const bool ok = co_await ready(); !ok) use(3);
  switch (int one = co_await number(); one) {
    case 1:
      use(one);
  }
}

job<> declared_in_condition_only() {
  while (auto one = co_await next_parcel()) use(one->weight());
}

job<> awaiting_for() {
  for (auto one = co_await number(2); one; one = co_await number(0)) use(one);
}

job<> local_before() {
  int count = 0;
  // strict: condition
  while (!co_await ready()) ++count;
  use(count);
}

job<> local_after() {
  // strict: condition
  if (co_await ready()) use(1);
  int count = 0;
  use(count);
}

job<> local_in_a_block(int from) {
  // strict: condition
  while (co_await number(from)) {
    const int step = 1;
    from -= step;
  }
}

job<> alias_only() {
  using integer = int;
  // strict: condition
  if (co_await ready()) use(integer(1));
}

job<> other_declarations(int kind) {
  static int calls = 0;
  // strict: condition
  if (kind == 1 && co_await ready()) ++calls;
}

job<> structured() {
  auto [a, b] = std::pair(1, 2);
  // strict: condition
  if (co_await number(a) == b) use(a);
}

job<> range_variable() {
  for (int i : {1, 2}) {
    // strict: condition
    if (co_await number(i)) use(i);
  }
}

job<> caught_by_name() {
  try {
    // strict: condition
    if (co_await ready()) use(1);
  } catch (const std::string& error) {
    use(static_cast<int>(error.size()));
  }
}

job<> a_closure_declares_its_class() {
  co_await to_thread([](int one) { return one; }, 1);
  // strict: condition
  if (co_await ready()) use(1);
}

job<> outside_of_conditions(int from) {
  (void)(from == 0 && co_await ready());
  if constexpr (sizeof(int) == 4) {
    co_await turn();
  }
  if (from) co_await turn();
}

job<> in_a_coroutine_lambda() {
  auto inner = []() -> job<int> {
    // strict: condition
    if (co_await ready()) co_return 1;
    co_return 2;
  };
  use(co_await inner());
}

struct settings {
  int a = 0;
  job<int> run(int from);
};

job<int> settings::run(int from) {
  a = from;
  const bool ok = co_await ready();
  co_return ok ? a : from;
}
