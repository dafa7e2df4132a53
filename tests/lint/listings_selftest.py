#!/usr/bin/env python3
# SPDX-License-Identifier: BSL-1.0
"""Shows that listings.py complains where it must, and else is silent."""

import unittest

from selftest_support import LICENCE, LintCase

EXAMPLE = LICENCE + "// How it is done. Listings F 2.1,\n// F* 8.2-a, R3.1-aux, N7. More.\nint a;\n"
HEAD = "| rows | counterpart |\n|---|---|\n"
WHOLE = (HEAD + "| F 2.1, F\\* 8.2-a, R3.1-aux, N7 | `examples/a.cpp` |\n"
         "| F 6.x-a, M1 | waits for: processes |\n| F fig. 8.1 | no program: a figure |\n")


class Listings(LintCase):
    def check(self, table, *sentences, example=EXAMPLE):
        self.tree({"examples/a.cpp": example, "docs/design/listings.md": table})
        command = ["listings.py"]
        return self.complains(command, *sentences) if sentences else self.clean(command)

    def test_agreement(self):
        self.check(WHOLE)
        self.check("No table.\n", example=LICENCE + "// No word of it.\n")

    def test_only_in_the_table(self):
        self.check(WHOLE.replace("N7", "N7, N8"),
                   "examples/a.cpp: its first comment does not name N8, as the table says")

    def test_only_in_the_comment(self):
        self.check(WHOLE.replace(", N7", ""), "examples/a.cpp names N7, the table does not say so")
        self.check(WHOLE, "examples/a.cpp names R7.6b", example=EXAMPLE.replace("N7", "N7, R7.6b"))

    def test_no_counterpart(self):
        self.check(WHOLE + "| F 3.1, F 3.2 | |\n", "listings.md:6: F 3.1, F 3.2: no counterpart")

    def test_places(self):
        self.check(WHOLE + "| N9 | `examples/b.cpp` |\n",
                   "listings.md:6: there is no examples/b.cpp")
        self.check(WHOLE + "| N7 | waits for: Godot |\n", "N7 has a counterpart, and waits")

    def test_names(self):
        self.check(WHOLE.replace("N7", "7"), "'7' is not the name of a listing",
                   example=EXAMPLE.replace("N7", "7"))
        self.check(WHOLE, "examples/a.cpp:2: 'P13(e): the way' is not the name",
                   example=EXAMPLE.replace("N7", "N7, P13(e): the way"))
        self.check(WHOLE.replace("M1", "M1, M1"), "M1 stands there twice")
        self.check(WHOLE, "N7 is named twice", example=EXAMPLE.replace("N7", "N7, N7"))


if __name__ == "__main__":
    unittest.main()
