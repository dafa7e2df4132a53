// SPDX-License-Identifier: BSL-1.0
// A server that sends files: a name comes, the size and the bytes of that file go back, moved by
// the system itself. It serves what lies in its folder, and nothing else.
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>
#include <system_error>
#include <utility>

#include "cookbook/cookbook.hpp"

using cookbook::say;

namespace {

class file_service {
 public:
  explicit file_service(std::filesystem::path folder) : folder_(std::move(folder)) {}

  // One request after the other on each connection.
  rill::coro<> serve(rill::stream_reader reader, rill::stream_writer writer) const {
    while (auto line = co_await reader.next_line()) {
      const std::string name = line->substr(0, line->find_first_of("\r\n"));
      co_await answer(writer, name);
    }
  }

 private:
  rill::coro<> answer(rill::stream_writer& writer, const std::string& name) const {
    std::string trouble;
    bool announced = false;
    try {
      rill::file from = co_await rill::open_file(path_of(name));
      const std::int64_t size = co_await from.size();
      writer.write(std::to_string(size) + "\n");
      announced = true;
      std::int64_t sent = 0;
      if (size > 0) sent = co_await writer.send_file(from, 0, size);
      if (sent < size) throw std::runtime_error(name + " has become shorter under way");
      co_await from.close();
    } catch (const std::system_error& error) {
      if (announced) throw;  // nothing else can be said any more: this connection is closed
      trouble = error.code().message();
    }
    if (!trouble.empty()) co_await writer.write_all("- " + trouble + "\n");
  }

  std::string path_of(const std::string& name) const {
    const bool inside = !name.empty() && name[0] != '.' && name.find('/') == std::string::npos &&
                        name.find('\0') == std::string::npos;
    if (!inside) throw std::system_error(std::make_error_code(std::errc::permission_denied));
    return (folder_ / name).string();
  }

  std::filesystem::path folder_;
};

rill::coro<> ask(rill::connection& server, std::string name) {
  co_await server.writer.write_all(name + "\n");
  std::string head = co_await server.reader.readline();
  head.pop_back();
  if (head[0] == '-') {
    say(name + ": " + head.substr(2));
    co_return;
  }
  const std::string content = co_await server.reader.readexactly(std::stol(head));
  say(name + ": " + head + " bytes, ending in " + content.substr(content.size() - 3));
}

rill::coro<> recipe() {
  const std::filesystem::path folder =
      std::filesystem::temp_directory_path() / ("rill-file-server-" + cookbook::unique_name());
  std::filesystem::create_directory(folder);
  std::ofstream(folder / "small") << "one";
  std::ofstream(folder / "large") << std::string(5'000'000, '.') << "end";
  const file_service service(folder);
  const auto handler = [&service](rill::stream_reader reader, rill::stream_writer writer) {
    return service.serve(std::move(reader), std::move(writer));
  };
  rill::server server = co_await rill::start_server(handler, "127.0.0.1", 0);
  rill::connection client = co_await rill::open_connection("127.0.0.1", server.port());
  co_await ask(client, "small");
  co_await ask(client, "large");
  co_await ask(client, "missing");
  co_await ask(client, "../secret");
  co_await ask(client, "small");
  client.writer.close();
  server.close();
  co_await server.wait_closed();
  std::filesystem::remove_all(folder);
}

}  // namespace

int main(int count, char** arguments) { return cookbook::run(count, arguments, recipe()); }
