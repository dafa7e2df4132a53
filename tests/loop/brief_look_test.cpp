// SPDX-License-Identifier: BSL-1.0
#include "loop/brief_look.hpp"

#include "support/catch.hpp"

using rill::detail::brief_look;

namespace {

const auto never = [] { return false; };

void lose_all_credit(brief_look& looking) {
  for (int i = 0; i < brief_look::most_credit; ++i) looking.look(never);
}

}  // namespace

TEST_CASE("a look sees what comes while it looks", "[loop]") {
  brief_look looking(true);
  // On a busy machine the time may be over while somebody else runs.
  bool seen = false;
  int asked = 0;
  for (int tries = 0; tries < 1000 && !seen; ++tries) {
    asked = 0;
    seen = looking.look([&] { return ++asked == 100; });
  }
  CHECK(seen);
  CHECK(asked == 100);
}

TEST_CASE("a look ends when nothing comes", "[loop]") {
  brief_look looking(true);
  CHECK_FALSE(looking.look(never));
}

TEST_CASE("looks in vain are not worth it any more, but now and then", "[loop]") {
  brief_look looking(true);
  CHECK(looking.worth_it());
  lose_all_credit(looking);
  for (int i = 1; i < brief_look::trial; ++i) CHECK_FALSE(looking.worth_it());
  CHECK(looking.worth_it());
  CHECK_FALSE(looking.worth_it());
}

TEST_CASE("a look that pays is worth the next ones", "[loop]") {
  brief_look looking(true);
  lose_all_credit(looking);
  CHECK(looking.look([] { return true; }));
  CHECK(looking.worth_it());
}

TEST_CASE("on one processor nobody looks", "[loop]") {
  brief_look looking(false);
  for (int i = 0; i < 3 * brief_look::trial; ++i) CHECK_FALSE(looking.worth_it());
}
