# SPDX-License-Identifier: BSL-1.0
"""The scenarios of programs that run in pairs: echo servers with their load, and bulk transfer."""

import resource

from echo_pairs import Bulk, Echo, Load
from scenario import FLOOR, PEER, RILL, Contender, Scenario

# Name, kind, program, arguments.
EPOLL_SERVERS = [
    ("floor", FLOOR, "floors/raw_epoll_echo", ()),
    ("rill", RILL, "echo/rill_echo", ("--backend", "epoll")),
    ("rill streams", RILL, "echo/rill_streams_echo", ("--backend", "epoll")),
    ("Asio", PEER, "peers/asio_echo", ()),
    ("Asio callbacks", PEER, "peers/asio_callbacks_echo", ()),
    ("libuv", PEER, "peers/uv_echo", ()),
    ("Go", PEER, "peers/go_echo", ()),
    ("asyncio", PEER, "peers/asyncio_echo.py", ()),
    ("uvloop", PEER, "peers/asyncio_echo.py", ("--uvloop",)),
]
URING_SERVERS = [
    ("floor", FLOOR, "floors/raw_io_uring_echo", ()),
    ("rill", RILL, "echo/rill_echo", ("--backend", "io_uring")),
    ("rill streams", RILL, "echo/rill_streams_echo", ("--backend", "io_uring")),
    ("Asio", PEER, "peers/asio_io_uring_echo", ()),
]
# What the usual scenarios leave out: a slower interface, a slower way to use one, several loops.
POLL_SERVERS = [
    EPOLL_SERVERS[0],
    ("rill", RILL, "echo/rill_echo", ("--backend", "poll")),
    ("rill streams", RILL, "echo/rill_streams_echo", ("--backend", "poll")),
]
ONE_SHOT_SERVERS = [
    URING_SERVERS[0],
    ("floor, one-shot", FLOOR, "floors/raw_io_uring_echo", ("--oneshot",)),
    URING_SERVERS[1],
]
LOOPS_SERVERS = [
    EPOLL_SERVERS[0],
    ("rill", RILL, "echo/rill_loops_echo", ("--backend", "epoll", "--loops", "1")),
    ("rill, 2 loops", RILL, "echo/rill_loops_echo", ("--backend", "epoll", "--loops", "2")),
]


def echo(name, group, title, load, servers, **options):
    contenders = tuple(Contender(who, kind, Echo(program, load, arguments))
                       for who, kind, program, arguments in servers)
    return Scenario(name, group, title, options.pop("unit", "ns"), contenders, **options)


def words(size):
    return f"{size} B" if size < 1024 else f"{size // 1024} KiB"


def plural(connections):
    return "1 connection" if connections == 1 else f"{connections:,} connections"


# Of a transport, a size, a number of connections and messages in flight on each: what is measured
# without --thorough, which measures all that can be put together.
ECHOES = [("tcp", 64, 1, 1), ("tcp", 64, 64, 1), ("tcp", 64, 1000, 1), ("tcp", 64, 10_000, 1),
          ("tcp", 1024, 64, 1), ("tcp", 65_536, 64, 1), ("tcp", 64, 64, 16),
          ("unix", 64, 1, 1), ("unix", 64, 64, 1)]
ALL_ECHOES = [(transport, size, connections, depth)
              for transport in ("tcp", "unix") for size in (64, 1024, 65_536)
              for connections in (1, 64, 1000, 10_000) for depth in (1, 16)]


def how_many(size, connections, depth):
    """Messages of a run: about as much work in each."""
    if connections == 1 and depth == 1:
        return 50_000
    return {64: 100_000, 1024: 50_000, 65_536: 10_000}[size] * (5 if depth > 1 else 1)


def curve_of(interface, transport, size):
    return f"echo on {interface}, {transport}, {words(size)}, by connections"


def echo_of(interface, servers, transport, size, connections, depth):
    load = Load(connections, size, depth, how_many(size, connections, depth),
                unix=transport == "unix")
    name = f"echo/{interface}/{transport}/{size}/{connections}"
    title = f"{transport.upper() if transport == 'tcp' else transport}, {words(size)}"
    title += f", {plural(connections)}"
    curve = curve_of(interface, transport, size)
    if depth > 1:
        name += "/pipelined"
        title += f", {depth} in flight"
        curve += f", {depth} in flight"
    return echo(name, f"Echo on {interface}, CPU of the server for a message", title, load, servers,
                curve=(curve, connections), heavy=connections > 1000 or size > 64,
                thorough=(transport, size, connections, depth) not in ECHOES)


