# SPDX-License-Identifier: BSL-1.0
"""The scenarios: a declarative list of what is measured, by whom, in which unit.

A name is the same for rill, its floor and the peers. Adding a scenario is a line here, and a case
of that name in the programs that have it.
"""

from compiled import Compiled
from contenders import Launched, Micro, Told
from echo_pairs import Idle, Load
from echo_scenarios import EPOLL_SERVERS, bulk, echoes, latencies, limits, rare_echoes
from scenario import FLOOR, PEER, RILL, Contender, Scenario
from sized import Sized

# Programs in C and Go that measure by themselves, as scripts do; others are of Google Benchmark.
MEASURE_THEMSELVES = {"peers/go_micro", "peers/uv_micro"}


def micro(name, group, title, programs, pin="together", **options):
    """A case of Google Benchmark programs and of those that measure themselves.

    `programs` maps a contender's name to a program, or to (program, other name of the case).
    """
    contenders = []
    for who, what in programs.items():
        program, case = what if isinstance(what, tuple) else (what, name)
        kind = {"rill": RILL, "floor": FLOOR}.get(who, PEER)
        if program.endswith(".py") or program in MEASURE_THEMSELVES:
            arguments = ("--case", case, "--seconds", "{seconds}")
            if who == "uvloop":
                arguments += ("--uvloop",)
            runner = Told(program, arguments, pin)
        else:
            runner = Micro(program, case, pin)
        contenders.append(Contender(who, kind, runner))
    unit = options.pop("unit", "ns")
    return Scenario(name, group, title, unit, tuple(contenders), **options)


CORE, SYNC, COMBINATORS = "micro/core_micro", "micro/sync_micro", "micro/combinators_micro"
GENERATORS, THREADS = "micro/generators_micro", "micro/executors_micro"
CORE_FLOOR, SYNC_FLOOR = "floors/core_floors", "floors/sync_floors"
GENERATORS_FLOOR, THREADS_FLOOR = "floors/generators_floors", "floors/executors_floors"
ASIO, ASIO_SYNC, ASIO_THREADS = "peers/asio_micro", "peers/asio_sync", "peers/asio_executors"
CORO_SYNC, CORO_THREADS = "peers/coro_sync", "peers/coro_executors"
UV, GO, PYTHON = "peers/uv_micro", "peers/go_micro", "peers/asyncio_micro.py"
LOOPS = {"asyncio": PYTHON, "uvloop": PYTHON}


def steps():
    group = "Coroutines, tasks, timers"
    return [
        micro("await_child", group, "await a child that returns at once",
              {"floor": CORE_FLOOR, "rill": CORE, "Asio": ASIO, **LOOPS}),
        micro("yield/1", group, "yield, one task",
              {"floor": CORE_FLOOR, "rill": CORE, "Asio": ASIO, "Go": GO, **LOOPS},
              curve=("yield, by tasks", 1)),
        micro("yield/2", group, "switch between two tasks",
              {"floor": CORE_FLOOR, "rill": CORE, "Asio": ASIO, "Go": GO, **LOOPS},
              curve=("yield, by tasks", 2)),
        micro("yield/1000", group, "yield, 1,000 tasks",
              {"floor": CORE_FLOOR, "rill": CORE, "Asio": ASIO, "Go": GO, **LOOPS},
              curve=("yield, by tasks", 1000)),
        micro("yield/100000", group, "yield, 100,000 tasks",
              {"floor": CORE_FLOOR, "rill": CORE, "Asio": ASIO, "Go": GO},
              curve=("yield, by tasks", 100_000), heavy=True),
        micro("spawn_join/1000/0", group, "spawn and join, ready children",
              {"floor": CORE_FLOOR, "rill": CORE, "Asio": ASIO, "Go": GO, **LOOPS},
              curve=("spawn and join, by tasks", 1000)),
        micro("spawn_join/1000/1", group, "spawn and join, each yields once",
              {"floor": CORE_FLOOR, "rill": CORE, "Asio": ASIO, "Go": GO, **LOOPS}),
        micro("call_soon", group, "call_soon",
              {"floor": CORE_FLOOR, "rill": CORE, "Asio": ASIO, **LOOPS}),
        micro("timer_arm_cancel", group, "timer armed and cancelled",
              {"floor": (CORE_FLOOR, "timer_arm_cancel/0"), "rill": CORE, "Asio": ASIO,
               "libuv": UV, "Go": GO, **LOOPS}),
        micro("sleepers/100000", group, "100,000 sleepers, CPU each",
              {"floor": CORE_FLOOR, "rill": CORE, "Asio": ASIO, "libuv": UV, "Go": GO, **LOOPS},
              curve=("a sleeper, by sleepers", 100_000), heavy=True),
        micro("cancel_join", group, "cancel a waiting task and join it",
              {"floor": CORE_FLOOR, "rill": CORE, "Asio": ASIO, "Go": GO, **LOOPS}),
        micro("generator_items", group, "an item of an async generator",
              {"floor": GENERATORS_FLOOR, "rill": GENERATORS, **LOOPS}),
    ]


