// SPDX-License-Identifier: BSL-1.0
#include "base/signal_hook.hpp"

#include <csignal>
#include <string>

#include "support/catch.hpp"
#include "support/child_process.hpp"

namespace {

using rill::detail::signal_hook;

// Handlers are called by raise(), in the thread that looks here afterwards.
std::string calls;

void on_lower(int number, siginfo_t* info, void* context);
void on_upper(int number, siginfo_t* info, void* context);

constinit signal_hook lower(SIGUSR1, &on_lower);
constinit signal_hook upper(SIGUSR1, &on_upper);

void on_lower(int number, siginfo_t* info, void* context) {
  calls += "lower ";
  lower.call_earlier(number, info, context);
}

void on_upper(int number, siginfo_t* info, void* context) {
  calls += "upper ";
  upper.call_earlier(number, info, context);
}

std::string called_by_raise() {
  calls.clear();
  std::raise(SIGUSR1);
  return calls;
}

bool is_default() {
  struct sigaction present{};
  ::sigaction(SIGUSR1, nullptr, &present);
  return present.sa_handler == SIG_DFL;
}

}  // namespace

TEST_CASE("a hook stands in front of the program's handler, and goes", "[signal_hook]") {
  std::signal(SIGUSR1, [](int) { calls += "program "; });
  CHECK(lower.install());
  CHECK(!lower.earlier_is_default());
  CHECK(called_by_raise() == "lower program ");
  CHECK(lower.install());
  CHECK(called_by_raise() == "lower program ");
  lower.remove();
  CHECK(called_by_raise() == "program ");
  CHECK(!lower.install_over_default());
  CHECK(called_by_raise() == "program ");
  std::signal(SIGUSR1, SIG_DFL);
}

TEST_CASE("a hook leaves a signal alone that is ignored", "[signal_hook]") {
  std::signal(SIGUSR1, SIG_IGN);
  CHECK(!lower.install());
  CHECK(called_by_raise().empty());
  std::signal(SIGUSR1, SIG_DFL);
}

TEST_CASE("hooks go in any order", "[signal_hook]") {
  CHECK(lower.install());
  CHECK(upper.install_over_default());
  CHECK(called_by_raise() == "upper lower ");
  CHECK(lower.earlier_is_default());
  CHECK(!upper.earlier_is_default());
  lower.remove();  // the other one stands in front
  CHECK(called_by_raise() == "upper lower ");
  CHECK(lower.install());
  CHECK(called_by_raise() == "upper lower ");
  upper.remove();
  CHECK(called_by_raise() == "lower ");
  CHECK(upper.install_over_default());
  CHECK(called_by_raise() == "upper lower ");
  upper.remove();
  lower.remove();
  CHECK(is_default());
}

TEST_CASE("a program's handler in front of a hook stays there", "[signal_hook]") {
  CHECK(lower.install());
  static struct sigaction replaced;
  struct sigaction front{};
  front.sa_flags = SA_SIGINFO;
  front.sa_sigaction = [](int number, siginfo_t* info, void* context) {
    calls += "program ";
    replaced.sa_sigaction(number, info, context);
  };
  ::sigaction(SIGUSR1, &front, &replaced);
  CHECK(called_by_raise() == "program lower ");
  lower.remove();
  CHECK(called_by_raise() == "program lower ");
  CHECK(lower.install());
  CHECK(called_by_raise() == "program lower ");
  std::signal(SIGUSR1, SIG_DFL);
  CHECK(lower.install());
  CHECK(called_by_raise() == "lower ");
  lower.remove();
  CHECK(is_default());
}

TEST_CASE("a signal that a hook does not want has its default effect", "[signal_hook]") {
  static constinit signal_hook giving_up(SIGUSR2,
                                         [](int, siginfo_t*, void*) { giving_up.raise_earlier(); });
  const rill_test::child_end ended = rill_test::run_in_child([] {
    giving_up.install();
    std::raise(SIGUSR2);
    return 0;
  });
  CHECK(ended.signal_number == SIGUSR2);
}
