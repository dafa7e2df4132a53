// SPDX-License-Identifier: BSL-1.0
#include "rill/exec/process_map_results.hpp"

#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "rill/core/exception_context.hpp"
#include "rill/loop/executor.hpp"
#include "support/catch.hpp"
#include "support/coroutine_case.hpp"

namespace {

using promises = std::vector<rill::executor_promise<std::vector<int>>>;

rill::process_map_results<int> results_of(promises& all) {
  std::vector<rill::executor_future<std::vector<int>>> chunks;
  for (auto& each : all) chunks.push_back(each.get_future());
  return rill::process_map_results<int>(std::move(chunks));
}

void fulfil(rill::executor_promise<std::vector<int>>& promise, std::vector<int> values) {
  if (promise.begin()) promise.set_result(std::move(values));
}

}  // namespace

TEST_CASE("a thread gets the items of all chunks, empty ones too", "[process]") {
  promises all(3);
  fulfil(all[0], {1, 2});
  fulfil(all[1], {});
  fulfil(all[2], {3});
  std::vector<int> got;
  for (const int each : results_of(all)) got.push_back(each);
  CHECK(got == std::vector<int>{1, 2, 3});
}

RILL_TEST_CASE("a task gets them one by one, and then the rest", "[process]") {
  promises all(3);
  fulfil(all[2], {4, 5});
  fulfil(all[0], {1, 2});
  fulfil(all[1], {3});
  auto results = results_of(all);
  const std::optional<int> first = co_await results.next();
  CHECK(first == 1);
  const std::vector<int> rest = co_await std::move(results).all();
  CHECK(rest == std::vector<int>{2, 3, 4, 5});
}

RILL_TEST_CASE("nothing comes behind the last one", "[process]") {
  promises all(1);
  fulfil(all[0], {1});
  auto results = results_of(all);
  const std::optional<int> first = co_await results.next();
  CHECK(first == 1);
  const std::optional<int> second = co_await results.next();
  CHECK(second == std::nullopt);
}

TEST_CASE("an error takes the place of its chunk, and the rest is cancelled", "[process]") {
  promises all(3);
  fulfil(all[0], {1});
  REQUIRE(all[1].begin());
  all[1].set_exception(std::make_exception_ptr(std::runtime_error("second")));
  std::vector<int> got;
  const auto take = [&] {
    for (const int each : results_of(all)) got.push_back(each);
  };
  CHECK_THROWS_WITH(take(), "second");
  CHECK(got == std::vector<int>{1});
  CHECK(all[2].cancelled());
}

TEST_CASE("one error is told, not those behind it", "[process]") {
  std::vector<std::string> told;
  rill::set_job_error_handler([&told](const rill::exception_context& context) {
    told.emplace_back(rill::describe_exception(context.exception));
  });
  {
    promises all(3);
    for (std::size_t each = 0; each < all.size(); ++each) {
      REQUIRE(all[each].begin());
      const auto error = std::runtime_error(std::to_string(each));
      all[each].set_exception(std::make_exception_ptr(error));
    }
    const auto take = [&] {
      for (const int each : results_of(all)) static_cast<void>(each);
    };
    CHECK_THROWS_WITH(take(), "0");
  }
  rill::set_job_error_handler({});
  CHECK(told.empty());
}
