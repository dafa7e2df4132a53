// SPDX-License-Identifier: BSL-1.0
// Numbers of the socket calls that not every POSIX system has. A file for each system defines them,
// beside its table of calls; where the system has none, the table's calls understand ours.
#pragma once

namespace rill::detail {

struct system_numbers {
  /// For socket() and socketpair(), with the type, and for accept4().
  static const int non_blocking;
  static const int not_inherited;
  /// For send() and sendmsg(): a broken connection is an error and no signal. Zero where sockets
  /// are told once, by make_quiet().
  static const int no_signal;
  /// For recvmsg(): handles that come are not inherited.
  static const int handles_not_inherited;
  /// ENONET, or no error at all.
  static const int not_on_network;
  /// Whether Unix sockets may have names that are no files.
  static const bool abstract_names;
};

}  // namespace rill::detail
