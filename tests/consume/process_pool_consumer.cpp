// SPDX-License-Identifier: BSL-1.0
//
// The program that a consumer of rill::process_pool builds: a job in another process.
#include <unistd.h>

#include <cstdio>
#include <rill/exec/process_pool_executor.hpp>
#include <rill/rill.hpp>
#include <string>
#include <vector>

namespace {

std::vector<std::string> greet(const std::string& name, long caller) {
  return {"hello", name, ::getpid() == caller ? "here" : "elsewhere"};
}

rill::coro<std::string> consume() {
  rill::process_pool_options options;
  options.max_workers = 1;
  rill::process_pool_executor pool(options);
  std::string said;
  const long here = ::getpid();
  const std::vector<std::string> words = co_await pool.submit<&greet>(std::string("rill"), here);
  for (const std::string& word : words) said += word + " ";
  co_await pool.aclose();
  co_return said;
}

}  // namespace

int main() {
  rill::process_worker_main();
  const std::string said = rill::run(consume());
  std::printf("%s\n", said.c_str());
  return said == "hello rill elsewhere " ? 0 : 1;
}
