// SPDX-License-Identifier: BSL-1.0
//
// Fuzzes the messages of process pools. Whatever comes from the other side, a reader gives what a
// simple model of the format gives, or ends with one of its errors; exceptions that were sent are
// read or refused; and what a writer writes in any pieces comes back whole.
#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <numeric>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "base/system_calls.hpp"
#include "exec/process_channel.hpp"
#include "exec/process_exceptions.hpp"
#include "rill/exec/detail/process_wire.hpp"

using namespace rill::detail;

namespace {

void demand(bool holds) {
  if (!holds) std::abort();
}

/// A row of small numbers that steers; zeros behind its end.
class script {
 public:
  explicit script(std::span<const std::uint8_t> data) : data_(data) {}
  std::uint8_t next() {
    if (data_.empty()) return 0;
    const std::uint8_t value = data_.front();
    data_ = data_.subspan(1);
    return value;
  }
  /// A length, most often a small one.
  std::size_t size() {
    constexpr std::size_t sizes[] = {0, 1, 7, 32'768, 65'531, 65'532, 65'536, 150'000};
    const std::uint8_t value = next();
    return value < 200 ? value : sizes[value % 8];
  }
  bool empty() const { return data_.empty(); }
  std::span<const std::uint8_t> split(std::size_t most) {
    const std::span<const std::uint8_t> part = data_.first(std::min(most, data_.size()));
    data_ = data_.subspan(part.size());
    return part;
  }
  std::span<const std::uint8_t> rest() const { return data_; }

 private:
  std::span<const std::uint8_t> data_;
};

/// In place of a socket: what has been sent, and not been received.
struct wire {
  std::string bytes;
  std::size_t at = 0;
  std::size_t piece = 1;  // the most at a time
};
wire the_wire;

ssize_t put(int /*handle*/, const msghdr* message, int /*flags*/) {
  const std::size_t before = the_wire.bytes.size();
  for (std::size_t i = 0; i < message->msg_iovlen; ++i) {
    const iovec& part = message->msg_iov[i];
    const std::size_t room = the_wire.piece - (the_wire.bytes.size() - before);
    the_wire.bytes.append(static_cast<const char*>(part.iov_base), std::min(room, part.iov_len));
  }
  return static_cast<ssize_t>(the_wire.bytes.size() - before);
}

ssize_t take(int /*handle*/, msghdr* message, int /*flags*/) {
  const std::size_t part =
      std::min({message->msg_iov->iov_len, the_wire.piece, the_wire.bytes.size() - the_wire.at});
  std::memcpy(message->msg_iov->iov_base, the_wire.bytes.data() + the_wire.at, part);
  the_wire.at += part;
  message->msg_controllen = 0;
  return static_cast<ssize_t>(part);
}

/// A channel over it, which closes nothing.
struct open_channel {
  open_channel() : channel(0) {}
  ~open_channel() { static_cast<void>(channel.release()); }
  process_channel channel;
};

enum class outcome { good, closed, taken_back, too_short };

template <class Function>
outcome outcome_of(Function function) {
  try {
    function();
    return outcome::good;
  } catch (const wire_closed&) {
    return outcome::closed;
  } catch (const wire_taken_back&) {
    return outcome::taken_back;
  } catch (const std::runtime_error&) {
    return outcome::too_short;
  }
}

/// The format, one byte after the other.
class model {
 public:
  explicit model(std::string_view bytes) : bytes_(bytes) {}

  void begin() { next_chunk(); }
  std::string read(std::size_t size) {
    std::string made;
    while (made.size() != size) {
      if (left_ != 0) {
        made += byte();
        --left_;
      } else if (last_) {
        throw std::runtime_error("too short");
      } else {
        next_chunk();
      }
    }
    return made;
  }
  void finish() {
    while (true) {
      for (; left_ != 0; --left_) byte();
      if (last_) break;
      next_chunk();
    }
  }

 private:
  char byte() {
    if (bytes_.empty()) throw wire_closed();
    const char value = bytes_.front();
    bytes_.remove_prefix(1);
    return value;
  }
  void next_chunk() {
    std::uint32_t word = 0;
    for (int i = 0; i < 4; ++i) {
      word |= static_cast<std::uint32_t>(static_cast<std::uint8_t>(byte())) << (8 * i);
    }
    left_ = word & wire_mark::length;
    last_ = (word & wire_mark::last) != 0;
    if ((word & wire_mark::taken_back) == 0) return;
    finish();
    throw wire_taken_back();
  }

