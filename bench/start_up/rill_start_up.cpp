// SPDX-License-Identifier: BSL-1.0
// The least program on rill: a loop is made, one coroutine awaits once, the loop ends. What it
// takes to start it, to compile it and to keep it is measured.
#include <rill/rill.hpp>

namespace {

rill::coro<> once() { co_await rill::yield(); }

}  // namespace

int main() { rill::run(once()); }
