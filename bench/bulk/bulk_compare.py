#!/usr/bin/env python3
# SPDX-License-Identifier: BSL-1.0
"""Compares bulk transfers over loopback with a plain loop of blocking calls in C.

Every round runs each pair of sender and receiver once, in an order that changes from round to
round. Reported are the median of the throughput as the receiver sees it, with the smallest and the
largest, the processor time of both sides for a GiB, and the median of the ratios to the raw pair,
taken within each round. The raw pair runs twice: the ratio of those two is the noise.

    bulk_compare.py --bin BUILD/bench [--rounds 7] [--mib 1024]
"""

import argparse
import pathlib
import re
import statistics
import subprocess

RAW = "floors/raw_bulk"
RILL = "bulk/rill_bulk"
LINE = re.compile(r"bytes (\d+) seconds ([\d.]+) cpu ([\d.]+)")


def contenders():
    yield "raw", [RAW, "receive"], [RAW, "send", "{port}", "{bytes}"]
    yield "raw again", [RAW, "receive"], [RAW, "send", "{port}", "{bytes}"]
    for backend in ("epoll", "io_uring"):
        receive = [RILL, "receive", backend]
        yield f"send_all, {backend}", receive, [RILL, "send", "{port}", "{bytes}", backend]
        yield f"write_all, {backend}", receive, [RILL, "write", "{port}", "{bytes}", backend]


def measured(text, wanted):
    found = LINE.search(text)
    if not found or int(found[1]) != wanted:
        raise SystemExit(f"bulk_compare.py: {wanted} bytes were sent, and this came back: {text}")
    return float(found[2]), float(found[3])


def run(folder, receive, send, size):
    """Returns bytes per second and processor seconds of both sides."""
    command = [folder / receive[0], *receive[1:]]
    receiver = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    port = receiver.stdout.readline().split()[1]
    filled = [part.format(port=port, bytes=size) for part in send]
    command = [folder / filled[0], *filled[1:]]
    sent = subprocess.run(command, capture_output=True, text=True, check=True)
    received, _ = receiver.communicate()
    took, receiving = measured(received, size)
    _, sending = measured(sent.stdout, size)
    return size / took, receiving + sending


def main():
    parser = argparse.ArgumentParser(description="Compares bulk transfers with a loop in C.")
    parser.add_argument("--bin", type=pathlib.Path, required=True)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--mib", type=int, default=1024)
    options = parser.parse_args()
    size = options.mib * 1024 * 1024
    pairs = list(contenders())
    speeds = {name: [] for name, _, _ in pairs}
    costs = {name: [] for name, _, _ in pairs}
    for number in range(options.rounds):
        turn = number % len(pairs)
        for name, receive, send in pairs[turn:] + pairs[:turn]:
            speed, cost = run(options.bin, receive, send, size)
            speeds[name].append(speed)
            costs[name].append(cost)
    heads = f"{'GiB/s':>7} {'least':>7} {'most':>7} {'of raw':>7} {'CPU s/GiB':>10} {'of raw':>7}"
    print(f"{'':22} {heads}")
    for name, _, _ in pairs:
        ratio = statistics.median(a / b for a, b in zip(speeds[name], speeds["raw"]))
        spent = statistics.median(a / b for a, b in zip(costs[name], costs["raw"]))
        per_gib = statistics.median(costs[name]) * 2**30 / size
        values = [statistics.median(speeds[name]), min(speeds[name]), max(speeds[name])]
        text = " ".join(f"{value / 2**30:7.2f}" for value in values)
        print(f"{name:22} {text} {ratio:7.2f} {per_gib:10.3f} {spent:7.2f}")


if __name__ == "__main__":
    main()
