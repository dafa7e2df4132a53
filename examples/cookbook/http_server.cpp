// SPDX-License-Identifier: BSL-1.0
// A small HTTP server: routes by method and path, one request on each connection, and an answer
// whatever comes: nonsense, a head without end, silence, a handler that throws. Listing R9.3.
//
//     cookbook_http_server --port 1234
#include <algorithm>
#include <charconv>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <ctime>
#include <functional>
#include <map>
#include <stdexcept>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include "cookbook/cookbook.hpp"

using namespace std::chrono_literals;
using cookbook::say;

namespace {

constexpr std::string_view usage =
    "usage: cookbook_http_server [--port PORT] [--virtual] [--scale FACTOR]\n"
    "  --port PORT     serves there until Ctrl-C; 0 takes any\n"
    "  --virtual       in virtual time: waiting takes no time\n"
    "  --scale FACTOR  a second takes so many seconds (1)";

constexpr std::size_t most_bytes = 65'536;  // of a head, and of a body
constexpr auto most_time = 30s;             // for a request to come

struct http_request {
  std::string method;
  std::string path;
  std::string query;
  std::string body;
};

struct http_answer {
  int code = 200;
  std::string body = "{}";
  std::string type = "application/json";
  std::string allow;
};

/// Why a request is not served: the code of the answer.
class refusal : public std::runtime_error {
 public:
  explicit refusal(int code) : std::runtime_error("refused"), code_(code) {}
  int code() const noexcept { return code_; }

 private:
  int code_;
};

std::string_view reason_of(int code) {
  static const std::map<int, std::string_view> reasons{{200, "OK"},
                                                       {400, "Bad Request"},
                                                       {404, "Not Found"},
                                                       {405, "Method Not Allowed"},
                                                       {408, "Request Timeout"},
                                                       {413, "Request Entity Too Large"},
                                                       {426, "Upgrade Required"},
                                                       {431, "Request Header Fields Too Large"},
                                                       {500, "Internal Server Error"}};
  return reasons.at(code);
}

std::string date() {
  const std::time_t now = std::time(nullptr);
  char text[64];
  const std::size_t size =
      std::strftime(text, sizeof text, "%a, %d %b %Y %H:%M:%S GMT", std::gmtime(&now));
  return std::string(text, size);
}

std::string head_of(const http_answer& of) {
  std::string head = "HTTP/1.1 " + std::to_string(of.code) + " ";
  head += reason_of(of.code);
  head += "\r\nDate: " + date() + "\r\nServer: rill\r\nContent-Type: " + of.type +
          "\r\nContent-Length: " + std::to_string(of.body.size()) + "\r\nConnection: close\r\n";
  if (!of.allow.empty()) head += "Allow: " + of.allow + "\r\n";
  return head + "\r\n";
}

/// `%41` is A.
std::string decoded(std::string_view text) {
  std::string plain;
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text[at] != '%') {
      plain += text[at];
      continue;
    }
    const std::string_view digits = text.substr(at + 1, 2);
    unsigned code = 0;
    const auto [end, error] =
        std::from_chars(digits.data(), digits.data() + digits.size(), code, 16);
    if (digits.size() != 2 || end != digits.data() + 2 || error != std::errc()) throw refusal(400);
    plain += static_cast<char>(code);
    at += 2;
  }
  return plain;
}

/// Method, path and query of the first line of a head.
http_request begun_by(std::string_view line) {
  const std::size_t first = line.find(' ');
  const std::size_t last = line.rfind(' ');
  if (first == 0 || first == std::string_view::npos || first == last) throw refusal(400);
  if (!line.substr(last + 1).starts_with("HTTP/1.")) throw refusal(400);
  const std::string_view target = line.substr(first + 1, last - first - 1);
  const std::size_t mark = std::min(target.find('?'), target.size());
  http_request made;
  made.method = line.substr(0, first);
  made.path = decoded(target.substr(0, mark));
  if (mark < target.size()) made.query = target.substr(mark + 1);
  if (!made.path.starts_with('/')) throw refusal(400);
  return made;
}

