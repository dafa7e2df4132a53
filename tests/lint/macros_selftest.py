#!/usr/bin/env python3
# SPDX-License-Identifier: BSL-1.0
"""Shows that macros.py complains about each macro and each `#if` in the wrong place."""

import unittest

from selftest_support import LICENCE, LintCase

RUN = ["macros.py"]
HEADER = LICENCE + "#pragma once\n"
CONFIG = HEADER + "#if defined(__GNUC__) && !defined(__clang__)\n#define RILL_GCC 1\n#endif\n"


class Macros(LintCase):
    def test_allowed(self):
        self.tree({"include/rill/base/config.hpp": CONFIG,
                   "include/rill/base/assert.hpp": HEADER + "#define RILL_ASSERT(x) (x)\n",
                   "src/core/a.cpp": LICENCE + "#define ROW(x) x\n#if RILL_GCC\n#endif\n"})
        self.clean(RUN)

    def test_definitions(self):
        self.tree({"src/core/a.cpp": LICENCE + "#define RILL_FAST 1\n",
                   "include/rill/core/b.hpp": HEADER + "#define SHORT(x) \\\n  (x)\n"})
        self.complains(RUN, "src/core/a.cpp:2: RILL_FAST", "include/rill/core/b.hpp:3: SHORT")

    def test_decisions(self):
        self.tree({"src/core/a.cpp": LICENCE + "#ifdef __linux__\n#elif defined(_WIN32)\n#endif\n",
                   "include/rill/core/b.hpp": HEADER + "#if __has_include(<x.h>)\n#endif\n",
                   "src/core/c.cpp": LICENCE + "#ifdef RILL_GCC\n#endif\n"})
        self.complains(RUN, "src/core/a.cpp:2: #ifdef __linux__", "src/core/a.cpp:3: #elif",
                       "include/rill/core/b.hpp:3: #if __has_include", "src/core/c.cpp:2: #ifdef",
                       "always defined")

    def test_guards(self):
        self.tree({"include/rill/core/b.hpp": LICENCE + "#ifndef B\n#define B\n#endif\n"})
        self.complains(RUN, "b.hpp:1: a header begins with #pragma once", "an include guard")


if __name__ == "__main__":
    unittest.main()
