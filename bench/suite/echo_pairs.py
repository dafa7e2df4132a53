# SPDX-License-Identifier: BSL-1.0
"""Echo servers against the load generator, and bulk transfers: programs that run in pairs."""

import dataclasses
import os
import pathlib
import re
import signal
import subprocess
import tempfile

from contenders import Failure, fields, lacking, pinned


def cpu_ns(pid):
    """What the threads of a process have used so far; 0 where the kernel does not tell."""
    try:
        return sum(int(path.read_text().split()[0])
                   for path in pathlib.Path(f"/proc/{pid}/task").glob("*/schedstat"))
    except (OSError, ValueError, IndexError):
        return 0


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

    def arguments(self, place):
        size = ["--connections", self.connections, "--size", self.size, "--depth", self.depth]
        if self.rate:
            return [*size, "--rate", self.rate, "--seconds", max(0.2, 2 * place.part)]
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

    def _command(self, place):
        if self.program.endswith(".py"):
            return [place.python, "-B", place.root / "bench" / self.program, *self.arguments]
        return [place.bin / self.program, *self.arguments]

    def run(self, place):
        with tempfile.TemporaryDirectory(prefix="echo", dir=place.out) as folder:
            where = ["--unix", f"{folder}/socket"] if self.load.unix else ["--port", "0"]
            return self._run(place, where)

    def _run(self, place, where):
        of_server, of_client = place.processors(self.load.pin)
        buffer = ["--buffer", self.load.size] if self.load.size > 4096 else []
        # A realtime process that spins is stopped for 50 ms of each second: that is no latency.
        ordinary = self.load.rate > 0
        server = pinned([*self._command(place), *where, *buffer], of_server, ordinary)
        try:
            first = server.stdout.readline()
            starting = cpu_ns(server.pid)
            port = re.search(r"listening on \S*:(\S+)\s*$", first)
            if not port:
                raise Failure(f"{self.program} does not listen: {first!r}")
            target = where if self.load.unix else ["--port", port[1]]
            client = pinned([place.bin / "echo/echo_load", *target, "--hold",
                             *self.load.arguments(place)], of_client, ordinary,
                            stdin=subprocess.PIPE)
            try:
                client.stdout.readline()
                connecting = cpu_ns(server.pid) if not self.load.accept else 0
                reply, complaint = client.communicate("go\n", timeout=120)
            finally:
                if client.poll() is None:
                    client.kill()
                    client.communicate()
            server.send_signal(signal.SIGINT)
            closing, _ = server.communicate(timeout=30)
        except subprocess.TimeoutExpired as error:
            raise Failure(f"{self.program} or its load did not end") from error
        finally:
            if server.poll() is None:
                server.kill()
                server.communicate()
        if client.returncode != 0:
            raise Failure(f"load on {self.program} failed: {reply!r} {complaint.strip()[-200:]}")
        return self._figures(fields(closing), fields(reply), max(0, connecting - starting))

    def _figures(self, told, seen, connecting):
        """The server's own accounting, without what it needed to take the connections."""
        if not {"user_us", "system_us"} <= told.keys():
            raise Failure(f"{self.program} ended without its closing line")
        cpu = told["user_us"] + told["system_us"]
        seen |= {"ns": (1e3 * cpu - connecting) / seen["round_trips"],
                 "user_share": told["user_us"] / max(1.0, cpu)}
        return seen


def resident_kib(pid):
    """The memory of a process that is its own or read from files."""
    text = pathlib.Path(f"/proc/{pid}/statm").read_text()
    return int(text.split()[1]) * os.sysconf("SC_PAGESIZE") / 1024


@dataclasses.dataclass(frozen=True)
class Idle(Echo):
    """KiB of a server's memory for a connection that has had one message and is kept open."""

    def run(self, place):
        of_server, of_client = place.processors("apart")
        count = max(100, int(self.load.connections * place.part))
        server = pinned([*self._command(place), "--port", "0"], of_server)
        client = None
        try:
            port = re.search(r":(\d+)\s*$", server.stdout.readline())
            if not port:
                raise Failure(f"{self.program} does not listen")
            before = resident_kib(server.pid)
            client = pinned([place.bin / "echo/echo_load", "--port", port[1], "--hold",
                             "--connections", count, "--messages", count], of_client,
                            stdin=subprocess.PIPE)
            client.stdout.readline()
            client.stdin.write("go\n")
            client.stdin.flush()
            if fields(client.stdout.readline()).get("round_trips") != count:
                raise Failure(f"load on {self.program} failed")
            return {"kib": (resident_kib(server.pid) - before) / count}
        finally:
            for process in (client, server):
                if process is not None:
                    process.kill()
                    process.communicate()


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
        program = place.bin / self.program
        of_receiver, of_sender = place.processors("apart")
        receiver = pinned([program, *self.receive], of_receiver)
        try:
            port = receiver.stdout.readline().split()[1]
            sent = [part.format(port=port, bytes=size) for part in self.send]
            sender = pinned([program, *sent], of_sender)
            out, _ = sender.communicate(timeout=120)
            received, _ = receiver.communicate(timeout=30)
        except (IndexError, subprocess.TimeoutExpired) as error:
            raise Failure(f"{self.program} did not carry the bytes") from error
        finally:
            if receiver.poll() is None:
                receiver.kill()
                receiver.communicate()
        took, at_receiver = self._read(received, size)
        _, at_sender = self._read(out, size)
        gib = size / 2**30
        return {"s": took / gib, "cpu_s": (at_receiver + at_sender) / gib}

    def _read(self, text, wanted):
        found = re.search(r"bytes (\d+) seconds ([\d.]+) cpu ([\d.]+)", text)
        if not found or int(found[1]) != wanted:
            raise Failure(f"{self.program}: {wanted} bytes were sent, and this came back: {text}")
        return float(found[2]), float(found[3])
