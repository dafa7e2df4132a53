#!/usr/bin/env python3
# SPDX-License-Identifier: BSL-1.0
"""Shows that each check of files.py complains where it must, and else is silent."""

import unittest

from selftest_support import LICENCE, LintCase

HEADER = LICENCE + "#pragma once\n"


class Files(LintCase):
    def check(self, check, *sentences):
        command = ["files.py", check]
        return self.complains(command, *sentences) if sentences else self.clean(command)

    def test_names(self):
        self.tree({"src/core/task.cpp": LICENCE, "include/rill/core/task.hpp": HEADER})
        self.check("names")
        self.tree({"tests/loop/task.cpp": LICENCE})
        self.check("names", "task.cpp: the name is used more than once: src/core/task.cpp, tests/")

    def test_length(self):
        self.tree({"src/core/a.cpp": LICENCE + "int a;\n" * 399})
        self.check("length")
        self.tree({"src/core/a.cpp": LICENCE + "int a;\n" * 400})
        self.check("length", "src/core/a.cpp: 401 lines")

    def test_conformance(self):
        case = LICENCE + 'TEST_CASE("a lock is free [5]", "[lock]") {}\n'
        row = "| nr | asyncio | rill | differs |\n|---|---|---|---|\n| 5 | LockTests | {} | |\n"
        self.tree({"tests/core/a_test.cpp": case,
                   "docs/design/conformance.md": row.format("a lock is free")})
        self.check("conformance")
        self.tree({"docs/design/conformance.md": row.format("a lock is held")})
        self.check("conformance", "conformance.md: row 5 names ['a lock is held']")
        self.tree({"docs/design/conformance.md": "| nr |\n"})
        self.check("conformance", "conformance.md: row 5 names [], the tests ['a lock is free']")

    def test_width(self):
        self.tree({"src/core/a.cpp": "// " + "x" * 97 + "\n"})
        self.check("width")
        self.tree({"src/core/a.cpp": "// " + "x" * 98 + "\n"})
        self.check("width", "src/core/a.cpp:1: 101 columns")

    def test_functions(self):
        body = "struct a {\n  int f() const noexcept {\n" + "    g();\n" * 60 + "  }\n};\n"
        self.tree({"src/core/a.cpp": body})
        self.check("functions")
        self.tree({"src/core/a.cpp": body.replace("    g();\n", "    g();\n    h();\n", 1)})
        self.check("functions", "src/core/a.cpp:2: a body of 61 lines")
        loop = "auto f = [](int a) {\n" + "  g(a);\n" * 61 + "};\n"
        self.tree({"src/core/a.cpp": loop})
        self.check("functions", "src/core/a.cpp:1: a body of 61 lines")

    def test_licence(self):
        self.tree({"tests/a.py": "#!/usr/bin/env python3\n# SPDX-License-Identifier: BSL-1.0\n",
                   "cmake/CMakeLists.txt": "# SPDX-License-Identifier: BSL-1.0\n"})
        self.check("licence")
        self.tree({"src/core/a.cpp": "// Text\n" + LICENCE, "cmake/run.sh": "#!/bin/sh\necho\n",
                   ".ci/run": "#!/bin/sh\n"})
        self.check("licence", "src/core/a.cpp:1: ", "cmake/run.sh:1: ", ".ci/run:1: ")

    def test_text(self):
        self.tree({"src/core/a.cpp": LICENCE + "// TO" + "DO: later\n"})
        self.tree({"docs/a.md": "a/home b\n"})
        self.check("text", "src/core/a.cpp:2: unfinished work")
        self.tree({"src/core/a.cpp": LICENCE + "// FIX" + "ME (#12)\n"})
        self.check("text")
        self.tree({"src/core/a.cpp": "\u00e9\n", "src/core/b.cpp": "\tint b;\n",
                   "docs/a.md": "see /ho" + "me/me/x\n", "cmake/a.cmake": "set(a) \n",
                   "README.md": "\u2014\n"})
        self.check("text", "src/core/a.cpp:1: not ASCII", "src/core/b.cpp:1: a tab",
                   "docs/a.md:1: a path of one machine", "cmake/a.cmake:1: space at the end",
                   "README.md:1: not ASCII")

    def test_tests(self):
        self.tree({"include/rill/core.hpp": HEADER, "include/rill/core/detail/x.hpp": HEADER})
        self.check("tests")
        self.tree({"include/rill/core/a.hpp": HEADER, "include/rill/core/b.hpp": HEADER,
                   "include/rill/loop/c.hpp": HEADER})
        self.tree({"tests/core/b_test.cpp": "#include <string>\n#include <rill/core/b.hpp>\n",
                   "tests/loop/c_test.cpp": LICENCE + "#include <rill/loop/c.hpp>\n"})
        self.check("tests", "include/rill/core/a.hpp: no tests/core/a_test.cpp",
                   "tests/core/b_test.cpp: its first include is string")
        self.assertNotIn("c_test", self.lint("files.py", "tests").stdout)

    def test_pages(self):
        self.tree({"include/rill/core/a.hpp": HEADER, "include/rill/core/b.hpp": HEADER})
        self.check("pages", "include/rill/core/a.hpp: no docs/reference/core/a.md", "core/b.md")
        self.tree({"docs/reference/core/a.md": "# a\n", "docs/reference/core/b.md": "# b\n"})
        self.check("pages")

    def test_umbrellas(self):
        self.tree({"include/rill/core/a.hpp": HEADER, "include/rill/testing/b.hpp": HEADER})
        self.check("umbrellas", "include/rill/core.hpp: does not include rill/core/a.hpp",
                   "include/rill/testing.hpp: does not include rill/testing/b.hpp",
                   "include/rill/rill.hpp: does not include rill/core.hpp")
        self.tree({"include/rill/core.hpp": HEADER + "#include <rill/core/a.hpp>\n",
                   "include/rill/testing.hpp": HEADER + "#include <rill/testing/b.hpp>\n",
                   "include/rill/rill.hpp": HEADER + "#include <rill/core.hpp>\n"})
        self.check("umbrellas")

    def test_headers_with_a_library_of_their_own_are_in_no_umbrella(self):
        self.tree({"include/rill/exec/process_archive.hpp": HEADER,
                   "include/rill/exec.hpp": HEADER,
                   "include/rill/rill.hpp": HEADER + "#include <rill/exec.hpp>\n"})
        self.check("umbrellas")

    def test_listed(self):
        lists = "rill_layer(rill HEADERS rill.hpp SOURCES other.cpp)"
        self.tree({"src/core/a.cpp": LICENCE, "tests/core/b_test.cpp": LICENCE,
                   "src/core/CMakeLists.txt": lists})
        self.check("listed", "src/core/a.cpp: no CMakeLists.txt names it",
                   "tests/core/b_test.cpp: no CMakeLists.txt names it")
        self.tree({"src/core/private.hpp": HEADER,
                   "src/core/CMakeLists.txt": "rill_layer(rill HEADERS rill.hpp SOURCES a.cpp)",
                   "tests/CMakeLists.txt": "foreach(test b_test)"})
        self.check("listed")

    def test_arguments(self):
        self.assertEqual(self.lint("files.py", "nonsense").returncode, 2)
        self.assertEqual(self.lint("files.py", "names", "--root", "docs").returncode, 2)


if __name__ == "__main__":
    unittest.main()
