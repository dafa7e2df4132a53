// SPDX-License-Identifier: BSL-1.0
// Threads that can only block feed a task, and a task feeds threads that compute; the bound of a
// queue keeps whoever is faster waiting: no state is shared. Listing R7.6b.
#include <algorithm>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "cookbook/cookbook.hpp"
#include "cookbook/joining_thread.hpp"

using cookbook::say;

namespace {

struct reading {
  reading(std::string from, int what) : sensor(std::move(from)), value(what) {}
  std::string sensor;
  int value;
};
using readings = rill::threadsafe_queue<reading>;

// Stands for a driver that knows nothing of coroutines.
void read_sensor(readings& to, std::string sensor) {
  for (int i = 1; i <= 1'000; ++i) to.put_blocking(reading(sensor, i));
}

// When all that was read has been dealt with, the task is told to end.
void read_sensors(readings& to) {
  {
    std::vector<cookbook::joining_thread> sensors;
    for (const char* const name : {"left", "middle", "right"})
      sensors.emplace_back(read_sensor, std::ref(to), std::string(name));
  }
  to.join_blocking();
  to.shutdown();
}

rill::coro<> threads_feed_a_task() {
  readings incoming(10);
  cookbook::joining_thread sensors(read_sensors, std::ref(incoming));
  std::map<std::string, int> last;
  bool in_order = true;
  std::size_t most = 0;
  while (auto next = co_await incoming.next()) {
    most = std::max(most, incoming.size());
    int& before = last[next->sensor];
    in_order = in_order && next->value == before + 1;
    before = next->value;
    incoming.task_done();
  }
  for (const auto& [sensor, value] : last) say(sensor + " has sent " + std::to_string(value));
  say(std::string(in_order ? "each in order" : "out of order") +
      (most <= 10 ? ", never more than 10 in between" : ", too many in between"));
}

int slow_square(int number) { return number * number; }

// Ends when the numbers do.
void compute(rill::threadsafe_queue<int>& numbers, rill::threadsafe_queue<int>& squares) {
  while (const auto number = numbers.next_blocking()) squares.put_blocking(slow_square(*number));
}

rill::coro<> a_task_feeds_threads() {
  rill::threadsafe_queue<int> numbers(10);
  rill::threadsafe_queue<int> squares;
  std::vector<cookbook::joining_thread> workers;
  for (int i = 0; i < 3; ++i) workers.emplace_back(compute, std::ref(numbers), std::ref(squares));
  for (int i = 1; i <= 1'000; ++i) co_await numbers.put(i);
  numbers.shutdown();
  long sum = 0;
  for (int i = 1; i <= 1'000; ++i) sum += co_await squares.get();
  say("the sum of a thousand squares is " + std::to_string(sum));
}

// A thread in which a loop runs must not block; it is told what to do instead.
rill::coro<> not_in_a_loop() {
  rill::threadsafe_queue<int> numbers;
  try {
    numbers.get_blocking();
  } catch (const rill::usage_error& error) {
    say(error.what());
  }
  co_return;
}

rill::coro<> recipe() {
  co_await threads_feed_a_task();
  co_await a_task_feeds_threads();
  co_await not_in_a_loop();
}

}  // namespace

int main(int count, char** arguments) { return cookbook::run(count, arguments, recipe()); }