  std::string_view bytes_;
  std::size_t left_ = 0;
  bool last_ = true;
};

// What is behind an error is not looked at: connections end there, or a next message begins.
void read_anything(script steps) {
  script reads(steps.split(steps.next()));
  the_wire.bytes.assign(reinterpret_cast<const char*>(steps.rest().data()), steps.rest().size());
  open_channel open;
  wire_reader in(open.channel);
  model expected(the_wire.bytes);
  bool in_message = false;
  while (!reads.empty()) {
    const std::uint8_t what = reads.next();
    outcome got;
    outcome wanted;
    if (!in_message) {
      got = outcome_of([&] { in.begin(); });
      wanted = outcome_of([&] { expected.begin(); });
      in_message = got == outcome::good;
    } else if (what % 4 == 0) {
      got = outcome_of([&] { in.finish(); });
      wanted = outcome_of([&] { expected.finish(); });
      in_message = false;
    } else {
      std::string read(reads.size(), '\0');
      std::string model_read;
      got = outcome_of([&] { in.read(read.data(), read.size()); });
      wanted = outcome_of([&] { model_read = expected.read(read.size()); });
      if (wanted == outcome::good) demand(read == model_read);
      if (got == outcome::taken_back) in_message = false;
    }
    demand(got == wanted);
    if (got == outcome::closed || got == outcome::too_short) break;
  }
}

void read_an_exception(script steps) {
  the_wire.bytes.assign(reinterpret_cast<const char*>(steps.rest().data()), steps.rest().size());
  open_channel open;
  wire_reader in(open.channel);
  try {
    in.begin();
    demand(read_exception(in) != nullptr);
    in.finish();
  } catch (const wire_closed&) {
  } catch (const wire_taken_back&) {
  } catch (const std::exception&) {
  }
}

std::string pattern(std::size_t size, std::uint8_t from) {
  std::string made(size, '\0');
  std::iota(made.begin(), made.end(), static_cast<char>(from));
  return made;
}

/// What was written between two ends, or nothing if it was taken back.
using message = std::optional<std::string>;

std::vector<message> write_messages(script& steps, std::size_t most, process_channel& channel) {
  std::vector<message> written;
  wire_writer out(channel);
  std::string now;
  for (int i = 0; i < 20 && !steps.empty(); ++i) {
    const std::uint8_t what = steps.next();
    if (what % 8 == 0) {
      out.end();
      written.emplace_back(std::move(now));
      now.clear();
    } else if (what % 8 == 1) {
      out.take_back();
      written.emplace_back(std::nullopt);
      now.clear();
    } else {
      const std::string part = pattern(std::min(steps.size(), most), what);
      out.write(part.data(), part.size());
      now += part;
    }
  }
  out.end();
  written.emplace_back(std::move(now));
  return written;
}

// Small ones for small messages: a large one byte by byte would take all the time.
std::size_t piece_of(std::uint8_t value) {
  const auto wide = static_cast<std::size_t>(value);
  return 1 + wide * wide;
}

void write_and_read(script steps) {
  const std::size_t sent_at_once = piece_of(steps.next());
  const std::size_t read_at_once = piece_of(steps.next());
  the_wire.bytes.clear();
  the_wire.piece = sent_at_once;
  open_channel open;
  const std::size_t most = 200 * std::min(sent_at_once, read_at_once);
  const std::vector<message> written = write_messages(steps, most, open.channel);
  the_wire.piece = read_at_once;
  wire_reader in(open.channel);
  for (const message& each : written) {
    const outcome got = outcome_of([&] {
      in.begin();
      std::string read(each ? each->size() : 0, '\0');
      for (std::size_t from = 0; from < read.size();) {
        const std::size_t part = std::min(read.size() - from, read.size() / 64 + steps.size() + 1);
        in.read(read.data() + from, part);
        from += part;
      }
      if (each) demand(read == *each);
      in.finish();
    });
    demand(got == (each ? outcome::good : outcome::taken_back));
  }
  demand(outcome_of([&] { in.begin(); }) == outcome::closed);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  current_system_calls.sendmsg = &put;
  current_system_calls.recvmsg = &take;
  script steps({data, size});
  const std::uint8_t what = steps.next();
  the_wire = wire();
  the_wire.piece = 1 + what / 3;
  switch (what % 3) {
    case 0:
      read_anything(steps);
      break;
    case 1:
      read_an_exception(steps);
      break;
    default:
      write_and_read(steps);
  }
  return 0;
}
