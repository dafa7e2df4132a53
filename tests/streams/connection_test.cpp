// SPDX-License-Identifier: BSL-1.0
#include "rill/streams/connection.hpp"

#include <string>
#include <system_error>
#include <utility>

#include "rill/core/create_task.hpp"
#include "support/catch.hpp"
#include "support/coroutine_case.hpp"
#include "support/socket_pair.hpp"

RILL_IO_TEST_CASE("a connection opens by address and carries lines both ways", "[connection]") {
  rill::socket listener = rill_test::listening();
  rill::connection client = co_await rill::open_connection(listener.local_address());
  rill::socket accepted = co_await listener.accept();
  rill::connection server(std::move(accepted));
  client.writer.write("question\n");
  const std::string question = co_await server.reader.readline();
  CHECK(question == "question\n");
  co_await server.writer.write_all("answer\n");
  const std::string answer = co_await client.reader.readline();
  CHECK(answer == "answer\n");
  client.writer.close();
  co_await client.writer.wait_closed();
  const std::string end = co_await server.reader.read();
  CHECK(end.empty());
  CHECK(server.reader.at_eof());
}

RILL_IO_TEST_CASE("a connection opens by name", "[connection][real-time]") {
  rill::socket listener = rill_test::listening();
  rill::connection client =
      co_await rill::open_connection("localhost", listener.local_address().port());
  CHECK(client.writer.peer_address() == listener.local_address());
}

RILL_IO_TEST_CASE("a refused connection throws", "[connection]") {
  rill::socket_address address;
  {
    const rill::socket listener = rill_test::listening();
    address = listener.local_address();
  }
  std::error_code code;
  try {
    const rill::connection none = co_await rill::open_connection(address);
  } catch (const std::system_error& error) {
    code = error.code();
  }
  CHECK(code == std::errc::connection_refused);
}
