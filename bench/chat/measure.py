#!/usr/bin/env python3
# SPDX-License-Identifier: BSL-1.0
"""Runs the chat example's server under load and tells whether its memory stays flat.

Starts the server, has chat_load's users talk for a while, and reads the server's resident memory
and processor time once a second. Reported are the load's own line, the memory at the first second
after everybody has come in, its largest value, and how much it has grown in the second half, and
the server's processor time per line delivered.

    measure.py --bin BUILD [--clients 500] [--seconds 60] [--rate 0] [--backend auto]
"""

import argparse
import os
import pathlib
import re
import signal
import subprocess
import sys
import time


def resident_kib(pid):
    text = pathlib.Path(f"/proc/{pid}/status").read_text()
    return int(re.search(r"VmRSS:\s+(\d+)", text)[1])


def processor_seconds(pid):
    fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def listening_port(server):
    line = server.stdout.readline()
    found = re.match(r"listening on \S+:(\d+) \(backend (\w+)\)", line)
    if not found:
        sys.exit(f"measure: the server does not listen: {line}")
    return found[1], found[2]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--bin", type=pathlib.Path, required=True)
    parser.add_argument("--clients", type=int, default=500)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--rate", type=float, default=0)
    parser.add_argument("--backend", default="")
    options = parser.parse_args()
    backend = ["--backend", options.backend] if options.backend else []

    server = subprocess.Popen(
        [options.bin / "examples/chat_server", "--port", "0", *backend],
        stdout=subprocess.PIPE, text=True)
    port, used = listening_port(server)
    load = subprocess.Popen(
        [options.bin / "bench/chat/chat_load", "--port", port, "--clients", str(options.clients),
         "--seconds", str(options.seconds), "--rate", str(options.rate), *backend])
    memory = []
    while load.poll() is None:
        time.sleep(1)
        memory.append(resident_kib(server.pid))
    used_seconds = processor_seconds(server.pid)
    server.send_signal(signal.SIGINT)
    code = server.wait(timeout=30)
    half = memory[len(memory) // 2:]
    print(f"server on {used}: {memory[0]} KiB at first, {max(memory)} KiB at most, "
          f"{half[-1] - half[0]:+d} KiB in the second half, {used_seconds:.2f} s of processor time")
    sys.exit(load.returncode or code)


if __name__ == "__main__":
    main()
