# SPDX-License-Identifier: BSL-1.0
"""Echo servers against the load generator, and bulk transfers: programs that run in pairs."""

import contextlib
import dataclasses
import os
import pathlib
import re
import signal
import subprocess
import tempfile

from contenders import Failure, cpu_at_rest, end, fields, lacking, line_of, pinned


def command_of(place, program, arguments):
    """How a program of the benchmarks, or a script below the sources' bench/, is started."""
    if program.endswith(".py"):
        return [place.python, "-B", place.root / "bench" / program, *arguments]
    return [place.bin / program, *arguments]


@dataclasses.dataclass(frozen=True)
class Load:
    """What is asked of a server."""

    connections: int = 1
    size: int = 64
    depth: int = 1
    messages: int = 100_000
    unix: bool = False
    accept: bool = False  # a connection for each message
    rate: int = 0  # messages a second on a fixed schedule; 0: the next when the last is back
    pin: str = "together"

    def seconds(self):
        """So long that ten messages are beyond p99.9."""
        return max(2, 10_000 / self.rate)

    def arguments(self, place):
        size = ["--connections", self.connections, "--size", self.size, "--depth", self.depth]
        if self.rate:
            return [*size, "--rate", self.rate, "--seconds", max(0.2, self.seconds() * place.part)]
        count = max(self.connections * self.depth, int(self.messages * place.part))
        return [*size, *(["--accept"] if self.accept else []), "--messages", count]


@dataclasses.dataclass(frozen=True)
class Echo:
    """One server and one load: CPU of the server for a message, speed and latency."""

    program: str
    load: Load
    arguments: tuple = ()

    def missing(self, place):
        return lacking(place, self.program, self.arguments)

    def run(self, place):
        with tempfile.TemporaryDirectory(prefix="echo", dir=place.out) as folder:
            where = ["--unix", f"{folder}/socket"] if self.load.unix else ["--port", "0"]
            buffer = ["--buffer", self.load.size] if self.load.size > 4096 else []
            with self._started(place, [*where, *buffer]) as started:
                return self._measured(*started)

    def _measured(self, server, client, _):
        """What messages cost: all connections are open before, and kept until they are back."""
        before = cpu_at_rest(server.pid)
        seen = replied(client)
        took = cpu_at_rest(server.pid) - before
        _, complaint = client.communicate(timeout=60)
        if client.returncode != 0:
            raise Failure(f"load on {self.program} failed: {seen} {complaint.strip()[-200:]}")
        server.send_signal(signal.SIGINT)
        closing, complaint = server.communicate(timeout=30)
        if fields(closing).get("messages", 0) < 1:
            raise Failure(f"{self.program} ended without its closing line: "
                          f"{complaint.strip()[-200:]}")
        return seen | {"ns": took / seen["round_trips"]}

    @contextlib.contextmanager
    def _started(self, place, where):
        """The server, the load with all of its connections open, the server's KiB before these."""
        of_server, of_client = place.processors(self.load.pin)
        # A realtime process that spins is stopped for 50 ms of each second: that is no latency.
        ordinary = self.load.rate > 0
        server = pinned([*command_of(place, self.program, self.arguments), *where], of_server,
                        ordinary)
        client = None
        try:
            first = line_of(server)
            port = re.search(r"listening on \S*:(\S+)\s*$", first)
            if not port:
                raise Failure(f"{self.program} does not listen: {first!r}")
            bare_kib = resident_kib(server.pid)
            target = where[:2] if self.load.unix else ["--port", port[1]]
            client = pinned([place.bin / "echo/echo_load", *target, "--hold",
                             *self.load.arguments(place)], of_client, ordinary,
                            stdin=subprocess.PIPE)
            line_of(client)
            yield server, client, bare_kib
        except subprocess.TimeoutExpired as error:
            raise Failure(f"{self.program} or its load did not end") from error
        finally:
            for process in (client, server):
                if process is not None:
                    end(process)


def replied(client):
    """Lets the load that holds its connections begin, and returns what it tells at the end."""
    client.stdin.write("go\n")
    client.stdin.flush()
    found = fields(line_of(client, limit=120))
    if not found.get("round_trips") or found.get("errors"):
        raise Failure(f"the load told of no message, or of errors: {found}")
    return found


def resident_kib(pid):
    """The memory of a process that is its own or read from files."""
    text = pathlib.Path(f"/proc/{pid}/statm").read_text()
    return int(text.split()[1]) * os.sysconf("SC_PAGESIZE") / 1024


@dataclasses.dataclass(frozen=True)
class Idle(Echo):
    """KiB of a server's memory for a connection that has had one message and is kept open."""

    def run(self, place):
        count = max(100, int(self.load.connections * place.part))
        load = Load(count, messages=count, pin="apart")
        return Echo.run(dataclasses.replace(self, load=load), place)

    def _measured(self, server, client, bare_kib):
        count = replied(client)["round_trips"]
        return {"kib": (resident_kib(server.pid) - bare_kib) / count}


@dataclasses.dataclass(frozen=True)
class Bulk:
    """One connection, many bytes one way: seconds for a GiB, and CPU of both sides."""

    program: str
    receive: tuple
    send: tuple
    mib: int = 1024

    def missing(self, place):
        return lacking(place, self.program, (*self.receive, *self.send))

    def run(self, place):
        size = max(8, int(self.mib * place.part)) * 2**20
        of_receiver, of_sender = place.processors("apart")
        receiver = pinned(command_of(place, self.program, self.receive), of_receiver)
        sender = None
        try:
            port = line_of(receiver).split()[1]
            sent = [part.format(port=port, bytes=size) for part in self.send]
            sender = pinned(command_of(place, self.program, sent), of_sender)
            out, _ = sender.communicate(timeout=120)
            received, _ = receiver.communicate(timeout=30)
        except (IndexError, subprocess.TimeoutExpired) as error:
            raise Failure(f"{self.program} did not carry the bytes") from error
        finally:
            for process in (sender, receiver):
                if process is not None:
                    end(process)
        took, at_receiver = self._read(received, size)
        _, at_sender = self._read(out, size)
        gib = size / 2**30
        return {"s": took / gib, "cpu_s": (at_receiver + at_sender) / gib}

    def _read(self, text, wanted):
        found = re.search(r"bytes (\d+) seconds ([\d.]+) cpu ([\d.]+)", text)
        if not found or int(found[1]) != wanted:
            raise Failure(f"{self.program}: {wanted} bytes were sent, and this came back: {text}")
        return float(found[2]), float(found[3])
