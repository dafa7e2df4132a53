#!/usr/bin/env python3
# SPDX-License-Identifier: BSL-1.0
"""What a small job takes to a process of a pool of one and back, one after the other: ns=..."""

import asyncio
import concurrent.futures
import sys
import time


def plus_one(number):
    return number + 1


async def jobs(count):
    loop = asyncio.get_running_loop()
    with concurrent.futures.ProcessPoolExecutor(1) as pool:
        await loop.run_in_executor(pool, plus_one, 1)
        before = time.perf_counter()
        for _ in range(count):
            await loop.run_in_executor(pool, plus_one, 1)
        return (time.perf_counter() - before) / count * 1e9


if __name__ == "__main__":
    if len(sys.argv) != 3 or sys.argv[1] != "--jobs":
        sys.exit("usage: process_pool.py --jobs N")
    print(f"ns={asyncio.run(jobs(int(sys.argv[2]))):.1f}")
