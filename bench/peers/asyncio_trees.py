#!/usr/bin/env python3
# SPDX-License-Identifier: BSL-1.0
"""The trees of micro/trees_micro.cpp on Python's asyncio, or with --uvloop on uvloop.

    asyncio_trees.py --case LEAF/gather|task_group [--seconds S] [--uvloop]

Prints ns=... of processor time for a tree.
"""

import argparse
import asyncio
import math
import random
import time

LEVELS = BRANCHES = 6


class Tree:
    def __init__(self):
        self.random, self.cache = random.Random(0), {}

    async def none(self):
        pass

    async def io(self):
        await asyncio.sleep(0.05)

    async def memoization(self):
        value = self.random.randint(1, 100)
        if value <= 90:
            if self.cache.get(value):
                return
            self.cache[value] = True
        await self.io()

    async def cpu_io_mixed(self):
        if self.random.random() < 0.5:
            math.factorial(500)
        else:
            await self.io()

    async def gather(self, level, leaf):
        if level == 0:
            await leaf()
            return
        await asyncio.gather(*[self.gather(level - 1, leaf) for _ in range(BRANCHES)])

    async def task_group(self, level, leaf):
        if level == 0:
            await leaf()
            return
        async with asyncio.TaskGroup() as group:
            for _ in range(BRANCHES):
                group.create_task(self.task_group(level - 1, leaf))


async def measure(leaf, way, seconds):
    count, before = 0, time.process_time()
    while True:
        tree = Tree()
        await getattr(tree, way)(LEVELS, getattr(tree, leaf))
        count += 1
        took = time.process_time() - before
        if took >= seconds:
            return took / count * 1e9


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--case", required=True)
    parser.add_argument("--seconds", type=float, default=0.2)
    parser.add_argument("--uvloop", action="store_true")
    options = parser.parse_args()
    if options.uvloop:
        import uvloop
        uvloop.install()
    print(f"ns={asyncio.run(measure(*options.case.split('/'), options.seconds)):.0f}")


if __name__ == "__main__":
    main()
