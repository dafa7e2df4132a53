// SPDX-License-Identifier: BSL-1.0
// A loop in each worker process, each with connections of its own to a server; the rows that it is
// told come back. The same with loops in threads. Listing F 6.12.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "cookbook/cookbook.hpp"
#include "cookbook/this_system.hpp"
#include "rill/exec/process_pool_executor.hpp"

using namespace std::chrono_literals;
using cookbook::say;

namespace {

constexpr int workers = 5;
constexpr int connections = 6;  // of each worker
constexpr int queries = 200;    // of each worker

/// What comes back is plain: a row of a connection that stays behind would not compile.
struct row {
  int id = 0;
  std::string name;

  template <class Archive>
  void serialize(Archive& archive) {
    archive(id, name);
  }
};

// -- in the workers ------------------------------------------------------------------------------

/// Connections that are handed out and come back. As many queries are under way as there are.
class connection_pool {
 public:
  rill::coro<> open(std::uint16_t port, int count) {
    for (int i = 0; i < count; ++i) {
      rill::connection made = co_await rill::open_connection("127.0.0.1", port);
      idle_.try_put(std::make_unique<rill::connection>(std::move(made)));
    }
  }
  rill::coro<row> query(int id) {
    std::unique_ptr<rill::connection> used = co_await idle_.get();
    const std::string asked = std::to_string(id) + "\n";
    co_await used->writer.write_all(asked);
    std::string told = co_await used->reader.readline();
    idle_.try_put(std::move(used));
    told.pop_back();
    row made;
    made.id = id;
    made.name = std::move(told);
    co_return made;
  }
  rill::coro<> close() {
    while (auto left = idle_.try_get()) {
      std::unique_ptr<rill::connection> each = std::move(*left);
      each->writer.close();
      co_await each->writer.wait_closed();
    }
  }

 private:
  rill::queue<std::unique_ptr<rill::connection>> idle_;
};

rill::coro<std::vector<row>> ask_all(std::uint16_t port, int first) {
  connection_pool pool;
  co_await pool.open(port, connections);
  std::vector<rill::task<row>> asking;
  for (int i = 0; i < queries; ++i) asking.push_back(rill::create_task(pool.query(first + i)));
  std::vector<row> rows = co_await rill::gather(std::move(asking));
  co_await pool.close();
  co_return rows;
}

// -- here ----------------------------------------------------------------------------------------

/// Stands for a database: tells the name of each number.
class name_server {
 public:
  rill::coro<> open() {
    const auto answer = [this](rill::stream_reader reader, rill::stream_writer writer) {
      return serve(std::move(reader), std::move(writer));
    };
    server_.emplace(co_await rill::start_server(answer, "127.0.0.1", 0));
  }
  rill::coro<> close() { co_await server_->shutdown(1s); }
  std::uint16_t port() const { return server_->port(); }
  int most_connections() const noexcept { return most_; }

 private:
  rill::coro<> serve(rill::stream_reader reader, rill::stream_writer writer) {
    most_ = std::max(most_, ++now_);
    while (auto line = co_await reader.next_line()) {
      const std::string told = "product " + *line;
      co_await writer.write_all(told);
    }
    --now_;
  }

  std::optional<rill::server> server_;
  int now_ = 0;
  int most_ = 0;
};

void tell(const std::string& where, const std::vector<std::vector<row>>& all,
          const name_server& asked) {
  std::set<int> ids;
  bool right = true;
  for (const std::vector<row>& rows : all) {
    for (const row& each : rows) {
      ids.insert(each.id);
      right = right && each.name == "product " + std::to_string(each.id);
    }
  }
  say(where + ": " + std::to_string(ids.size()) + " rows, " + (right ? "all right" : "wrong"));
  const bool bounded = asked.most_connections() <= workers * connections;
  say(bounded ? "never more than 30 connections" : "too many connections");
}

rill::coro<> in_processes(const name_server& server) {
  rill::process_pool_options options;
  options.max_workers = workers;
  if (cookbook::can_fork()) options.start = rill::worker_start::fork_server;
  rill::process_pool_executor pool(std::move(options));
  const auto body = [&server](rill::process_pool_executor& where) -> rill::coro<> {
    std::vector<rill::executor_future<std::vector<row>>> jobs;
    for (int i = 0; i < workers; ++i) {
      jobs.push_back(where.submit<&ask_all>(server.port(), i * queries));
    }
    const std::vector<std::vector<row>> all = co_await rill::gather(std::move(jobs));
    tell("in processes", all, server);
  };
  co_await rill::with(pool, body);
}

// Without the way of rows through a socket. Loops multiply what can be done with the answers, not
// how fast a server gives them.
rill::coro<> in_threads(const name_server& server) {
  rill::loop_pool pool({.loops = workers});
  std::vector<rill::executor_future<std::vector<row>>> jobs;
  for (int i = 0; i < workers; ++i) {
    jobs.push_back(pool.submit(ask_all, server.port(), i * queries));
  }
  const std::vector<std::vector<row>> all = co_await rill::gather(std::move(jobs));
  tell("in threads", all, server);
  co_await pool.aclose();
}

using part = rill::coro<> (*)(const name_server& server);

rill::coro<> recipe() {
  for (const part each : {in_processes, in_threads}) {
    name_server server;
    co_await server.open();
    co_await each(server);
    co_await server.close();
  }
}

}  // namespace

int main(int count, char** arguments) {
  rill::process_worker_main();
  return cookbook::run(count, arguments, recipe());
}