def echoes():
    found = []
    for interface, servers in (("epoll", EPOLL_SERVERS), ("io_uring", URING_SERVERS)):
        rest = [each for each in ALL_ECHOES if each not in ECHOES]
        found += [echo_of(interface, servers, *each) for each in ECHOES + rest]
        found.append(echo(f"accept/{interface}", "Connections, CPU of the server for one",
                          f"a connection, one message, its end, {interface}",
                          Load(16, accept=True, messages=8000), servers))
    return found


def rare_echoes():
    found = []
    for name, group, servers, pin in (
            ("poll", "Echo on poll, beside raw epoll", POLL_SERVERS, "together"),
            ("oneshot", "Echo on io_uring, receives one by one", ONE_SHOT_SERVERS, "together"),
            ("loops", "Echo on several loops, all processors", LOOPS_SERVERS, "free")):
        for count in (1, 64, 1000):
            load = Load(count, messages=how_many(64, count, 1), pin=pin)
            found.append(echo(f"echo/{name}/tcp/64/{count}", group, plural(count), load, servers,
                              thorough=True))
    return found


def most_connections():
    """As many as a process may have descriptors, less some that it needs besides."""
    limit = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    return 200_000 if limit == resource.RLIM_INFINITY else max(1, min(200_000, limit - 500))


def limits():
    """Echo over as many connections as there can be, by floor and rill."""
    count = most_connections()
    return [echo(f"echo/{interface}/tcp/64/limit", "Scale",
                 f"echo on {interface}, {words(64)}, {plural(count)}, CPU of the server",
                 Load(count, messages=max(100_000, 5 * count)), servers[:2],
                 curve=(curve_of(interface, "tcp", 64), count), heavy=True, rounds=3)
            for interface, servers in (("epoll", EPOLL_SERVERS), ("io_uring", URING_SERVERS))]


# Messages a second, connections, whether over unix sockets.
LATENCIES = [(2000, 64, False), (20_000, 64, False), (20_000, 1, False), (20_000, 1000, False),
             (20_000, 10_000, False), (20_000, 64, True)]


def latencies():
    """p99 of messages on a fixed schedule, measured from when they should have been sent."""
    found = []
    for interface, servers in (("epoll", EPOLL_SERVERS), ("io_uring", URING_SERVERS)):
        for rate, connections, unix in LATENCIES:
            load = Load(connections, rate=rate, pin="apart", depth=1000, unix=unix)
            name = f"latency/{interface}/{rate}"
            title = f"p99 at {rate:,} messages a second, {plural(connections)}"
            usual = connections == 64 and not unix
            if not usual:
                name += f"/{connections}{'/unix' if unix else ''}"
            found.append(echo(name, f"Latency on {interface}",
                              f"{title}, unix" if unix else title, load, servers, unit="us",
                              figure="p99_us", tolerance=0.25, thorough=not usual))
    return found


def bulk():
    raw = Contender("floor", FLOOR, Bulk("floors/raw_bulk", ("receive",),
                                         ("send", "{port}", "{bytes}")))
    contenders = [raw]
    for backend in ("epoll", "io_uring"):
        for way, call in (("send", "send_all"), ("write", "write_all")):
            contenders.append(Contender(
                f"rill {call} {backend}", RILL,
                Bulk("bulk/rill_bulk", ("receive", backend), (way, "{port}", "{bytes}", backend))))
    for who, program, options in (
            ("Asio", "peers/asio_bulk", ()), ("libuv", "peers/uv_bulk", ()),
            ("Go", "peers/go_bulk", ()), ("asyncio", "peers/asyncio_bulk.py", ()),
            ("uvloop", "peers/asyncio_bulk.py", ("--uvloop",))):
        contenders.append(Contender(who, PEER, Bulk(
            program, ("receive", *options), ("send", "{port}", "{bytes}", *options))))
    group = "Bulk transfer, one connection"
    return [Scenario("bulk/time", group, "time for a GiB", "s", tuple(contenders), figure="s",
                     heavy=True),
            Scenario("bulk/cpu", group, "CPU of both sides for a GiB", "s", tuple(contenders),
                     figure="cpu_s", heavy=True)]
