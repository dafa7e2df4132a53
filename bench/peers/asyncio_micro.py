#!/usr/bin/env python3
# SPDX-License-Identifier: BSL-1.0
"""The micro benchmarks on Python's asyncio, or with --uvloop on uvloop, under their names.

    asyncio_micro.py --case NAME [--seconds S] [--uvloop]

Prints ns=... of one operation: CPU of the process, for hops and posts the time that passes. A case
is a coroutine that runs a number of rounds and returns how many operations these were.
"""

import argparse
import asyncio
import concurrent.futures
import random
import sys
import threading
import time

CASES = {}
WALL = {"hop", "post"}
SLOW = {"sleepers/100000", "post"}  # one round takes long enough, behind one for practice


def case(name, *arguments):
    def register(function):
        CASES[name] = lambda rounds: function(rounds, *arguments)
        return function
    return register


async def ready():
    return 1


async def yields(count):
    for _ in range(count):
        await asyncio.sleep(0)


@case("await_child")
async def await_child(rounds):
    for _ in range(rounds):
        await ready()
    return rounds


@case("yield/1", 1)
@case("yield/2", 2)
@case("yield/1000", 1000)
async def yield_turns(rounds, tasks):
    over = False

    async def until_over():
        while not over:
            await asyncio.sleep(0)

    others = [asyncio.create_task(until_over()) for _ in range(tasks - 1)]
    turns = max(1, rounds // tasks)
    for _ in range(turns):
        await asyncio.sleep(0)
    over = True
    for other in others:
        await other
    return turns * tasks


@case("spawn_join/1000/0", 0)
@case("spawn_join/1000/1", 1)
async def spawn_join(rounds, count):
    times = max(1, rounds // 1000)
    for _ in range(times):
        for task in [asyncio.create_task(yields(count)) for _ in range(1000)]:
            await task
    return times * 1000


@case("call_soon")
async def call_soon(rounds):
    loop = asyncio.get_running_loop()
    for _ in range(max(1, rounds // 100)):
        for _ in range(100):
            loop.call_soon(int)
        await asyncio.sleep(0)
    return max(1, rounds // 100) * 100


@case("timer_arm_cancel")
async def timer_arm_cancel(rounds):
    loop = asyncio.get_running_loop()
    for index in range(rounds):
        loop.call_later(10, int).cancel()
        if index % 1000 == 0:
            await asyncio.sleep(0)
    return rounds


@case("sleepers/100000")
async def sleepers(rounds):
    del rounds
    generator = random.Random(1)
    tasks = [asyncio.create_task(asyncio.sleep(generator.random() * 0.2)) for _ in range(100_000)]
    for task in tasks:
        await task
    return 100_000


@case("cancel_join")
async def cancel_join(rounds):
    for _ in range(rounds):
        task = asyncio.create_task(asyncio.sleep(3600))
        await asyncio.sleep(0)
        task.cancel()
        try:
            await task
        except asyncio.CancelledError:
            pass
    return rounds


@case("generator_items")
async def generator_items(rounds):
    async def count():
        for index in range(rounds):
            yield index

    async for _ in count():
        pass
    return rounds


@case("await_limited")
async def await_limited(rounds):
    for _ in range(rounds):
        await asyncio.wait_for(ready(), 1)
    return rounds


@case("yield_limited")
async def yield_limited(rounds):
    for _ in range(rounds):
        await asyncio.wait_for(asyncio.sleep(0), 1)
    return rounds


@case("join_by_gather/1000")
async def join_by_gather(rounds):
    times = max(1, rounds // 1000)
    for _ in range(times):
        await asyncio.gather(*[ready() for _ in range(1000)])
    return times * 1000


@case("join_by_group/1000")
async def join_by_group(rounds):
    times = max(1, rounds // 1000)
    for _ in range(times):
        async with asyncio.TaskGroup() as group:
            for _ in range(1000):
                group.create_task(ready())
    return times * 1000


@case("cancel_waiting/1000")
async def cancel_waiting(rounds):
    async def body():
        async with asyncio.TaskGroup() as group:
            for _ in range(1000):
                group.create_task(asyncio.sleep(3600))

    times = max(1, rounds // 1000)
    for _ in range(times):
        task = asyncio.create_task(body())
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        task.cancel()
        try:
            await task
        except asyncio.CancelledError:
            pass
    return times * 1000


@case("lock_alone", asyncio.Lock)
@case("semaphore_alone", lambda: asyncio.Semaphore(2))
async def alone(rounds, make):
    lock = make()
    for _ in range(rounds):
        async with lock:
            pass
    return rounds


@case("lock_contended/2", asyncio.Lock, 2)
@case("lock_contended/100", asyncio.Lock, 100)
@case("semaphore_contended/100", lambda: asyncio.Semaphore(1), 100)
async def contended(rounds, make, tasks):
    lock = make()
    each = max(1, rounds // tasks)

    async def contends():
        await lock.acquire()
        await asyncio.sleep(0)
        # From here on all others wait, and who waits is served first.
        for _ in range(each):
            lock.release()
            await lock.acquire()
        lock.release()

    await asyncio.gather(*[contends() for _ in range(tasks)])
    return each * tasks


@case("event_wakes/100")
async def event_wakes(rounds):
    event, over = asyncio.Event(), False

    async def waits():
        while not over:
            await event.wait()

    tasks = [asyncio.create_task(waits()) for _ in range(100)]
    await asyncio.sleep(0)
    turns = max(1, rounds // 100)
    for turn in range(turns):
        over = turn == turns - 1
        event.set()
        event.clear()
        await asyncio.sleep(0)
    await asyncio.gather(*tasks)
    return turns * 100


@case("event_set")
async def event_set(rounds):
    event = asyncio.Event()
    event.set()
    for _ in range(rounds):
        await event.wait()
    return rounds


@case("barrier_rounds/100")
async def barrier_rounds(rounds):
    barrier, each = asyncio.Barrier(100), max(1, rounds // 100)

    async def meets():
        for _ in range(each):
            await barrier.wait()

    await asyncio.gather(*[meets() for _ in range(100)])
    return each * 100


@case("condition_wakes/100")
async def condition_wakes(rounds):
    changed, over, woken = asyncio.Condition(), False, 0

    async def waits():
        nonlocal woken
        async with changed:
            while not over:
                await changed.wait()
                woken += 1

    tasks = [asyncio.create_task(waits()) for _ in range(100)]
    await asyncio.sleep(0)
    turns = max(1, rounds // 100)
    for turn in range(turns):
        async with changed:
            over = turn == turns - 1
            changed.notify_all()
        await asyncio.sleep(0)
    await asyncio.gather(*tasks)
    # Not all of them have come back when the next round begins.
    return woken


@case("queue_items/1", 1)
@case("queue_items/100", 100)
async def queue_items(rounds, size):
    queue = asyncio.Queue(size)

    async def puts():
        for index in range(rounds):
            await queue.put(index)

    producer = asyncio.create_task(puts())
    for _ in range(rounds):
        await queue.get()
    await producer
    return rounds


@case("hop")
async def hop(rounds):
    loop = asyncio.get_running_loop()
    with concurrent.futures.ThreadPoolExecutor(1) as pool:
        for _ in range(rounds):
            await loop.run_in_executor(pool, int)
    return rounds


@case("post")
async def post(rounds):
    del rounds
    loop, over, count = asyncio.get_running_loop(), asyncio.Event(), 20_000

    def gives():
        for _ in range(count):
            loop.call_soon_threadsafe(int)
        loop.call_soon_threadsafe(over.set)

    threading.Thread(target=gives).start()
    await over.wait()
    return count


async def measure(name, seconds):
    clock = time.perf_counter if name in WALL else time.process_time
    rounds = 1000
    if name in SLOW:
        await CASES[name](rounds)
    while True:
        before = clock()
        operations = await CASES[name](rounds)
        took = clock() - before
        if took >= seconds or name in SLOW:
            return took / operations * 1e9
        rounds *= 10 if took < seconds / 10 else 2


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--case", required=True)
    parser.add_argument("--seconds", type=float, default=0.2)
    parser.add_argument("--uvloop", action="store_true")
    options = parser.parse_args()
    if options.case not in CASES:
        sys.exit(f"asyncio_micro.py: there is no case {options.case!r}")
    if options.uvloop:
        import uvloop
        uvloop.install()
    print(f"ns={asyncio.run(measure(options.case, options.seconds)):.3f}")


if __name__ == "__main__":
    main()
