// SPDX-License-Identifier: BSL-1.0
//
// The entry point of every test executable. Ends with 77 if all cases that ran were skipped.
#define CATCH_CONFIG_RUNNER
#include <catch2/catch.hpp>

#include <cstdio>

#include "rill/exec/process_worker_main.hpp"
#include "support/skip.hpp"

namespace {

int ended_cases = 0;

class case_counter final : public Catch::TestEventListenerBase {
 public:
  using TestEventListenerBase::TestEventListenerBase;
  void testCaseEnded(const Catch::TestCaseStats& stats) override {
    TestEventListenerBase::testCaseEnded(stats);
    ++ended_cases;
  }
};

CATCH_REGISTER_LISTENER(case_counter)

}  // namespace

int main(int argc, char* argv[]) {
  rill::process_worker_main();
  const int code = Catch::Session().run(argc, argv);
  const int skipped = rill_test::skipped_count();
  if (skipped != 0) std::printf("%d of %d cases were skipped\n", skipped, ended_cases);
  if (code == 0 && skipped != 0 && skipped == ended_cases) return rill_test::skipped_exit_code;
  return code;
}
