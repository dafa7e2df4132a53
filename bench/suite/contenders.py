# SPDX-License-Identifier: BSL-1.0
"""How each kind of program is run, and how its output is read.

A runner has `missing(place)`, the reason why it cannot run here or None; `run(place)`, which
returns a dict of figures; and `instructions(place)` where instructions can be counted. `place` is a
Place: where the programs are, how long they may take, which processors are theirs.
"""

import ctypes
import dataclasses
import functools
import json
import os
import pathlib
import re
import signal
import subprocess
import threading
import time


class Failure(Exception):
    """A program did not do what it should."""


@dataclasses.dataclass
class Place:
    """Where and how programs run."""

    bin: pathlib.Path  # folder bench of a build
    root: pathlib.Path  # of the sources
    out: pathlib.Path  # for temporary files
    python: str = "python3"
    seconds: float = 0.2  # of measuring, for programs that take such a limit
    part: float = 1.0  # of the work, for programs that are given an amount
    cpus: list = dataclasses.field(default_factory=lambda: sorted(os.sched_getaffinity(0)))

    def processors(self, pin):
        """The processors of a program and of its opposite."""
        if pin == "free":
            return set(self.cpus), set(self.cpus)
        if pin == "apart":
            return {self.cpus[0]}, {self.cpus[-1]}
        return {self.cpus[0]}, {self.cpus[0]}


def pinned(command, cpus, ordinary=False, **options):
    """Starts a program on these processors, at ordinary priority whatever ours is if so asked."""
    def prepare():
        # What runs in the background of a shell ignores it, and servers are ended by it.
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        os.sched_setaffinity(0, cpus)
        if ordinary:
            os.sched_setscheduler(0, os.SCHED_OTHER, os.sched_param(0))

    return subprocess.Popen(
        [str(part) for part in command], preexec_fn=prepare,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, **options)


def output_of(command, cpus, limit=120, **options):
    """Standard output and standard error of a program that must end with 0."""
    process = pinned(command, cpus, **options)
    try:
        out, err = process.communicate(timeout=limit)
    except subprocess.TimeoutExpired as error:
        raise Failure(f"{command[0]} took longer than {limit} s") from error
    finally:
        end(process)
    if process.returncode != 0:
        raise Failure(f"{command[0]} ended with {process.returncode}: {err.strip()[-300:]}")
    return out, err


def line_of(process, limit=60):
    """The next line that a program prints. One that prints none in time is ended."""
    watch = threading.Timer(limit, process.kill)
    watch.start()
    try:
        line = process.stdout.readline()
    finally:
        watch.cancel()
        watch.join()
    if not line:
        process.kill()
        _, complaint = process.communicate()
        raise Failure(f"{pathlib.Path(process.args[0]).name} {' '.join(process.args[1:])} printed "
                      f"nothing where it should: {complaint.strip()[-200:]}")
    return line


def end(process):
    """Kills a program that still runs, and forgets what it printed."""
    if process.poll() is None:
        process.kill()
        process.communicate()


def cpu_ns(pid):
    """What the threads of a process have used so far; in ticks where the kernel tells no better."""
    folder = pathlib.Path(f"/proc/{pid}")
    exact = sum(int(path.read_text().split()[0]) for path in folder.glob("task/*/schedstat"))
    if exact:
        return exact
    ticks = stat_of(folder)[11:13]
    return sum(int(each) for each in ticks) * 1e9 / os.sysconf("SC_CLK_TCK")


def stat_of(folder):
    """What the kernel tells of a process or of a thread, from its state on."""
    return (folder / "stat").read_text().rpartition(")")[2].split()


def cpu_at_rest(pid, limit=10):
    """The same, as soon as the process does next to nothing, and has nothing to do."""
    before, until = cpu_ns(pid), time.monotonic() + limit
    while time.monotonic() < until:
        time.sleep(0.01)
        states = {stat_of(folder)[0] for folder in pathlib.Path(f"/proc/{pid}/task").iterdir()}
        now = cpu_ns(pid)
        if now - before < 50_000 and "R" not in states:
            return now
        before = now
    raise Failure(f"process {pid} does not come to rest")


def fields(text):
    """All key=number of a text."""
    return {key: float(value) for key, value in re.findall(r"([\w.]+)=(-?[0-9.]+)", text)}


def not_built(place, program):
    return None if (place.bin / program).exists() else f"{program} was not built"


def of_iteration(entry):
    """Nanoseconds of one iteration, from an entry of Google Benchmark's JSON."""
    real = entry["name"].endswith("/real_time")
    scale = {"ns": 1, "us": 1e3, "ms": 1e6, "s": 1e9}[entry["time_unit"]]
    return entry["real_time" if real else "cpu_time"] * scale


def nanoseconds(entry):
    """Of one operation."""
    return of_iteration(entry) / operations(entry)


def operations(entry):
    """How many there are in an iteration."""
    if "items_per_second" not in entry:
        return 1
    return max(1, round(entry["items_per_second"] * of_iteration(entry) / 1e9))


