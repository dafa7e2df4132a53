// SPDX-License-Identifier: BSL-1.0
//
// The program that each consumer builds: what a first program uses of headers and library.
#include <cstdio>
#include <rill/version.hpp>

int main() {
  std::printf("rill %s\n", rill::library_version());
  return rill::version_major >= 0 ? 0 : 1;
}
