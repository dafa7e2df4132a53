// SPDX-License-Identifier: BSL-1.0
// The calls of the IOCP reactor that have no word in POSIX, as a table of their own that tests can
// replace: GetLastError() tells what has failed, of sockets WSAGetLastError().
#pragma once

#include <sys/socket.h>

namespace rill::detail {

/// What begins an overlapped operation is FALSE, of sockets not 0, with an error that says so when
/// its end is still to come.
struct iocp_call_table {
  /// CreateIoCompletionPort(). Without a handle: a new port; else that, or null.
  HANDLE (*create_port)(HANDLE handle, HANDLE port);
  /// Of high resolution. Null: there is none here.
  HANDLE (*create_timer)();
  BOOL (*set_timer)(HANDLE timer, const LARGE_INTEGER& due, PTIMERAPCROUTINE ended);
  /// SetFileCompletionNotificationModes().
  BOOL (*set_modes)(HANDLE handle, UCHAR modes);
  /// GetQueuedCompletionStatusEx().
  BOOL (*wait)(HANDLE port, OVERLAPPED_ENTRY* reports, ULONG capacity, ULONG* count,
               DWORD milliseconds, BOOL alertable);
  /// A report without a record.
  BOOL (*post)(HANDLE port);
  /// CancelIoEx().
  BOOL (*cancel)(HANDLE handle, OVERLAPPED* record);

  int (*receive)(SOCKET from, WSABUF* buffers, DWORD count, DWORD* flags, OVERLAPPED* record);
  int (*receive_from)(SOCKET from, WSABUF* buffers, DWORD count, DWORD* flags, sockaddr* sender,
                      int* sender_size, OVERLAPPED* record);
  int (*send)(SOCKET to, WSABUF* buffers, DWORD count, OVERLAPPED* record);
  int (*send_to)(SOCKET by, WSABUF* buffers, DWORD count, const sockaddr* receiver,
                 int receiver_size, OVERLAPPED* record);
  /// AcceptEx() without data; `room` is for two addresses of `address_room` bytes.
  BOOL (*accept)(SOCKET listener, SOCKET accepted, void* room, DWORD address_room,
                 OVERLAPPED* record);
  /// Not 0: an error. Has an accepted socket take after its listener.
  int (*finish_accept)(SOCKET listener, SOCKET accepted);
  /// ConnectEx() without data.
  BOOL (*connect)(SOCKET client, const sockaddr* address, int size, OVERLAPPED* record);
  BOOL (*read)(HANDLE from, void* data, DWORD size, OVERLAPPED* record);
  BOOL (*write)(HANDLE to, const void* data, DWORD size, OVERLAPPED* record);
  /// ConnectNamedPipe().
  BOOL (*accept_pipe)(HANDLE server, OVERLAPPED* record);
};

/// Not atomic: a test that changes it puts it back, while no other thread does I/O.
extern iocp_call_table iocp_calls;

}  // namespace rill::detail
