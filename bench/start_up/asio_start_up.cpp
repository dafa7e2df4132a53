// SPDX-License-Identifier: BSL-1.0
// rill_start_up.cpp on Asio.
#include <asio.hpp>

namespace {

asio::awaitable<void> once() { co_await asio::post(asio::use_awaitable); }

}  // namespace

int main() {
  asio::io_context context(1);
  asio::co_spawn(context, once(), asio::detached);
  context.run();
}
