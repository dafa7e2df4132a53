#!/usr/bin/env python3
# SPDX-License-Identifier: BSL-1.0
"""Compares the CPU time that echo servers need per message.

Every round runs each server once against the load generator with a fixed number of messages, in an
order that changes from round to round. A server's CPU time is what it prints when SIGINT ends it;
/proc is read as a cross-check. Reported are the median over the rounds with the smallest and the
largest value, and the median of the ratios, taken within each round, to the raw server on the same
interface. The raw servers run twice per round: the ratio of such a pair is the noise.

Server and client run pinned, first to a processor each, then to the same one; "free", which must be
asked for, leaves them to the system, as servers of several threads want it. Apart shows messages
per second and latency. Together tells servers apart: the figure is free of what waking another
processor costs, which on one connection is ten times the work, and of the question which of the two
runs the receiving half of the network stack.

    compare.py --bin BUILD/bench [--rounds 7] [--connections 1 64 1000] [--size 64]
               [--pin together] [--json FILE]
    compare.py --bin BUILD/bench --server "mine=epoll:./my_echo --fast" --only raw_epoll mine
"""

import argparse
import itertools
import json
import os
import pathlib
import re
import shlex
import signal
import statistics
import subprocess
import sys

# Name, interface, program below --bin, arguments. The first of an interface is what the others are
# compared to. The names in "_again" are the control. poll has no raw server: compared to epoll.
KNOWN = [
    ("raw_epoll", "epoll", "floors/raw_epoll_echo", []),
    ("raw_epoll_again", "epoll", "floors/raw_epoll_echo", []),
    ("rill_epoll", "epoll", "echo/rill_echo", ["--backend", "epoll"]),
    ("rill_streams_epoll", "epoll", "echo/rill_streams_echo", ["--backend", "epoll"]),
    ("rill_1_loop_epoll", "epoll", "echo/rill_loops_echo", ["--backend", "epoll", "--loops", "1"]),
    ("rill_2_loops_epoll", "epoll", "echo/rill_loops_echo", ["--backend", "epoll", "--loops", "2"]),
    ("rill_poll", "epoll", "echo/rill_echo", ["--backend", "poll"]),
    ("uv", "epoll", "peers/uv_echo", []),
    ("asio", "epoll", "peers/asio_echo", []),
    ("raw_io_uring", "io_uring", "floors/raw_io_uring_echo", []),
    ("raw_io_uring_again", "io_uring", "floors/raw_io_uring_echo", []),
    ("raw_io_uring_oneshot", "io_uring", "floors/raw_io_uring_echo", ["--oneshot"]),
    ("rill_io_uring", "io_uring", "echo/rill_echo", ["--backend", "io_uring"]),
    ("rill_2_loops_io_uring", "io_uring", "echo/rill_loops_echo",
     ["--backend", "io_uring", "--loops", "2"]),
    ("rill_streams_io_uring", "io_uring", "echo/rill_streams_echo", ["--backend", "io_uring"]),
]


class Failure(Exception):
    """A server or the load generator did not do what it should."""


class Server:
    def __init__(self, name, interface, command):
        self.name, self.interface, self.command = name, interface, command


def known_servers(folder):
    found = []
    for name, interface, program, arguments in KNOWN:
        path = folder / program
        if path.exists():
            found.append(Server(name, interface, [str(path), *arguments]))
    return found


def parse_server(text):
    match = re.fullmatch(r"([\w-]+)=([\w-]+):(.+)", text)
    if not match:
        raise argparse.ArgumentTypeError(f"not NAME=INTERFACE:COMMAND: {text}")
    return Server(match[1], match[2], shlex.split(match[3]))


def fields(line):
    return {key: float(value) for key, value in re.findall(r"(\w+)=([0-9.]+)", line)}


def pinned(command, cpus):
    return subprocess.Popen(command, preexec_fn=lambda: os.sched_setaffinity(0, cpus),
                            stdout=subprocess.PIPE, text=True)


def proc_cpu_ns(pid):
    text = pathlib.Path(f"/proc/{pid}/stat").read_text()
    user, system = text.rpartition(")")[2].split()[11:13]
    return (int(user) + int(system)) * 1e9 / os.sysconf("SC_CLK_TCK")


def run_once(server, load, connections, size, messages, cpus):
    """One server, one client, a fixed number of messages. Returns the figures of both."""
    process = pinned([*server.command, "--port", "0"], cpus[0])
    try:
        first = process.stdout.readline()
        port = re.search(r":(\d+)\s*$", first)
        if not port:
            raise Failure(f"{server.name} does not listen: {first!r}")
        before = proc_cpu_ns(process.pid)
        client = pinned(
            [str(load), "--port", port[1], "--connections", str(connections),
             "--size", str(size), "--messages", str(messages)], cpus[1])
        reply, _ = client.communicate(timeout=300)
        proc_ns = proc_cpu_ns(process.pid) - before
        process.send_signal(signal.SIGINT)
        closing, _ = process.communicate(timeout=30)
    finally:
        if process.poll() is None:
            process.kill()
            process.communicate()
    told, seen = fields(closing), fields(reply)
    if client.returncode != 0 or seen.get("round_trips") != messages:
        raise Failure(f"load on {server.name} failed: {reply!r}")
    if not {"messages", "user_us", "system_us"} <= told.keys():
        raise Failure(f"{server.name} ended without its closing line: {closing!r}")
    return {
        "ns": 1e3 * (told["user_us"] + told["system_us"]) / messages,
        "user_share": told["user_us"] / max(1, told["user_us"] + told["system_us"]),
        "proc_ns": proc_ns / messages,
        "per_second": seen["per_second"],
        "p50_us": seen["p50_us"],
        "p99_us": seen["p99_us"],
    }


