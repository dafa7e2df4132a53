#!/usr/bin/env python3
# SPDX-License-Identifier: BSL-1.0
"""Shows that layers.py refuses each include that the table does not allow."""

import unittest

from selftest_support import HERE, LICENCE, LintCase

RUN = ["layers.py"]
PAGE = (HERE.parents[1] / "docs/design/layers.md").read_text(encoding="utf-8")


def header(*included):
    return LICENCE + "#pragma once\n" + "".join(f"#include <{path}>\n" for path in included)


class Layers(LintCase):
    def setUp(self):
        super().setUp()
        self.tree({
            "docs/design/layers.md": PAGE,
            "include/rill/version.hpp": header("cstdint"),
            "include/rill/base.hpp": header("rill/base/assert.hpp"),
            "include/rill/base/assert.hpp": header(),
            "include/rill/core/coro.hpp": header("coroutine", "rill/base/assert.hpp"),
            "include/rill/core/detail/slot.hpp": header("rill/version.hpp"),
            "include/rill/loop/reactor.hpp": header("rill/core/coro.hpp"),
            "include/rill/net/socket.hpp": header("rill/loop/reactor.hpp"),
            "include/rill/testing/clock.hpp": header("rill/loop/reactor.hpp"),
            "src/base/calls.cpp": header("sys/socket.h"),
            "src/reactor/epoll.cpp": '#include "epoll_set.hpp"\n' + header("sys/epoll.h"),
            "src/reactor/epoll_set.hpp": header("rill/loop/reactor.hpp"),
            "src/reactor/io_uring.cpp": header("liburing.h"),
        })

    def refuses(self, path, text, *sentences):
        self.tree({path: text})
        self.complains(RUN, *sentences)

    def test_allowed(self):
        self.clean(RUN)

    def test_upward(self):
        self.refuses("include/rill/core/coro.hpp", header("coroutine", "rill/net/socket.hpp"),
                     "include/rill/core/coro.hpp:4: rill/net/socket.hpp: core may not include net")

    def test_sources_are_bound_too(self):
        self.refuses("src/net/socket.cpp", '#include "reactor/epoll_set.hpp"\n',
                     "src/net/socket.cpp:1", "net may not include reactor")
        self.refuses("src/net/socket.cpp", '#include "../reactor/epoll_set.hpp"\n',
                     "net may not include reactor")

    def test_nobody_includes_testing(self):
        self.refuses("src/debug/dump.cpp", header("rill/testing/clock.hpp"),
                     "debug may not include testing")
        self.refuses("include/rill/rill.hpp", header("rill/testing/clock.hpp"),
                     "rill.hpp includes neither testing nor tls")

    def test_umbrellas(self):
        self.refuses("include/rill/loop/reactor.hpp", header("rill/base.hpp"),
                     "a layer includes single headers, no umbrella")
        self.refuses("include/rill/base.hpp", header("rill/core/coro.hpp"),
                     "an umbrella includes its own layer only")

    def test_system_headers(self):
        for path in ("include/rill/base/handle.hpp", "include/rill/net/socket.hpp"):
            with self.subTest(path):
                self.refuses(path, header("unistd.h"), f"{path}:3: unistd.h: a public header")
        self.refuses("src/core/task.cpp", header("pthread.h"), "src/core may not use the system's")

    def test_libraries_of_others(self):
        self.refuses("src/net/uring.cpp", header("liburing.h"),
                     "liburing.h may be used in src/reactor")
        self.refuses("include/rill/core/coro.hpp", header("fmt/core.h"), "fmt/ may be used in")
        self.refuses("tests/core/a_test.cpp", header("catch2/catch.hpp"), "only tests/support")

    def test_private_header_in_public_one(self):
        self.tree({"src/core/pool.hpp": header()})
        self.refuses("include/rill/core/coro.hpp", '#include "../../../src/core/pool.hpp"\n',
                     "a public header cannot include what is not installed")

    def test_missing_file_and_folder(self):
        self.refuses("src/net/a.cpp", header("rill/core/none.hpp"), "no such file in the tree")
        self.refuses("src/extra/a.cpp", header(), "folder extra has no row")

    def test_cycle(self):
        self.refuses("include/rill/base/assert.hpp", header("rill/base/other.hpp"))
        self.refuses("include/rill/base/other.hpp", header("rill/base/assert.hpp"),
                     "include cycle: include/rill/base/assert.hpp -> "
                     "include/rill/base/other.hpp -> "
                     "include/rill/base/assert.hpp")

    def test_table_that_points_up(self):
        bad = PAGE.replace("| core | base |", "| core | base, net |")
        self.refuses("docs/design/layers.md", bad, "core and net may include each other")
        unknown = PAGE.replace("| core | base |", "| core | base, attic |")
        self.refuses("docs/design/layers.md", unknown, "core may include attic, which has no row")

    def test_no_table(self):
        self.tree({"docs/design/layers.md": "# Layers\n"})
        self.assertEqual(self.lint(*RUN).returncode, 2)
        (self.root / "docs/design/layers.md").unlink()
        self.assertEqual(self.lint(*RUN).returncode, 2)


if __name__ == "__main__":
    unittest.main()
