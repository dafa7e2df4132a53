# SPDX-License-Identifier: BSL-1.0
"""Pairs of programs, with small programs in the place of servers and load."""

import os
import pathlib
import stat
import tempfile
import unittest

import contenders
import echo_pairs

# Uses its processor to take connections, for messages, and to end; only messages count.
SERVER = """
import signal, sys, time
def burn(seconds):
    until = time.process_time() + seconds
    while time.process_time() < until: pass
def messages(*_): burn(0.05)
def end(*_):
    burn(0.2)
    print("messages=10" if {closes} else "")
    sys.exit()
signal.signal(signal.SIGINT, end)
signal.signal(signal.SIGUSR1, messages)
print("listening on 127.0.0.1:1", flush=True)
burn(0.1)
while True: signal.pause()
"""
# Stands for the messages by a signal to the server, which is its parent's other child.
LOAD = """
import os, signal, subprocess, time
pids = open(f"/proc/{os.getppid()}/task/{os.getppid()}/children").read().split()
server = next(int(pid) for pid in pids if int(pid) != os.getpid())
print("connected", flush=True)
input()
os.kill(server, signal.SIGUSR1)
time.sleep(0.2)
print("round_trips=10 per_second=50", flush=True)
try:
    while True: input()
except EOFError:
    pass
"""


class Echo(unittest.TestCase):
    def run_with(self, server, load=LOAD, pair=echo_pairs.Echo):
        with tempfile.TemporaryDirectory() as folder:
            root = pathlib.Path(folder)
            for name, text in (("server", server), ("echo/echo_load", load)):
                path = root / name
                path.parent.mkdir(exist_ok=True)
                path.write_text("#!/usr/bin/env python3\n" + text, encoding="utf-8")
                path.chmod(path.stat().st_mode | stat.S_IXUSR)
            place = contenders.Place(root, root, root)
            return pair("server", echo_pairs.Load(messages=10)).run(place)

    def test_only_what_messages_cost_is_counted(self):
        found = self.run_with(SERVER.replace("{closes}", "True"))
        self.assertEqual((found["round_trips"], found["per_second"]), (10, 50))
        self.assertGreater(found["ns"], 4e6)
        self.assertLess(found["ns"], 9e6)

    def test_a_server_without_its_closing_line_has_failed(self):
        with self.assertRaisesRegex(contenders.Failure, "closing line"):
            self.run_with(SERVER.replace("{closes}", "False"))

    def test_a_server_that_ends_at_once_has_failed(self):
        with self.assertRaisesRegex(contenders.Failure, "printed nothing"):
            self.run_with("raise SystemExit(3)")

    def test_a_server_that_says_something_else_has_failed(self):
        with self.assertRaisesRegex(contenders.Failure, "does not listen"):
            self.run_with("print('hello')")

    def test_a_load_that_fails_is_told(self):
        with self.assertRaisesRegex(contenders.Failure, "no message"):
            self.run_with(SERVER.replace("{closes}", "True"),
                          "print('connected', flush=True)\ninput()\nprint('errors=1')")

    def test_a_connection_has_one_message_before_memory_is_read(self):
        found = self.run_with(SERVER.replace("{closes}", "True"), pair=echo_pairs.Idle)
        self.assertIn("kib", found)


class Silence(unittest.TestCase):
    def test_who_prints_nothing_is_ended(self):
        silent = contenders.pinned(["sleep", "100"], os.sched_getaffinity(0))
        with self.assertRaisesRegex(contenders.Failure, "sleep 100"):
            contenders.line_of(silent, limit=0.05)
        self.assertIsNotNone(silent.poll())


if __name__ == "__main__":
    unittest.main()
