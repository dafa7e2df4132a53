#!/usr/bin/env python3
# SPDX-License-Identifier: BSL-1.0
"""Shows that snippets.py finds blocks that no file backs, and mends those that differ."""

import unittest

from selftest_support import LICENCE, LintCase

RUN = ["snippets.py"]
FILE = LICENCE + """
int main() {
  // [hello]
  int a = 1;
  // [inner]
  if (a) {
    a = 2;
  }
  // [/inner]
  // [/hello]
}
"""
HELLO = "int a = 1;\nif (a) {\n  a = 2;\n}\n"
INNER = "if (a) {\n  a = 2;\n}\n"


def block(text, mark="<!-- snippet: tests/docs/hello.cpp#hello -->"):
    return f"Words.\n\n{mark}\n```cpp\n{text}```\n\nMore words.\n"


class Snippets(LintCase):
    def setUp(self):
        super().setUp()
        self.tree({"tests/docs/hello.cpp": FILE})

    def test_equal(self):
        text = "```text\nx\n```\n"
        self.tree({"README.md": block(HELLO), "docs/guide/a.md": block(HELLO) + text})
        self.tree({"docs/b.md": block(INNER, "<!-- snippet: tests/docs/hello.cpp#inner -->")})
        self.clean(RUN)

    def test_different_and_mended(self):
        inner = block("int c;\nint d;\n", "<!-- snippet: tests/docs/hello.cpp#inner -->")
        self.tree({"docs/a.md": block("int b;\n") + inner})
        self.complains(RUN, "docs/a.md:4: differs from tests/docs/hello.cpp#hello",
                       "docs/a.md:12: ")
        self.clean([*RUN, "--fix"])
        self.clean(RUN)
        fixed = block(HELLO) + block(INNER, "<!-- snippet: tests/docs/hello.cpp#inner -->")
        self.assertEqual((self.root / "docs/a.md").read_text(), fixed)

    def test_unmarked(self):
        self.tree({"docs/a.md": block(HELLO, "Words.")})
        self.complains(RUN, "docs/a.md:4: the line before names no region")

    def test_missing_region(self):
        self.tree({"docs/a.md": block(HELLO, "<!-- snippet: tests/docs/none.cpp#hello -->"),
                   "docs/b.md": block(HELLO, "<!-- snippet: tests/docs/hello.cpp#none -->")})
        self.complains(RUN, "there is no tests/docs/none.cpp", "needs one line `// [none]`")

    def test_declarations(self):
        self.tree({"include/rill/core/a.hpp": "// [a]\nclass a;\n// [/a]\n"})
        mark = "<!-- declaration: include/rill/core/a.hpp#a -->"
        self.tree({"docs/a.md": block("class a;\n", mark)})
        self.clean(RUN)
        self.tree({"docs/a.md": block(HELLO, "<!-- declaration: tests/docs/hello.cpp#hello -->")})
        self.complains(RUN, "a declaration is a region of a header")
        self.tree({"docs/a.md": block("class a;\n", "<!-- snippet: include/rill/core/a.hpp#a -->")})
        self.complains(RUN, "a snippet is a region of a file that is run")

    def test_waived(self):
        waived = block("not C++\n", "<!-- not compiled: shows what breaks -->")
        self.tree({"docs/guide/gcc-12.md": waived, "docs/design/a.md": waived})
        self.clean(RUN)
        self.tree({"docs/guide/a.md": waived, "README.md": waived})
        self.complains(RUN, "docs/guide/a.md:4: only gcc-12.md", "README.md:4: only gcc-12.md")


if __name__ == "__main__":
    unittest.main()