@dataclasses.dataclass(frozen=True)
class Micro:
    """One case of a Google Benchmark program: nanoseconds of an operation."""

    program: str
    case: str
    pin: str = "together"

    def missing(self, place):
        return not_built(place, self.program)

    def _command(self, place, seconds):
        name = f"^(in_loop/)?{re.escape(self.case)}(/real_time)?$"
        return [place.bin / self.program, f"--benchmark_filter={name}",
                f"--benchmark_min_time={seconds}", "--benchmark_format=json"]

    def run(self, place):
        out, _ = output_of(self._command(place, place.seconds), place.processors(self.pin)[0])
        return {"ns": nanoseconds(self._entry(out))}

    def _entry(self, out):
        start = out.find("{")
        entries = json.loads(out[start:])["benchmarks"] if start >= 0 else []
        if len(entries) != 1:
            raise Failure(f"{self.program} has {len(entries)} cases {self.case}, not one")
        if entries[0].get("error_occurred"):
            raise Failure(f"{self.program}, {self.case}: {entries[0].get('error_message')}")
        return entries[0]

    def instructions(self, place):
        """Of one operation, by callgrind: the difference of a shorter and a longer run.

        How many iterations were run, those to find out how many there shall be included, is what
        the program logs.
        """
        counts = [self._counted(place, seconds) for seconds in (0.01, 0.1)]
        (first, before, _), (second, after, each) = sorted(counts, key=lambda count: count[1])
        if after <= before:
            raise Failure(f"{self.program}, {self.case}: as many iterations in both runs")
        return (second - first) / (after - before) / each

    def _counted(self, place, seconds):
        command = ["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null",
                   *self._command(place, seconds), "--v=2"]
        out, log = output_of(command, place.processors(self.pin)[0], limit=300)
        total = re.search(r"Collected *: *(\d+)", log)
        runs = re.findall(r"Running \S+ for (\d+)", log)
        if not total or not runs:
            raise Failure(f"callgrind said nothing of {self.program}")
        return int(total[1]), sum(int(run) for run in runs), operations(self._entry(out))


@dataclasses.dataclass(frozen=True)
class Told:
    """A program that measures by itself and prints key=value.

    The name of a script is below the sources' bench/ and runs in the Python that was found. Of the
    arguments {seconds} is how long to measure, {part:N} a share of a number.
    """

    program: str
    arguments: tuple = ()
    pin: str = "together"
    limit: int = 90

    def missing(self, place):
        return lacking(place, self.program, self.arguments)

    def run(self, place):
        arguments = [filled(argument, place) for argument in self.arguments]
        if self.program.endswith(".py"):
            command = [place.python, "-B", place.root / "bench" / self.program, *arguments]
        else:
            command = [place.bin / self.program, *arguments]
        out, _ = output_of(command, place.processors(self.pin)[0], self.limit)
        found = fields(out)
        if not found:
            raise Failure(f"{self.program} printed no figures: {out.strip()[-200:]!r}")
        return found


def filled(argument, place):
    """An argument with what the place says of seconds and shares put in."""
    argument = argument.replace("{seconds}", f"{place.seconds}")
    return re.sub(r"\{part:(\d+)\}", lambda found: str(max(1, int(int(found[1]) * place.part))),
                  argument)


@dataclasses.dataclass(frozen=True)
class Launched:
    """A program that does nothing: microseconds from its start to its end, as its starter sees it.

    The median of many starts within one run.
    """

    program: str
    times: int = 40

    def missing(self, place):
        return None if self.program == "python" else not_built(place, self.program)

    def run(self, place):
        command = [str(place.bin / self.program)]
        if self.program == "python":
            code = "import asyncio\nasync def main(): pass\nasyncio.run(main())"
            command = [place.python, "-I", "-c", code]
        os.sched_setaffinity(0, place.processors("together")[0])
        try:
            took = [self._once(command) for _ in range(max(3, int(self.times * place.part)))]
        finally:
            os.sched_setaffinity(0, set(place.cpus))
        return {"us": sorted(took)[len(took) // 2]}

    @staticmethod
    def _once(command):
        before = time.perf_counter_ns()
        child = os.posix_spawnp(command[0], command, os.environ)
        _, status = os.waitpid(child, 0)
        if status != 0:
            raise Failure(f"{command[0]} ended with status {status}")
        return (time.perf_counter_ns() - before) / 1e3


def lacking(place, program, arguments):
    """What a program with these arguments has not got here, or None."""
    if any("io_uring" in word for word in (program, *arguments)) and not io_uring_works():
        return "io_uring does not work here"
    if not program.endswith(".py"):
        return not_built(place, program)
    if "--uvloop" in arguments and not has_uvloop(place.python):
        return "uvloop is not installed (python3-uvloop)"
    return None


@functools.cache
def io_uring_works():
    """Whether the kernel has it and lets us."""
    setup = 425  # on all processors
    parameters = ctypes.create_string_buffer(120)
    ring = ctypes.CDLL(None).syscall(setup, 1, parameters)
    if ring >= 0:
        os.close(ring)
    return ring >= 0


@functools.cache
def has_uvloop(python):
    done = subprocess.run([python, "-c", "import uvloop"], capture_output=True, check=False)
    return done.returncode == 0
