// SPDX-License-Identifier: BSL-1.0
//
// For the recipes with threads: a web site that takes its time, on a loop in a thread of its own,
// and a client that knows nothing of loops and blocks.
#pragma once

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>

#include "cookbook/blocking_sockets.hpp"
#include "rill/rill.hpp"

namespace cookbook {

/// Answers each request after a while, in real time, with a page that names its path, and counts
/// how many are answered at the same time. Paths that begin with /missing get a 404.
class slow_site {
 public:
  explicit slow_site(std::chrono::nanoseconds latency) : latency_(latency) {
    port_ = loop_.run([this] { return open(); });
  }
  ~slow_site() {
    loop_.run([this] { return close(); });
  }
  slow_site(const slow_site&) = delete;
  slow_site& operator=(const slow_site&) = delete;

  std::uint16_t port() const noexcept { return port_; }
  int requests() const noexcept { return requests_; }
  int most_at_a_time() const noexcept { return most_; }

 private:
  rill::coro<std::uint16_t> open() {
    const auto answer = [this](rill::stream_reader reader, rill::stream_writer writer) {
      return serve(std::move(reader), std::move(writer));
    };
    server_.emplace(co_await rill::start_server(answer, "127.0.0.1", 0));
    co_return server_->port();
  }
  rill::coro<> close() {
    co_await server_->shutdown(std::chrono::seconds(1));
    server_.reset();
  }
  rill::coro<> serve(rill::stream_reader reader, rill::stream_writer writer) {
    const std::string request = co_await reader.readuntil("\r\n\r\n");
    ++requests_;
    most_ = std::max(most_.load(), ++now_);
    co_await rill::sleep(latency_);
    --now_;
    const std::string path = request.substr(4, request.find(' ', 4) - 4);
    const bool missing = path.starts_with("/missing");
    std::string answer = missing ? "HTTP/1.0 404 Not Found\r\n\r\n" : "HTTP/1.0 200 OK\r\n\r\n";
    answer += "page of " + path;
    co_await writer.write_all(answer);
    writer.close();
    co_await writer.wait_closed();
  }

  const std::chrono::nanoseconds latency_;
  std::atomic<int> requests_ = 0;
  std::atomic<int> now_ = 0;
  std::atomic<int> most_ = 0;
  std::optional<rill::server> server_;  // of the loop's thread
  rill::loop_thread loop_;
  std::uint16_t port_ = 0;
};

struct page {
  int status = 0;
  std::string body;
};

/// A page, by calls that block. Throws std::system_error.
inline page blocking_get(std::uint16_t port, const std::string& path) {
  const blocking_connection connection(port);
  connection.send("GET " + path + " HTTP/1.0\r\n\r\n");
  std::string answer;
  for (std::string part = connection.receive(); !part.empty(); part = connection.receive()) {
    answer += part;
  }
  page got;
  got.status = std::stoi(answer.substr(9, 3));
  got.body = answer.substr(answer.find("\r\n\r\n") + 4);
  return got;
}

inline int status_of(std::uint16_t port, const std::string& path) {
  return blocking_get(port, path).status;
}

}  // namespace cookbook