def measure(servers, options, cpus, connections, size, messages):
    """Runs all servers in each round; returns the list of their figures per name."""
    runs = {server.name: [] for server in servers}
    for index in range(options.rounds):
        turn = index % len(servers)
        order = servers[turn:] + servers[:turn]
        for server in order if index % 2 == 0 else reversed(order):
            runs[server.name].append(
                run_once(server, options.load, connections, size, messages, cpus))
        print(".", end="", file=sys.stderr, flush=True)
    print(file=sys.stderr)
    return runs


def summarize(servers, runs):
    rows, base = [], {}
    for server in servers:
        base.setdefault(server.interface, server.name)
        figures = runs[server.name]
        each = [figure["ns"] for figure in figures]
        floor = [figure["ns"] for figure in runs[base[server.interface]]]
        row = {key: statistics.median(figure[key] for figure in figures) for key in figures[0]}
        row |= {
            "name": server.name,
            "interface": server.interface,
            "low": min(each),
            "high": max(each),
            "ratio": statistics.median(mine / raw for mine, raw in zip(each, floor)),
            "runs": each,
        }
        rows.append(row)
    return rows


def show(rows, pin, connections, size, messages, rounds):
    print(f"\n{pin}: {connections} connections, {size} bytes, {messages} messages, {rounds} rounds")
    print(f"{'server':<22}{'CPU ns/msg':>11}{'low':>9}{'high':>9}{'ratio':>8}"
          f"{'/proc':>9}{'user':>6}{'msg/s':>10}{'p50 us':>9}{'p99 us':>9}")
    for row in rows:
        print(f"{row['name']:<22}{row['ns']:>11.0f}{row['low']:>9.0f}{row['high']:>9.0f}"
              f"{row['ratio']:>8.3f}{row['proc_ns']:>9.0f}{row['user_share']:>6.0%}"
              f"{row['per_second']:>10.0f}{row['p50_us']:>9.1f}{row['p99_us']:>9.1f}")
    sys.stdout.flush()


def parse_arguments():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bin", type=pathlib.Path, required=True, help="folder bench of a build")
    parser.add_argument("--server", type=parse_server, action="append", default=[],
                        metavar="NAME=INTERFACE:COMMAND", help="a further server")
    parser.add_argument("--only", nargs="+", metavar="NAME", help="run these servers only")
    parser.add_argument("--connections", type=int, nargs="+", default=[1, 64, 1000])
    parser.add_argument("--size", type=int, nargs="+", default=[64])
    parser.add_argument("--messages", type=int,
                        help="per run; default: 30,000 on one connection, else 200,000")
    parser.add_argument("--pin", nargs="+", choices=["apart", "together", "free"],
                        default=["apart", "together"],
                        help="a processor each, one for both, or not pinned")
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--json", type=pathlib.Path, help="write all figures to this file")
    options = parser.parse_args()
    options.load = options.bin / "echo" / "echo_load"
    if options.rounds < 1 or not options.load.exists():
        parser.error(f"rounds must be positive and {options.load} must exist")
    return options


def processors(pin):
    """The processors of server and client."""
    allowed = sorted(os.sched_getaffinity(0))
    if pin == "free":
        return [set(allowed), set(allowed)]
    return [{allowed[0]}, {allowed[0]}] if pin == "together" else [{allowed[0]}, {allowed[-1]}]


def main():
    options = parse_arguments()
    servers = known_servers(options.bin) + options.server
    if options.only:
        servers = [server for server in servers if server.name in options.only]
    if not servers:
        raise Failure("no server to run")
    results = []
    for pin, connections, size in itertools.product(
            options.pin, options.connections, options.size):
        messages = options.messages or 200_000
        runs = measure(servers, options, processors(pin), connections, size, messages)
        rows = summarize(servers, runs)
        show(rows, pin, connections, size, messages, options.rounds)
        results.append({"pin": pin, "connections": connections, "size": size,
                        "messages": messages, "rounds": options.rounds, "servers": rows})
    if options.json:
        options.json.write_text(json.dumps(results, indent=2) + "\n")


if __name__ == "__main__":
    try:
        main()
    except (Failure, OSError, subprocess.TimeoutExpired) as error:
        sys.exit(f"compare.py: {error}")