/// The value of a field of a head, whose name may be written in any case.
std::string_view field(std::string_view head, std::string_view wanted) {
  const auto lower = [](char letter) {
    return letter >= 'A' && letter <= 'Z' ? static_cast<char>(letter + 32) : letter;
  };
  constexpr std::size_t none = std::string_view::npos;
  for (std::size_t at = head.find("\r\n"); at != none; at = head.find("\r\n", at + 2)) {
    std::string_view line = head.substr(at + 2);
    line = line.substr(0, line.find("\r\n"));
    const std::size_t colon = line.find(':');
    if (colon == none) continue;
    if (!std::ranges::equal(line.substr(0, colon), wanted, {}, lower)) continue;
    line.remove_prefix(std::min(line.find_first_not_of(" \t", colon + 1), line.size()));
    return line;
  }
  return {};
}

rill::coro<http_request> receive_request(rill::stream_reader& reader) {
  const std::string head = co_await reader.readuntil("\r\n\r\n");
  http_request made = begun_by(std::string_view(head).substr(0, head.find("\r\n")));
  if (!field(head, "upgrade").empty()) throw refusal(426);
  const std::string_view length = field(head, "content-length");
  std::size_t size = 0;
  if (!length.empty()) {
    const char* const end = length.data() + length.size();
    if (std::from_chars(length.data(), end, size).ptr != end) throw refusal(400);
    if (size > most_bytes) throw refusal(413);
  }
  made.body = co_await reader.readexactly(static_cast<std::ptrdiff_t>(size));
  co_return made;
}

/// What is still on its way is taken, for a while: a connection that is closed with bytes unread is
/// reset, and the answer is lost with it.
rill::coro<> take_the_rest(rill::stream_reader& reader) {
  const auto reading = [&reader]() -> rill::coro<> {
    while (true) {
      const std::string some = co_await reader.read(most_bytes);
      if (some.empty()) break;
    }
  };
  try {
    co_await rill::wait_for(reading(), 2s);
  } catch (const rill::timeout_error&) {
    // It had its chance.
  }
}

class http_server {
 public:
  using handler = std::function<rill::coro<http_answer>(const http_request&)>;

  void add(const std::string& method, const std::string& path, handler made) {
    routes_[path].insert_or_assign(method, std::move(made));
  }

  rill::coro<> serve(rill::stream_reader reader, rill::stream_writer writer) const {
    http_request asked;
    http_answer given;
    try {
      asked = co_await rill::wait_for(receive_request(reader), most_time);
      given = co_await answer_to(asked);
    } catch (const rill::timeout_error&) {
      given.code = 408;
    } catch (const rill::limit_overrun_error&) {
      given.code = 431;
    } catch (const rill::incomplete_read_error& error) {
      if (error.partial().empty() && asked.method.empty()) co_return;  // it asks for nothing
      given.code = 400;
    } catch (const refusal& error) {
      given.code = error.code();
    } catch (const std::system_error&) {
      co_return;  // reset: nobody is there to be answered
    }
    writer.write(head_of(given));
    if (asked.method != "HEAD") writer.write(given.body);
    writer.write_eof();
    co_await writer.flush();
    co_await take_the_rest(reader);
  }

 private:
  rill::coro<http_answer> answer_to(const http_request& asked) const {
    http_answer given;
    const auto found = routes_.find(asked.path);
    if (found == routes_.end()) {
      given.code = 404;
      given.type = "text/html";
      given.body = "<h1>Not Found</h1>";
      co_return given;
    }
    const std::map<std::string, handler>& methods = found->second;
    const auto chosen = methods.find(asked.method == "HEAD" ? "GET" : asked.method);
    if (chosen == methods.end()) {
      given.code = 405;
      for (const auto& [method, made] : methods) {
        given.allow += (given.allow.empty() ? "" : ", ") + method;
      }
      co_return given;
    }
    try {
      given = co_await chosen->second(asked);
    } catch (const std::exception& error) {
      say("a handler has thrown: " + std::string(error.what()));
      given.code = 500;
    }
    co_return given;
  }

  std::map<std::string, std::map<std::string, handler>> routes_;
};