def scale():
    """What grows with the number of tasks and timers, beside the smaller numbers above."""
    group = "Scale"
    both = {"floor": CORE_FLOOR, "rill": CORE}
    found = [micro("yield/1000000", group, "yield, 1,000,000 tasks", both,
                   curve=("yield, by tasks", 1_000_000), heavy=True)]
    for count in (1000, 100_000, 1_000_000):
        heavy = count > 1000
        if heavy:
            found.append(micro(f"spawn_join/{count}/0", group,
                               f"spawn and join, {count:,} ready children", both,
                               curve=("spawn and join, by tasks", count), heavy=True))
        if count != 100_000:
            found.append(micro(f"sleepers/{count}", group, f"{count:,} sleepers, CPU each", both,
                               curve=("a sleeper, by sleepers", count), heavy=heavy))
        found += [micro(f"waiters/{count}", group, f"{count:,} tasks that wait for a future, each",
                        {"rill": CORE}, curve=("a task that waits, by tasks", count), heavy=heavy),
                  micro(f"timer_among/{count}", group,
                        f"timer armed and cancelled among {count:,}",
                        {"floor": (CORE_FLOOR, f"timer_arm_cancel/{count}"), "rill": CORE},
                        curve=("a timer, by timers", count), heavy=heavy)]
    return found


def combinators():
    group = "Combinators"
    return [
        micro("await_limited", group, "wait_for of a child that returns at once",
              {"rill": COMBINATORS, **LOOPS}),
        micro("yield_limited", group, "wait_for of a yield",
              {"rill": COMBINATORS, "Asio": ASIO, "Go": GO, **LOOPS}),
        micro("join_by_gather/1000", group, "gather of 1,000 ready children, each",
              {"floor": (CORE_FLOOR, "spawn_join/1000/0"), "rill": COMBINATORS, **LOOPS}),
        micro("join_by_group/1000", group, "task_group of 1,000 ready children, each",
              {"floor": (CORE_FLOOR, "spawn_join/1000/0"), "rill": COMBINATORS, "Go": GO,
               **LOOPS}),
        micro("cancel_waiting/1000", group, "cancel a group of 1,000 sleepers, each",
              {"rill": COMBINATORS, "Go": GO, **LOOPS}),
    ]


def synchronisation():
    group = "Synchronisation"
    most = {"floor": SYNC_FLOOR, "rill": SYNC}
    others = {"Asio": ASIO_SYNC, "libcoro": CORO_SYNC, "Go": GO, **LOOPS}
    return [
        micro("lock_alone", group, "lock that is free",
              {**most, "Asio": (ASIO_SYNC, "lock_alone/1"), "libcoro": CORO_SYNC, "Go": GO,
               **LOOPS}),
        micro("lock_contended/2", group, "lock handed over, 2 tasks",
              {**most, "Asio": ASIO_SYNC, "Go": GO, **LOOPS}, curve=("lock handed over", 2)),
        micro("lock_contended/100", group, "lock handed over, 100 tasks",
              {**most, "Asio": ASIO_SYNC, "Go": GO, **LOOPS}, curve=("lock handed over", 100)),
        micro("semaphore_alone", group, "semaphore that is free",
              {**most, "Asio": (ASIO_SYNC, "semaphore_alone/2"), "libcoro": CORO_SYNC, "Go": GO,
               **LOOPS}),
        micro("semaphore_contended/100", group, "semaphore handed over, 100 tasks",
              {**most, **LOOPS}),
        micro("event_set", group, "event that is set", {**most, "libcoro": CORO_SYNC, **LOOPS}),
        micro("event_wakes/100", group, "waiter woken by an event, of 100", {**most, **LOOPS}),
        micro("barrier_rounds/100", group, "arrival at a barrier of 100", {"rill": SYNC, **LOOPS}),
        micro("condition_wakes/100", group, "waiter woken by a condition, of 100",
              {**most, "Go": GO, **LOOPS}),
        micro("queue_items/1", group, "item through a queue of 1", {**most, **others},
              curve=("item through a queue, by its size", 1)),
        micro("queue_items/100", group, "item through a queue of 100", {**most, **others},
              curve=("item through a queue, by its size", 100)),
        micro("channel_items/0", group, "rendezvous",
              {"floor": (SYNC_FLOOR, "queue_items/0"), "rill": SYNC, "Asio": ASIO_SYNC, "Go": GO}),
        micro("channel_items/100", group, "item through a channel of 100",
              {"floor": (SYNC_FLOOR, "queue_items/100"), "rill": SYNC, "Asio": ASIO_SYNC,
               "Go": (GO, "queue_items/100")}),
    ]


