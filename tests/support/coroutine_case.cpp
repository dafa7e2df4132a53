// SPDX-License-Identifier: BSL-1.0
#include "support/coroutine_case.hpp"

#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "rill/loop/event_loop.hpp"
#include "rill/testing/idle_reactor.hpp"
#include "support/thread_at_work.hpp"

#if RILL_TEST_HAS_IO_URING
#include "reactor/io_uring_rung.hpp"
#endif

namespace rill_test {

namespace {

const char* running_backend = "";
int skipped_cases = 0;

void judge(const rill::testing::case_outcome& outcome) {
  for (const std::string& complaint : outcome.complaints) {
    UNSCOPED_INFO(complaint);
  }
  if (outcome.error) std::rethrow_exception(outcome.error);
  CHECK(outcome.complaints.empty());
}

void run_on(case_body body, rill::loop_options options) {
  try {
    judge(rill::testing::run_case(body(), std::move(options)));
  } catch (const rill::cancelled_error& error) {
    FAIL("the body was cancelled: " << error.reason());
  }
}

std::string reason_against(std::string_view backend) {
  static const std::vector<rill::reactor_info> reactors = rill::available_reactors();
  for (const rill::reactor_info& info : reactors) {
    if (info.name == backend) return info.available ? std::string() : info.reason;
  }
  return "not in the list of reactors";
}

// What an older kernel would make of "io_uring", if the environment asks for that.
std::unique_ptr<rill::reactor> older_io_uring() {
#if RILL_TEST_HAS_IO_URING
  using rill::detail::io_uring_rung;
  const char* const wanted = std::getenv("RILL_TEST_IO_URING_RUNG");
  const std::string_view name = wanted == nullptr ? "" : wanted;
  if (name == "cooperative") return rill::detail::make_io_uring_on(io_uring_rung::cooperative);
  if (name == "plain") return rill::detail::make_io_uring_on(io_uring_rung::plain);
#endif
  return nullptr;
}

// One case on one reactor.
class io_case final : public Catch::ITestInvoker {
 public:
  io_case(case_body coroutine, void (*plain)(), const char* backend, bool real_time) noexcept
      : coroutine_(coroutine), plain_(plain), backend_(backend), real_time_(real_time) {}

  void invoke() const override {
    const std::string reason = reason_against(backend_);
    if (!reason.empty()) {
      skip(std::string(backend_) + ": " + reason);
      return;
    }
    running_backend = backend_;
    if (plain_ != nullptr) {
      plain_();
      return;
    }
    real_clock clock;
    rill::loop_options options = backend_options();
    if (real_time_) options.clock = &clock;
    run_on(coroutine_, std::move(options));
  }

 private:
  case_body coroutine_;
  void (*plain_)();
  const char* backend_;
  bool real_time_;
};

}  // namespace

void skip(std::string_view reason) {
  ++skipped_cases;
  std::printf("skipped: %.*s\n", static_cast<int>(reason.size()), reason.data());
  std::fflush(stdout);
}

int skipped_count() noexcept { return skipped_cases; }

void run_case_body(case_body body) {
  rill::loop_options options;
  options.custom_reactor = std::make_unique<rill::testing::idle_reactor>();
  run_on(body, std::move(options));
}

std::string_view current_backend() noexcept { return running_backend; }

rill::loop_options backend_options() {
  rill::loop_options options;
  options.backend = running_backend;
  if (options.backend == "io_uring") options.custom_reactor = older_io_uring();
  return options;
}

void io_case_registrar::add(case_body coroutine, void (*plain)(), const char* file, int line,
                            const char* name, const char* tags) {
  static constexpr const char* backends[] = {RILL_TEST_REACTORS};
  const bool real_time = std::string_view(tags).find("[real-time]") != std::string_view::npos;
  for (const char* const backend : backends) {
    const std::string full_name = std::string(name) + " (" + backend + ")";
    const std::string full_tags = std::string(tags) + "[" + backend + "][io]";
    const Catch::AutoReg registration(new io_case(coroutine, plain, backend, real_time),
                                      Catch::SourceLineInfo(file, static_cast<std::size_t>(line)),
                                      Catch::StringRef(), Catch::NameAndTags(full_name, full_tags));
  }
}

io_case_registrar::io_case_registrar(case_body body, const char* file, int line, const char* name,
                                     const char* tags) {
  add(body, nullptr, file, line, name, tags);
}

io_case_registrar::io_case_registrar(void (*body)(), const char* file, int line, const char* name,
                                     const char* tags) {
  add(nullptr, body, file, line, name, tags);
}

}  // namespace rill_test