http_server with_routes() {
  http_server made;
  made.add("GET", "/test_me", [](const http_request& asked) -> rill::coro<http_answer> {
    http_answer given;
    given.body = R"({"it_works": true})";
    if (!asked.query.empty()) say("asked with " + asked.query);
    co_return given;
  });
  made.add("POST", "/echo", [](const http_request& asked) -> rill::coro<http_answer> {
    http_answer given;
    given.type = "text/plain; charset=utf-8";
    given.body = asked.body;
    co_return given;
  });
  made.add("GET", "/broken", [](const http_request&) -> rill::coro<http_answer> {
    co_await rill::sleep(1s);
    throw std::runtime_error("no reason");
  });
  return made;
}

rill::coro<rill::server> start(const http_server& http, std::uint16_t port) {
  rill::server_options options;
  options.limit = most_bytes;
  const auto serve = [&http](rill::stream_reader reader, rill::stream_writer writer) {
    return http.serve(std::move(reader), std::move(writer));
  };
  rill::server server = co_await rill::start_server(serve, "127.0.0.1", port, options);
  co_return server;
}

enum class then { waits, ends };

/// Sends that, in pieces, and tells what comes back.
rill::coro<> ask(rill::server& server, std::string text, std::size_t piece = 1'000'000,
                 then what = then::waits) {
  auto [reader, writer] = co_await rill::open_connection("127.0.0.1", server.port());
  for (std::size_t at = 0; at < text.size(); at += piece) {
    writer.write(std::string_view(text).substr(at, piece));
    co_await writer.flush();
  }
  if (what == then::ends) writer.write_eof();
  const std::string response = co_await reader.read();
  const std::string_view seen = response;
  const std::size_t end = seen.find("\r\n\r\n");
  const std::string length(field(seen.substr(0, end), "content-length"));
  const std::string allowed(field(seen.substr(0, end), "allow"));
  std::string told(seen.substr(0, seen.find("\r\n")));
  told += ", " + length + " bytes" + (allowed.empty() ? "" : ", allowed is " + allowed);
  say(told);
  if (end + 4 < seen.size() && seen[end + 4] == '{') say("  " + response.substr(end + 4));
}

rill::coro<> recipe() {
  const http_server http = with_routes();
  rill::server server = co_await start(http, 0);
  say("-- what it knows");
  const std::string rest = " HTTP/1.1\r\nHost: localhost\r\n\r\n";
  co_await ask(server, "GET /test_me" + rest, 1);
  co_await ask(server, "GET /test%5Fme?verbose=1" + rest);
  co_await ask(server, "HEAD /test_me" + rest);
  co_await ask(server, "POST /echo HTTP/1.1\r\ncontent-LENGTH: 2\r\n\r\n\xc3\xa9");
  say("-- what it does not");
  co_await ask(server, "GET /elsewhere" + rest);
  co_await ask(server, "POST /test_me" + rest);
  co_await ask(server, "get /test_me" + rest);
  co_await ask(server, "GET /broken" + rest);
  say("-- nonsense");
  co_await ask(server, "nonsense\r\n\r\n");
  co_await ask(server, "GET /%zz" + rest);
  co_await ask(server, "GET / HTTP/1.1\r\nUpgrade: websocket\r\n\r\n");
  co_await ask(server, "POST /echo HTTP/1.1\r\nContent-Length: 1000000\r\n\r\n");
  co_await ask(server, "GET / HTTP/1.1\r\nX: " + std::string(200'000, 'x') + "\r\n\r\n");
  say("-- half a request");
  co_await ask(server, "GET /test_me HTTP/1.1\r\n", 100, then::ends);
  co_await ask(server, "GET /test_me HTTP/1.1\r\n", 100, then::waits);
  co_await server.shutdown(1s);
  say("nobody is left");
}

/// For whoever connects, until Ctrl-C.
rill::coro<> serve(std::uint16_t port) {
  const http_server http = with_routes();
  rill::server server = co_await start(http, port);
  say("http://127.0.0.1:" + std::to_string(server.port()) + "/test_me");
  co_await server.serve_forever(2s);
}

}  // namespace

int main(int count, char** arguments) {
  return cookbook::play_or_serve(count, arguments, usage, recipe, serve);
}
