// SPDX-License-Identifier: BSL-1.0
#include "rill/testing/check_stream.hpp"

#include <span>
#include <utility>

#include "rill/base/error.hpp"
#include "testing/stream_checks.hpp"

namespace rill::testing {

namespace {

using detail::stream_check;

/// All of them.
std::vector<stream_check> all_checks() {
  std::vector<stream_check> all;
  for (const auto part :
       {&detail::reading_checks, &detail::writing_checks, &detail::ending_checks}) {
    const std::span<const stream_check> some = part();
    all.insert(all.end(), some.begin(), some.end());
  }
  return all;
}

bool applies(const stream_check& check, stream_traits traits) {
  return (!check.needs_half_close || traits.half_close) &&
         (!check.needs_one_object || traits.one_object);
}

coro<> check_one(const stream_check& check, connection& near, connection& far) {
  std::string wrong;
  try {
    co_await check.run(near, far);
  } catch (const detail::broken_promise& found) {
    wrong = found.what();
  }
  if (!wrong.empty()) {
    throw stream_check_error("rill: check_stream: " + std::string(check.name) + ": " + wrong);
  }
}

coro<> check_both_ways(const stream_check& check, const stream_maker& make) {
  connection_pair pair = co_await make();
  co_await check_one(check, pair.first, pair.second);
  connection_pair turned = co_await make();
  co_await check_one(check, turned.second, turned.first);
}

}  // namespace

coro<> check_stream(stream_maker make, stream_traits traits) {
  const std::vector<stream_check> checks = all_checks();
  for (const stream_check& check : checks) {
    if (applies(check, traits)) co_await check_both_ways(check, make);
  }
}

coro<> check_stream(std::string name, stream_maker make, stream_traits traits) {
  bool known = false;
  const std::vector<stream_check> checks = all_checks();
  for (const stream_check& check : checks) {
    if (check.name != name) continue;
    known = true;
    if (applies(check, traits)) co_await check_both_ways(check, make);
  }
  if (!known) rill::detail::throw_invalid_argument("rill: check_stream() has no such check");
}

std::vector<std::string_view> stream_checks() {
  std::vector<std::string_view> names;
  for (const stream_check& check : all_checks()) names.push_back(check.name);
  return names;
}

}  // namespace rill::testing
