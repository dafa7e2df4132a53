#!/usr/bin/env python3
# SPDX-License-Identifier: BSL-1.0
"""Bulk transfer through asyncio's streams, or with --uvloop on uvloop. Command line and output are
those of floors/raw_bulk."""

import argparse
import asyncio
import time

PIECE = 64 * 1024


class Stopwatch:
    def __init__(self):
        self.since, self.used = time.perf_counter(), time.process_time()

    def report(self, count):
        print(f"bytes {count} seconds {time.perf_counter() - self.since:.6f} "
              f"cpu {time.process_time() - self.used:.6f}", flush=True)


async def receive_all():
    over = asyncio.get_running_loop().create_future()

    async def serve(reader, writer):
        watch = Stopwatch()
        count = 0
        while data := await reader.read(PIECE):
            count += len(data)
        watch.report(count)
        writer.close()
        over.set_result(None)

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    print(f"port {server.sockets[0].getsockname()[1]}", flush=True)
    await over
    server.close()


async def send_all(port, count):
    _, writer = await asyncio.open_connection("127.0.0.1", port)
    watch = Stopwatch()
    data = b"b" * PIECE
    gone = 0
    while gone < count:
        some = data[:count - gone]  # the whole of it is no copy
        writer.write(some)
        await writer.drain()
        gone += len(some)
    writer.close()
    await writer.wait_closed()
    watch.report(gone)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--uvloop", action="store_true")
    parser.add_argument("way", choices=("receive", "send"))
    parser.add_argument("port", type=int, nargs="?")
    parser.add_argument("bytes", type=int, nargs="?")
    options = parser.parse_args()
    if options.way == "send" and options.bytes is None:
        parser.error("send wants a port and a number of bytes")
    if options.uvloop:
        import uvloop
        uvloop.install()
    asyncio.run(receive_all() if options.way == "receive"
                else send_all(options.port, options.bytes))


if __name__ == "__main__":
    main()
