// SPDX-License-Identifier: BSL-1.0
// Map-reduce in processes, with a line of progress: words in four lines, then how often each word
// stands in a large file of counts. Listings F 6.6, F 6.7, F 6.8, F 6.9, F 6.4.3-a, F 6.4.3-b,
// F 6.11b, N50.
#include <algorithm>
#include <charconv>
#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "cookbook/cookbook.hpp"
#include "rill/exec/process_pool_executor.hpp"

using namespace std::chrono_literals;
using cookbook::say;

namespace {

using counts = std::map<std::string, long>;
using lines = std::vector<std::string>;

// -- in the workers -------------------------------------------------------------------------------
rill::shared_value<int> chunks_done;
void count_into(const rill::shared_value<int>& counter) { chunks_done = counter; }

counts words_of(const std::string& line) {
  counts words;
  for (std::size_t at = 0; at < line.size();) {
    const std::size_t end = std::min(line.find(' ', at), line.size());
    if (end != at) ++words[line.substr(at, end - at)];
    at = end + 1;
  }
  return words;
}

// word TAB year TAB occurrences TAB volumes. Lines of another shape are counted under "".
void add_line(counts& to, std::string_view line) {
  const std::size_t year = line.find('\t');
  const std::size_t number = year == line.npos ? line.npos : line.find('\t', year + 1);
  long occurrences = 0;
  if (number != line.npos) {
    const char* const begin = line.data() + number + 1;
    const auto parsed = std::from_chars(begin, line.data() + line.size(), occurrences);
    if (parsed.ptr != begin) {
      to[std::string(line.substr(0, year))] += occurrences;
      return;
    }
  }
  ++to[""];
}

counts occurrences_in(const lines& chunk) {
  counts found;
  for (const std::string& line : chunk) add_line(found, line);
  chunks_done.fetch_add(1);
  return found;
}

// -- here and there -------------------------------------------------------------------------------
// The first one is taken over, not changed behind its owner's back.
counts merged(counts all, const counts& more) {
  for (const auto& [word, number] : more) all[word] += number;
  return all;
}
counts merged_all(std::vector<counts> several) {
  counts all = several.empty() ? counts() : std::move(several.front());
  for (std::size_t i = 1; i < several.size(); ++i) all = merged(std::move(all), several[i]);
  return all;
}

template <class T>
std::vector<std::vector<T>> partitions(std::vector<T> items, std::size_t size) {
  std::vector<std::vector<T>> parts;
  for (std::size_t from = 0; from < items.size(); from += size) {
    const auto begin = items.begin() + static_cast<std::ptrdiff_t>(from);
    const auto count = static_cast<std::ptrdiff_t>(std::min(size, items.size() - from));
    parts.emplace_back(std::make_move_iterator(begin), std::make_move_iterator(begin + count));
  }
  return parts;
}

lines made_up_file() {
  lines all;
  for (int year = 1900; year < 2000; ++year) {
    for (int word = 0; word < 100; ++word) {
      all.push_back((word == 7 ? "Aardvark" : "word" + std::to_string(word)) + '\t' +
                    std::to_string(year) + '\t' + std::to_string(word * (year - 1899)) + "\t1");
    }
  }
  all.push_back("no number here");
  return all;
}

// Ends with its scope: neither an empty file nor a job that fails keeps it.
rill::coro<> report(rill::shared_value<int> counter, std::size_t total) {
  while (true) {
    co_await rill::sleep(1s);
    say("Finished " + std::to_string(counter.load()) + "/" + std::to_string(total) +
        " map operations");
  }
}

rill::coro<std::vector<counts>> with_progress(rill::process_pool_executor& pool,
                                              std::vector<lines> parts,
                                              rill::shared_value<int> counter) {
  const std::size_t total = parts.size();
  const rill::task<> reporter = rill::create_task(report(counter, total));
  std::vector<counts> mapped = co_await pool.map<&occurrences_in>(std::move(parts), 1).all();
  reporter.cancel();
  say("Finished " + std::to_string(counter.load()) + "/" + std::to_string(total) +
      " map operations");
  co_return mapped;
}

rill::coro<counts> reduced_in_rounds(rill::process_pool_executor& pool, std::vector<counts> maps,
                                     std::size_t of_round) {
  while (maps.size() > 1) {
    auto parts = partitions(std::move(maps), of_round);
    maps = co_await pool.map<&merged_all>(std::move(parts), 1).all();
  }
  co_return maps.empty() ? counts() : std::move(maps.front());
}

void tell_words(const counts& words) {
  for (const auto& [word, number] : words) say(word + " " + std::to_string(number));
}

rill::coro<> four_lines(rill::process_pool_executor& pool) {
  const lines text{"I know what I know", "I know that I know", "I don't know much",
                   "They don't know much"};
  std::vector<counts> mapped = co_await pool.map<&words_of>(text).all();
  tell_words(merged_all(std::move(mapped)));
}

rill::coro<> large_file(rill::process_pool_executor& pool, rill::shared_value<int> counter) {
  counts serial;
  const lines all = made_up_file();
  for (const std::string& line : all) add_line(serial, line);
  std::vector<counts> mapped = co_await with_progress(pool, partitions(all, 600), counter);
  std::vector<counts> again = mapped;
  const counts here = merged_all(std::move(mapped));
  const counts there = co_await reduced_in_rounds(pool, std::move(again), 5);
  say("Aardvark has appeared " + std::to_string(here.at("Aardvark")) + " times.");
  say(std::to_string(here.at("")) + " line could not be read");
  say(here == serial && there == serial ? "the same in series, in chunks and in rounds" : "wrong");
}

rill::coro<> recipe() {
  const rill::shared_value<int> counter(0);
  rill::process_pool_options options;
  options.max_workers = 2;
  options.initializer = rill::process_initializer::of<&count_into>(counter);
  rill::process_pool_executor pool(std::move(options));
  const auto body = [counter](rill::process_pool_executor& workers) -> rill::coro<> {
    co_await four_lines(workers);
    co_await large_file(workers, counter);
  };
  co_await rill::with(pool, body);
}

}  // namespace

int main(int count, char** arguments) {
  rill::process_worker_main();
  return cookbook::run(count, arguments, recipe());
}
