#!/usr/bin/env python3
# SPDX-License-Identifier: BSL-1.0
"""Shows that format.py complains about a file that is formatted otherwise, and mends it."""

import shutil
import unittest

from format import FORMATTER
from selftest_support import HERE, LICENCE, LintCase

STYLE = (HERE.parents[1] / ".clang-format").read_text(encoding="utf-8")


@unittest.skipIf(shutil.which(FORMATTER) is None, f"{FORMATTER} is not installed")
class Format(LintCase):
    def test_bad_and_mended(self):
        self.tree({".clang-format": STYLE, "src/core/a.cpp": LICENCE + "int   a ;\n",
                   "src/core/b.cpp": LICENCE + "int b;\n"})
        self.complains(["format.py"], "src/core/a.cpp: is not as clang-format-19 leaves it")
        self.assertNotIn("b.cpp", self.lint("format.py").stdout)
        self.clean(["format.py", "--fix"])
        self.clean(["format.py"])


if __name__ == "__main__":
    unittest.main()
