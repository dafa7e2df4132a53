// SPDX-License-Identifier: BSL-1.0
// The examples of the reference pages about process pools, and of the guide's chapter on them.
#include <cstdio>
#include <cstdlib>
#include <map>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "docs/this_platform.hpp"
#include "rill/exec/process_archive.hpp"
#include "rill/exec/process_pool_executor.hpp"
#include "rill/rill.hpp"

namespace {

void expect(bool holds, const char* what) {
  if (holds) return;
  std::printf("processes: %s\n", what);
  std::exit(1);
}

// [process_pool_executor]
long count_letters(const std::string& text, char letter) {
  long count = 0;
  for (const char each : text) count += each == letter ? 1 : 0;
  return count;
}

rill::coro<long> both_counts(rill::process_pool_executor& pool) {
  auto [a, b] = co_await rill::gather(pool.submit<&count_letters>("banana", 'a'),
                                      pool.submit<&count_letters>("banana", 'b'));
  co_return a + b;
}

rill::coro<long> in_processes() {
  co_return co_await rill::with(rill::process_pool_executor(), both_counts);
}
// [/process_pool_executor]

}  // namespace

// [process_archive]
namespace geo {

struct point {
  double x = 0;
  double y = 0;
};

struct trail {
  std::string name;
  std::vector<point> points;

  template <class Archive>
  void serialize(Archive& archive) {
    archive(name, points);
  }
};

}  // namespace geo

template <>
inline constexpr bool rill::sent_as_bytes<geo::point> = true;

static geo::trail turned_round(geo::trail given) {
  for (geo::point& each : given.points) each = geo::point{-each.x, -each.y};
  return given;
}
// [/process_archive]

namespace {

// [process_map_results]
long squared(int number) { return long{number} * number; }

rill::coro<long> sum_of_squares(rill::process_pool_executor& pool, std::vector<int> numbers) {
  long sum = 0;
  auto squares = pool.map<&squared>(std::move(numbers), 100);  // 100 to a message
  while (auto square = co_await squares.next()) sum += *square;
  co_return sum;
}
// [/process_map_results]

// [remote_error]
struct bad_row : std::runtime_error {
  using std::runtime_error::runtime_error;
};
void check_row(int number) {
  if (number < 0) throw bad_row("row " + std::to_string(number));
}

std::string complaint_about(rill::process_pool_executor& pool, int row) {
  const rill::executor_future<> job = pool.submit<&check_row>(row);
  try {
    job.result();
  } catch (const rill::remote_error& error) {
    return error.message();  // error.type_name() ends with "bad_row"
  }
  return "none";
}
// [/remote_error]

// [shared_value]
void work_and_count(int rounds, const rill::shared_value<long>& done) {
  for (int i = 0; i < rounds; ++i) done.fetch_add(1);
}

struct extent {
  int least;
  int most;
};
void widen(int value, const rill::shared_value<extent>& seen) {
  const auto now = seen.lock();  // until the end of the block
  if (value < now->least) now->least = value;
  if (value > now->most) now->most = value;
}
// [/shared_value]

// [shared_array]
void mean_of_row(int row, int columns, const rill::shared_array<double>& means) {
  double sum = 0;
  for (int i = 0; i < columns; ++i) sum += row * columns + i;
  means.span()[static_cast<std::size_t>(row)] = sum / columns;  // each job its own place
}
// [/shared_array]

// [initializer]
std::map<std::string, int> table;
void load_table(const std::string& language) { table = {{language + ".one", 1}}; }
int look_up(const std::string& word) { return table.at(word); }

rill::executor_future<int> look_up_in(rill::process_pool_executor& pool) {
  return pool.submit<&look_up>("en.one");
}
rill::process_pool_options with_table() {
  rill::process_pool_options options;
  options.max_workers = 2;
  options.initializer = rill::process_initializer::of<&load_table>("en");
  return options;
}
// [/initializer]

void crash() { std::abort(); }

// [broken]
std::string outcome(rill::process_pool_executor& pool) {
  const rill::executor_future<> job = pool.submit<&crash>();
  try {
    job.result();
  } catch (const rill::broken_process_pool& error) {
    return error.what();  // "rill: the worker process was killed by signal 6 (ABRT) ..."
  }
  return "it has survived";
}
// [/broken]

int check() {
  expect(rill::run(in_processes()) == 4, "counts");
  rill::process_pool_executor pool;
  geo::trail walk;
  walk.points = {{1, 2}};
  expect(pool.submit<&turned_round>(walk).result().points[0].y == -2, "turned round");
  expect(rill::run(sum_of_squares(pool, {1, 2, 3})) == 14, "squares");
  expect(complaint_about(pool, -3) == "row -3", "remote error");
  const rill::shared_value<long> done(0);
  const auto one = pool.submit<&work_and_count>(1000, done);
  const auto two = pool.submit<&work_and_count>(1000, done);
  one.result();
  two.result();
  expect(done.load() == 2000, "shared counter");
  const rill::shared_value<extent> seen(extent{0, 0});
  pool.submit<&widen>(7, seen).result();
  expect(seen.lock()->most == 7, "extent");
  const rill::shared_array<double> means(3);
  for (int row = 0; row < 3; ++row) pool.submit<&mean_of_row>(row, 5, means).result();
  expect(means.span()[2] == 12, "means");
  rill::process_pool_executor with_words(with_table());
  expect(look_up_in(with_words).result() == 1, "initializer");
  expect(outcome(pool).find(docs::end_of_aborted()) != std::string::npos, "broken");
  return 0;
}

}  // namespace

// [process_worker_main]
int main() {
  rill::process_worker_main();  // in a worker, nothing behind this line runs
  return check();
}
// [/process_worker_main]
