// SPDX-License-Identifier: BSL-1.0
// Map-reduce in processes, with a line of progress: words in four lines, then how often each word
// stands in a large file of counts. Listings F 6.6, F 6.7, F 6.8, F 6.9, F 6.4.3-a, F 6.4.3-b,
// F 6.11b, N50.
//
//     cookbook_map_reduce --file googlebooks-eng-all-1gram-20120701-a --workers 8
#include <algorithm>
#include <charconv>
#include <cstddef>
#include <filesystem>
#include <fstream>
#include <map>
#include <stdexcept>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include "cookbook/cookbook.hpp"
#include "rill/exec/process_pool_executor.hpp"

using namespace std::chrono_literals;
using cookbook::say;

namespace {

constexpr std::string_view usage =
    "usage: cookbook_map_reduce [--file FILE] [--word WORD] [--chunk LINES] [--workers COUNT]\n"
    "                           [--virtual] [--scale FACTOR]\n"
    "  --file FILE      lines of word TAB year TAB occurrences TAB volumes (made up)\n"
    "  --word WORD      whose count is told (Aardvark)\n"
    "  --chunk LINES    so many for each job (600; 60000 with --file)\n"
    "  --workers COUNT  processes (2)\n"
    "  --virtual        in virtual time: waiting takes no time\n"
    "  --scale FACTOR   a second takes so many seconds (1)";

struct plan {
  std::string file;  // empty: made up
  std::string word;
  std::size_t chunk = 0;
  std::size_t workers = 0;
};

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

/// A file that goes with its owner.
class made_up_file {
 public:
  made_up_file()
      : path_(std::filesystem::temp_directory_path() / ("rill-words-" + cookbook::unique_name())) {
    std::ofstream to(path_);
    for (int year = 1900; year < 2000; ++year) {
      for (int word = 0; word < 100; ++word) {
        to << (word == 7 ? "Aardvark" : "word" + std::to_string(word)) << '\t' << year << '\t'
           << word * (year - 1899) << "\t1\n";
      }
    }
    to << "no number here\n";
  }
  made_up_file(const made_up_file&) = delete;
  made_up_file& operator=(const made_up_file&) = delete;
  ~made_up_file() {
    std::error_code ignored;
    std::filesystem::remove(path_, ignored);
  }
  std::string name() const { return path_.string(); }

 private:
  std::filesystem::path path_;
};

/// In a thread: a disk takes its time.
lines lines_of(const std::string& file) {
  std::ifstream from(file);
  if (!from) throw std::runtime_error("cannot read " + file);
  lines all;
  for (std::string line; std::getline(from, line);) all.push_back(std::move(line));
  return all;
}

rill::coro<lines> input_of(const plan& how) {
  if (!how.file.empty()) co_return co_await rill::to_thread(lines_of, how.file);
  const made_up_file made;
  co_return co_await rill::to_thread(lines_of, made.name());
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

rill::coro<> large_file(rill::process_pool_executor& pool, rill::shared_value<int> counter,
                        const plan& how) {
  counts serial;
  lines all = co_await input_of(how);
  for (const std::string& line : all) add_line(serial, line);
  std::vector<lines> parts = partitions(std::move(all), how.chunk);
  std::vector<counts> mapped = co_await with_progress(pool, std::move(parts), counter);
  std::vector<counts> again = mapped;
  const counts here = merged_all(std::move(mapped));
  const counts there = co_await reduced_in_rounds(pool, std::move(again), 5);
  const auto found = here.find(how.word);
  say(how.word + " has appeared " + std::to_string(found == here.end() ? 0 : found->second) +
      " times.");
  const auto odd = here.find("");
  say("lines that could not be read: " + std::to_string(odd == here.end() ? 0 : odd->second));
  say(here == serial && there == serial ? "the same in series, in chunks and in rounds" : "wrong");
}

rill::coro<> recipe(plan how) {
  const rill::shared_value<int> counter(0);
  rill::process_pool_options options;
  options.max_workers = how.workers;
  options.initializer = rill::process_initializer::of<&count_into>(counter);
  rill::process_pool_executor pool(std::move(options));
  const auto body = [&](rill::process_pool_executor& workers) -> rill::coro<> {
    co_await four_lines(workers);
    co_await large_file(workers, counter, how);
  };
  co_await rill::with(pool, body);
}

}  // namespace

int main(int count, char** arguments) {
  rill::process_worker_main();
  examples::command_line line(count, arguments, usage);
  cookbook::timing time(line);
  plan how;
  how.file = line.text("--file", "");
  how.word = line.text("--word", "Aardvark");
  const int chunk = how.file.empty() ? 600 : 60'000;
  how.chunk = static_cast<std::size_t>(line.whole_number("--chunk", chunk, 1, 10'000'000));
  how.workers = static_cast<std::size_t>(line.whole_number("--workers", 2, 1, 256));
  line.done();
  return cookbook::run(time, recipe(std::move(how)));
}
