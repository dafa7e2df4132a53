// SPDX-License-Identifier: BSL-1.0
//
// Fuzzes the reads of streams: any script of reads, pieces, ends and cancellations has the same
// outcome as in the model.
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

#include "streams/reader_script.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  static rill::testing::step_loop steps;  // a loop for each input would be half of the time
  const std::string complaint = rill_test::reader_script(steps, bytes).play();
  if (complaint.empty()) return 0;
  std::fprintf(stderr, "%s\n", complaint.c_str());
  std::abort();
}