def threads():
    group = "Threads and processes"
    hop = {"floor": (THREADS_FLOOR, "hop"), "rill": (THREADS, "hop/run_in_executor"),
           "Asio": (ASIO_THREADS, "hop"), "libcoro": (CORO_THREADS, "hop"), "libuv": (UV, "hop"),
           "Go": (GO, "hop"), "asyncio": (PYTHON, "hop"), "uvloop": (PYTHON, "hop")}
    return [
        micro("hop/together", group, "to a thread and back, one processor, time", hop),
        micro("hop/apart", group, "to a thread and back, all processors, time", hop, pin="free"),
        micro("post", group, "a callback posted by another thread, time",
              {"floor": THREADS_FLOOR, "rill": THREADS, "Asio": ASIO_THREADS, "libuv": UV,
               "Go": GO, **LOOPS},
              pin="free"),
        micro("small_jobs", group, "a job of 1,000,000 through a pool of 2, time",
              {"rill": THREADS, "Asio": ASIO_THREADS, "libcoro": CORO_THREADS}, pin="free",
              heavy=True),
        Scenario("process_job", group, "a job to a process and back, time", "ns", (
            Contender("rill", RILL, Told("processes/process_pool_bench",
                                         ("--jobs", "{part:20000}"), "free")),
            Contender("asyncio", PEER, Told("peers/process_pool.py",
                                            ("--jobs", "{part:5000}"), "free")))),
    ]


def trees():
    found = []
    names = {"none": "nothing", "io": "a sleep of 50 ms",
             "memoization": "nine in ten found in a cache, else a sleep",
             "cpu_io_mixed": "500! or a sleep, by halves"}
    for leaf, title in names.items():
        for way in ("gather", "task_group"):
            case = f"{leaf}/{way}"
            who = {"floor": ("floors/trees_floors", leaf), "rill": ("micro/trees_micro", case),
                   "Asio": ("peers/asio_trees", leaf)}
            if way == "task_group":
                who["Go"] = ("peers/go_micro", f"tree/{case}")
            who |= {name: ("peers/asyncio_trees.py", case) for name in LOOPS}
            found.append(micro(f"tree/{case}", "Trees of 6 levels, 6 branches, CPU of a tree",
                               f"{title}, {way}", who, unit="ms", figure="ms", heavy=True))
    return found


def starts():
    group = "Start, size and compilation"
    programs = [("floor", FLOOR, "floors/nothing"), ("rill", RILL, "start_up/rill_start_up"),
                ("Asio", PEER, "start_up/asio_start_up"), ("libuv", PEER, "start_up/uv_start_up"),
                ("Go", PEER, "start_up/go_start_up"), ("asyncio", PEER, "python")]
    found = [Scenario("start_up", group, "a program that awaits once, start to end", "us",
                      tuple(Contender(who, kind, Launched(program))
                            for who, kind, program in programs), figure="us")]
    # C and Go are compared by size alone: to compile another language is other work.
    sized = [Contender(who, kind, Sized(program)) for who, kind, program in programs
             if who in ("libuv", "Go")]
    asio = "start_up/asio_start_up.cpp"
    sources = {
        "core": ("a coroutine and a future", "start_up/core_only.cpp", asio, (), None),
        "minimal": ("a minimal program", "start_up/rill_start_up.cpp", asio, (), sized),
        "echo": ("the echo server", "echo/rill_echo.cpp", "peers/asio_echo.cpp",
                 ("support/libecho_service.a",), []),
    }
    for name, (title, ours, theirs, objects, others) in sources.items():
        contenders = (Contender("rill", RILL, Compiled(ours, ("librill.a", *objects))),
                      Contender("Asio", PEER, Compiled(theirs, objects)))
        found.append(Scenario(f"compile/{name}", group, f"compiling {title}", "s", contenders,
                              figure="s", heavy=True, rounds=3))
        if others is not None:
            found.append(Scenario(f"size/{name}", group, f"{title}, stripped", "KiB",
                                  (*contenders, *others), figure="kib", heavy=True, rounds=1))
    return found


def memory():
    group = "Memory"
    return [
        Scenario("memory/sleepers", group, "a task that sleeps, of 100,000", "bytes", (
            Contender("floor", FLOOR, Told(CORE_FLOOR, ("--memory",))),
            Contender("rill", RILL, Told(CORE, ("--memory",)))), figure="bytes_per_sleeper"),
        Scenario("memory/waiters", group, "a task that waits for a future, of 1,000,000", "bytes", (
            Contender("rill", RILL, Told(CORE, ("--memory",))),), figure="bytes_per_waiter"),
        Scenario("memory/echo", group, "a connection that has had a message, of 10,000", "KiB",
                 tuple(Contender(who, kind, Idle(program, Load(10_000), arguments))
                       for who, kind, program, arguments in EPOLL_SERVERS), figure="kib",
                 heavy=True, rounds=3, to="rill"),
        Scenario("memory/connections", group, "a connection in readline(), of 10,000", "KiB", (
            Contender("rill", RILL, Told("memory/idle_connections", (
                "--connections", "{part:10000}", "--backend", "epoll"))),
            Contender("rill io_uring", RILL, Told("memory/idle_connections", (
                "--connections", "{part:10000}", "--backend", "io_uring")))), figure="kib",
                 heavy=True, rounds=3),
    ]


def all_scenarios():
    return [*steps(), *scale(), *limits(), *combinators(), *synchronisation(), *threads(), *trees(),
            *echoes(), *rare_echoes(), *latencies(), *bulk(), *memory(), *starts()]
