// SPDX-License-Identifier: BSL-1.0
#include "rill/exec/process_archive.hpp"

#include <cereal/types/memory.hpp>

#include <array>
#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <numeric>
#include <optional>
#include <set>
#include <stdexcept>
#include <string>
#include <tuple>
#include <unordered_map>
#include <variant>
#include <vector>

#include "exec/pool_jobs.hpp"
#include "rill/exec/process_pool_executor.hpp"
#include "rill/exec/shared_array.hpp"
#include "support/catch.hpp"

using Catch::Contains;
using namespace std::chrono_literals;
using rill_test::workers;

namespace app {

struct point {
  double x = 0;
  double y = 0;
  bool operator==(const point&) const = default;
};

struct employee {
  std::string name;
  int age = 0;
  std::vector<point> places;
  bool operator==(const employee&) const = default;

  template <class Archive>
  void serialize(Archive& archive) {
    archive(name, age, places);
  }
};

// Says no when it is saved behind much that has been sent already, or when it is loaded.
struct unwilling {
  std::vector<char> ballast;
  bool in_save = false;
  bool in_load = false;

  template <class Archive>
  void save(Archive& to) const {
    to(ballast, in_save, in_load);
    if (in_save) throw std::runtime_error("not to be saved");
  }
  template <class Archive>
  void load(Archive& from) {
    from(ballast, in_save, in_load);
    if (in_load) throw std::runtime_error("not to be loaded");
  }
};

struct shape {
  virtual ~shape() = default;
  virtual double area() const = 0;
};
struct square : shape {
  double side = 0;
  double area() const override { return side * side; }
  template <class Archive>
  void serialize(Archive& archive) {
    archive(side);
  }
};

}  // namespace app

template <>
inline constexpr bool rill::sent_as_bytes<app::point> = true;

namespace {

template <class T>
T same(const T& value) {
  return value;
}
std::size_t size_of(const app::unwilling& value) { return value.ballast.size(); }
app::unwilling make_unwilling(std::size_t ballast, bool in_save, bool in_load) {
  return {std::vector<char>(ballast), in_save, in_load};
}
std::vector<std::uint64_t> doubled(std::vector<std::uint64_t> values) {
  for (auto& value : values) value *= 2;
  return values;
}
rill::shared_array<int> make_shared(int size) {
  rill::shared_array<int> made(static_cast<std::size_t>(size));
  std::iota(made.span().begin(), made.span().end(), 0);
  return made;
}
int sum_of(const std::vector<rill::shared_array<int>>& arrays) {
  int sum = 0;
  for (const auto& array : arrays) sum += static_cast<int>(array.size());
  return sum;
}

template <class T>
void check_same(rill::process_pool_executor& pool, const T& value) {
  CHECK(pool.submit<&same<T>>(value).result() == value);
}

}  // namespace

TEST_CASE("values of standard types come back as they were", "[process]") {
  rill::process_pool_executor pool(workers(1));
  check_same(pool, 'x');
  check_same(pool, -1.5L);
  check_same(pool, std::numeric_limits<std::int64_t>::min());
  check_same(pool, std::chrono::system_clock::time_point(1s));
  check_same(pool, std::string(100'000, 'y'));
  check_same(pool, std::wstring(L"wide"));
  check_same(pool, std::vector<bool>{true, false, true});
  check_same(pool, std::vector<std::string>{"a", "", "ccc"});
  check_same(pool, std::array<int, 3>{1, 2, 3});
  check_same(pool, std::pair<int, std::string>(1, "one"));
  check_same(pool, std::tuple<int, double, std::string>(1, 2.0, "three"));
  check_same(pool, std::optional<int>());
  check_same(pool, std::optional<int>(7));
  check_same(pool, std::variant<int, std::string>("text"));
  check_same(pool, std::map<int, std::string>{{1, "one"}, {2, "two"}});
  check_same(pool, std::unordered_map<std::string, int>{{"one", 1}});
  check_same(pool, std::set<int>{3, 1, 2});
}

TEST_CASE("types of the program are sent by their serialize(), or as bytes", "[process]") {
  rill::process_pool_executor pool(workers(1));
  check_same(pool, app::point{1, 2});
  check_same(pool, std::vector<app::point>{{1, 2}, {3, 4}});
  check_same(pool, app::employee{"Jeff", 41, {{0, 1}}});
}

TEST_CASE("what cannot be saved or loaded fails its job alone", "[process]") {
  rill::process_pool_executor pool(workers(1));
  for (const std::size_t ballast : {std::size_t{0}, std::size_t{10'000'000}}) {
    const app::unwilling unsaved{std::vector<char>(ballast), true, false};
    const app::unwilling unloaded{std::vector<char>(ballast), false, true};
    const app::unwilling good{std::vector<char>(ballast), false, false};
    const auto unsent = pool.submit<&size_of>(unsaved);
    CHECK_THROWS_WITH(unsent.result(), "not to be saved");
    const auto unread = pool.submit<&size_of>(unloaded);
    CHECK_THROWS_WITH(unread.result(), "not to be loaded");
    const auto unanswered = pool.submit<&make_unwilling>(ballast, true, false);
    CHECK_THROWS_WITH(unanswered.result(), "not to be saved");
    const auto misread = pool.submit<&make_unwilling>(ballast, false, true);
    CHECK_THROWS_WITH(misread.result(), "not to be loaded");
    CHECK(pool.submit<&size_of>(good).result() == ballast);
  }
  CHECK(pool.stats().started == 1);
}

TEST_CASE("large arguments and results stream through", "[process]") {
  rill::process_pool_executor pool(workers(1));
  std::vector<std::uint64_t> values(4'000'000);  // 32 MB
  std::iota(values.begin(), values.end(), 0U);
  const auto result = pool.submit<&doubled>(values).result();
  REQUIRE(result.size() == values.size());
  bool right = true;
  for (std::size_t i = 0; i < result.size(); ++i) right = right && result[i] == 2 * values[i];
  CHECK(right);
}

TEST_CASE("any number of shared arrays goes there and comes back", "[process]") {
  rill::process_pool_executor pool(workers(1));
  const auto made = pool.submit<&make_shared>(5).result();
  REQUIRE(made.size() == 5);
  CHECK(made.span()[4] == 4);
  std::vector<rill::shared_array<int>> many;
  for (std::size_t i = 0; i < 40; ++i) many.emplace_back(i);
  CHECK(pool.submit<&sum_of>(many).result() == 39 * 40 / 2);
}
