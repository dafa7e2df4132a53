#!/usr/bin/env python3
# SPDX-License-Identifier: BSL-1.0
"""The echo server on Python's asyncio, or with --uvloop on uvloop: a protocol, as its manual
advises for speed. Same command line and closing line as the raw servers."""

import argparse
import asyncio
import resource
import signal
import socket


class Echo(asyncio.Protocol):
    messages = 0

    def connection_made(self, transport):
        self.transport = transport

    def data_received(self, data):
        Echo.messages += 1
        self.transport.write(data)


def listening(options):
    if options.unix:
        listener = socket.socket(socket.AF_UNIX)
        listener.bind(options.unix)
    else:
        listener = socket.socket()
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(("127.0.0.1", options.port))
    listener.listen(4096)
    return listener


async def serve(options):
    loop = asyncio.get_running_loop()
    over = loop.create_future()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, over.set_result, None)
    listener = listening(options)
    where = f"127.0.0.1:{listener.getsockname()[1]}" if not options.unix else "unix:socket"
    if options.unix:
        await loop.create_unix_server(Echo, sock=listener, backlog=4096)
    else:
        await loop.create_server(Echo, sock=listener, backlog=4096)
    print(f"listening on {where}", flush=True)
    before = resource.getrusage(resource.RUSAGE_SELF)
    await over
    after = resource.getrusage(resource.RUSAGE_SELF)
    user = round(1e6 * (after.ru_utime - before.ru_utime))
    system = round(1e6 * (after.ru_stime - before.ru_stime))
    print(f"messages={Echo.messages} user_us={user} system_us={system} ns_per_message="
          f"{1e3 * (user + system) / max(1, Echo.messages):.1f}", flush=True)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--unix")
    parser.add_argument("--buffer", type=int, help="of no effect: asyncio has its own")
    parser.add_argument("--uvloop", action="store_true")
    options = parser.parse_args()
    limit = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (limit, limit))
    if options.uvloop:
        import uvloop
        uvloop.install()
    asyncio.run(serve(options))


if __name__ == "__main__":
    main()
