// SPDX-License-Identifier: BSL-1.0
#include <linux/fs.h>
#include <sys/uio.h>

#include "base/system_calls.hpp"
#include "net/cached_read.hpp"

namespace rill::detail {

namespace {

// A hop to a thread and back costs more than the copy of this much.
constexpr std::size_t most_at_once = 64 * 1024;

}  // namespace

std::int64_t read_cached(native_handle file, const file_part& part) noexcept {
  if (part.kind != io_kind::read_at || part.size > most_at_once) return 0;
  const auto call = system_calls().preadv2;
  if (call == nullptr) return 0;
  const iovec vector{part.memory, part.size};
  const ssize_t done =
      call(static_cast<int>(file), &vector, 1, static_cast<off_t>(part.offset), RWF_NOWAIT);
  // Linux 5.9 and 5.10 may return 0 before the end of the file too.
  return done > 0 ? done : 0;
}

}  // namespace rill::detail
