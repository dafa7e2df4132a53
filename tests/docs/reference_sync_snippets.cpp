// SPDX-License-Identifier: BSL-1.0
// The examples of the reference pages of sync.
#include <chrono>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <deque>
#include <functional>
#include <map>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "rill/rill.hpp"

namespace {

using namespace std::chrono_literals;

void expect(bool holds, const char* what) {
  if (holds) return;
  std::printf("reference, sync: %s\n", what);
  std::exit(1);
}

// [lock]
rill::coro<> transfer(rill::lock& accounts, int& from, int& to, int amount) {
  const auto guard = co_await accounts.scoped();  // released on every way out
  const int left = from - amount;
  co_await rill::yield();  // others run, and see neither account half changed
  from = left;
  to += amount;
}
// [/lock]

// [event]
rill::coro<> serve_when_ready(rill::event& ready, int& served) {
  co_await ready.wait();
  ++served;
}

rill::coro<> warm_up(rill::event& ready) {
  co_await rill::sleep(1ms);
  ready.set();  // all who wait go on
}
// [/event]

// [condition]
struct mailbox {
  rill::condition changed;
  std::deque<std::string> letters;
};

rill::coro<std::string> take_letter(mailbox& box) {
  const auto guard = co_await box.changed.scoped();
  co_await box.changed.wait_for([&box] { return !box.letters.empty(); });
  std::string letter = std::move(box.letters.front());
  box.letters.pop_front();
  co_return letter;
}

rill::coro<> post_letter(mailbox& box, std::string letter) {
  const auto guard = co_await box.changed.scoped();
  box.letters.push_back(std::move(letter));
  box.changed.notify();
}
// [/condition]

// [semaphore]
rill::coro<> download(rill::semaphore& slots, int& done) {
  const auto slot = co_await slots.scoped();  // at most so many at a time
  co_await rill::sleep(1ms);
  ++done;
}
// [/semaphore]

// [barrier]
rill::coro<> simulate(rill::barrier& step, int steps, int& finished) {
  for (int i = 0; i < steps; ++i) {
    co_await rill::sleep(1ms);  // compute
    const std::size_t index = co_await step.wait();
    if (index == 0) ++finished;  // one of them counts the step
  }
}
// [/barrier]

// [latch]
rill::coro<> start_worker(rill::latch& started) {
  co_await rill::sleep(1ms);
  started.count_down();
}
// [/latch]

// [shared_lock]
struct directory {
  rill::shared_lock access;
  std::map<std::string, int> numbers;
};

rill::coro<int> look_up(directory& book, std::string name) {
  const auto reading = co_await book.access.scoped_shared();  // beside other readers
  co_await rill::yield();
  co_return book.numbers[name];
}

rill::coro<> enter(directory& book, std::string name, int number) {
  const auto writing = co_await book.access.scoped();  // alone
  co_await rill::yield();
  book.numbers[name] = number;
}
// [/shared_lock]

// [capacity_limiter]
rill::coro<> convert(rill::capacity_limiter& workers) {
  const auto token = co_await workers.scoped();
  for (const std::string& name : workers.stats().borrowers) std::printf("%s works\n", name.c_str());
  co_await rill::sleep(1ms);
}
// [/capacity_limiter]

// [held]
rill::coro<bool> hand_on(rill::lock& mutex, rill::held<rill::lock>& keeper) {
  rill::held<rill::lock> guard = co_await mutex.scoped();
  keeper = std::move(guard);  // it stays locked behind this coroutine
  co_return static_cast<bool>(keeper);
}
// [/held]

// [sync_errors]
rill::coro<bool> meet(rill::barrier& meeting) {
  try {
    co_await meeting.wait();
  } catch (const rill::broken_barrier_error& error) {
    std::puts(error.what());
    co_return false;
  }
  co_return true;
}
// [/sync_errors]

// [queue]
rill::coro<> produce(rill::queue<int>& jobs) {
  for (int i = 1; i <= 10; ++i) co_await jobs.put(i);  // waits while there is no room
  jobs.shutdown();                                     // what is in can still be got
}

rill::coro<> work(rill::queue<int>& jobs, int& sum) {
  while (auto job = co_await jobs.next()) {
    sum += *job;
    jobs.task_done();
  }
}
// [/queue]

// [threadsafe_queue]
// In a thread of its own: a driver, say, that can only block.
void sample(rill::threadsafe_queue<int>& readings) {
  for (int i = 1; i <= 10; ++i) readings.put_blocking(i);  // waits while there is no room
  readings.shutdown();                                     // what is in can still be got
}

// In a task of any loop.
rill::coro<int> add_up(rill::threadsafe_queue<int>& readings) {
  int sum = 0;
  while (auto reading = co_await readings.next()) {
    sum += *reading;
    readings.task_done();
  }
  co_return sum;
}

rill::coro<int> measure() {
  rill::threadsafe_queue<int> readings(3);
  std::jthread sampler(sample, std::ref(readings));
  const int sum = co_await add_up(readings);
  co_return sum;
}
// [/threadsafe_queue]

// [lifo_queue]
rill::coro<std::string> undo(rill::lifo_queue<std::string>& steps) {
  co_await steps.put("write");
  co_await steps.put("paint");
  co_return co_await steps.get();  // paint
}
// [/lifo_queue]

// [priority_queue]
struct patient {
  int urgency;
  std::string name;
  bool operator<(const patient& other) const { return urgency > other.urgency; }
};

rill::coro<std::string> next_patient(rill::priority_queue<patient>& waiting) {
  patient bob{1, "Bob"};
  patient ada{9, "Ada"};
  co_await waiting.put(std::move(bob));
  co_await waiting.put(std::move(ada));
  const patient first = co_await waiting.get();
  co_return first.name;  // Ada
}
// [/priority_queue]

// [channel]
rill::coro<> order(rill::sender<std::string> out) {
  co_await out.send("soup");
  co_await out.send("bread");
}  // the end goes here

rill::coro<int> cook(rill::receiver<std::string> in) {
  int dishes = 0;
  while (auto dish = co_await in.next()) ++dishes;
  co_return dishes;
}

rill::coro<int> lunch() {
  auto [out, in] = rill::channel<std::string>(1);
  auto orders = order(std::move(out));
  auto kitchen = cook(std::move(in));
  auto [nothing, dishes] = co_await rill::gather(std::move(orders), std::move(kitchen));
  static_cast<void>(nothing);
  co_return dishes;
}
// [/channel]

rill::coro<> show_queues() {
  rill::queue<int> jobs(3);
  int sum = 0;
  co_await rill::gather(produce(jobs), work(jobs, sum), work(jobs, sum), jobs.join());
  expect(sum == 55, "queue");
  const int measured = co_await measure();
  expect(measured == 55, "threadsafe_queue");
  rill::lifo_queue<std::string> steps;
  const std::string undone = co_await undo(steps);
  expect(undone == "paint", "lifo_queue");
  rill::priority_queue<patient> waiting;
  const std::string first = co_await next_patient(waiting);
  expect(first == "Ada", "priority_queue");
  const int dishes = co_await lunch();
  expect(dishes == 2, "channel");
}

rill::coro<int> all() {
  rill::lock accounts;
  int here = 10;
  int there = 0;
  co_await rill::gather(transfer(accounts, here, there, 3), transfer(accounts, here, there, 4));
  expect(here == 3 && there == 7, "lock");

  rill::event ready;
  int served = 0;
  co_await rill::gather(serve_when_ready(ready, served), serve_when_ready(ready, served),
                        warm_up(ready));
  expect(served == 2, "event");

  mailbox box;
  auto [letter, nothing] = co_await rill::gather(take_letter(box), post_letter(box, "hello"));
  static_cast<void>(nothing);
  expect(letter == "hello", "condition");

  rill::semaphore slots(2);
  int done = 0;
  std::vector<rill::coro<>> downloads;
  for (int i = 0; i < 5; ++i) downloads.push_back(download(slots, done));
  co_await rill::gather(std::move(downloads));
  expect(done == 5, "semaphore");

  rill::barrier step(2);
  int finished = 0;
  co_await rill::gather(simulate(step, 3, finished), simulate(step, 3, finished));
  expect(finished == 3, "barrier");

  rill::latch started(2);
  co_await rill::gather(start_worker(started), start_worker(started), started.wait());
  expect(started.try_wait(), "latch");

  directory book;
  co_await enter(book, "Ada", 1815);
  const int number = co_await look_up(book, "Ada");
  expect(number == 1815, "shared_lock");

  rill::capacity_limiter workers(1);
  co_await rill::gather(convert(workers), convert(workers));
  expect(workers.available() == 1, "capacity_limiter");

  co_await show_queues();

  rill::held<rill::lock> keeper;
  const bool kept = co_await hand_on(accounts, keeper);
  expect(kept && accounts.locked(), "held");

  rill::barrier meeting(2);
  meeting.abort();
  const bool met = co_await meet(meeting);
  expect(!met, "sync_errors");
  co_return 0;
}

}  // namespace

int main() { return rill::run(all()); }
