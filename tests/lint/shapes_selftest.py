#!/usr/bin/env python3
# SPDX-License-Identifier: BSL-1.0
"""Holds coroutine_shapes.py against its samples in shapes/.

A sample marks the statement below with `// bad: RULE` (always found) or `// strict: RULE` (found by
the house rule only). What is found and what is marked must be the same.
"""

import re
import shutil
import subprocess
import sys
import unittest

from coroutine_rules import Checker
from coroutine_shapes import Unit, files_below, read_file
from cpp_types import Types
from selftest_support import HERE, LintCase

MARK = re.compile(r"// (bad|strict): (\w+)")
CORPUS = HERE / "shapes/shapes_corpus.hpp"


class Samples(unittest.TestCase):
    def expected(self, lines, strict):
        """(line of the statement, rule) of each mark."""
        marks, pending = [], []
        for number, line in enumerate(lines, 1):
            if found := MARK.search(line):
                pending.append(found.groups())
            elif pending:
                rules = {rule for _, rule in pending}
                for kind, rule in pending:
                    shadowed = kind == "bad" and strict and "list" in rules and rule == "aggregate"
                    if (kind == "bad" and not shadowed) or (kind == "strict" and strict):
                        marks.append((number, rule))
                pending = []
        return marks

    def found(self, path, strict):
        types = Types()
        read_file(CORPUS, types)
        (unit,) = read_file(path, types)
        self.assertTrue(unit.readable)
        return [(f.first, f.last, f.rule) for f in unit.findings(types, strict)]

    def compare(self, strict):
        for path in files_below([HERE / "shapes"], []):
            expected = self.expected(path.read_text().splitlines(), strict)
            found = self.found(path, strict)
            for line, rule in expected:
                hits = [f for f in found if f[0] <= line <= f[1] and f[2] == rule]
                self.assertTrue(hits, f"{path.name}:{line}: {rule} was not found")
            for first, last, rule in found:
                marks = [m for m in expected if first <= m[0] <= last and m[1] == rule]
                self.assertTrue(marks, f"{path.name}:{first}: {rule} was found, not expected")

    def test_default_rules(self):
        self.compare(False)

    def test_house_rule(self):
        self.compare(True)

    def test_samples_are_many(self):
        bad = "".join(path.read_text() for path in (HERE / "shapes/bad").iterdir())
        rules = {rule for kind, rule in MARK.findall(bad) if kind == "bad"}
        self.assertEqual(rules, {"condition", "lambda", "aggregate", "list", "ternary", "new"})
        self.assertGreater(len(MARK.findall(bad)), 50)

    def test_every_await_of_the_samples_is_placed(self):
        for path in files_below([HERE / "shapes"], []):
            types = Types()
            unit = Unit(path, path.read_text(), 1, False, types)
            for structure in unit.structures:
                rules = {finding.rule for finding in Checker(structure, True).run()}
                self.assertNotIn("unread", rules, path.name)


BAD = "job<> f() {\n  if (co_await g()) h();\n}\n"
GOOD = "job<> f() {\n  const bool ok = co_await g();\n  if (ok) h();\n}\n"
DECLARED = "job<> f() {\n  int n = 0;\n  if (co_await g()) h(n);\n}\n"


class CommandLine(LintCase):
    def test_clean_file(self):
        self.tree({"a.cpp": GOOD})
        self.clean(["coroutine_shapes.py", "a.cpp"])
        self.clean(["coroutine_shapes.py"])

    def test_finding_says_where_why_and_what_instead(self):
        self.tree({"src/a.cpp": BAD})
        self.complains(["coroutine_shapes.py", "src"], "src/a.cpp:2: error: await in a condition",
                       "why: ", "instead: const bool ok = co_await f();")

    def test_strict(self):
        self.tree({"a.cpp": DECLARED})
        self.clean(["coroutine_shapes.py", "a.cpp"])
        self.complains(["coroutine_shapes.py", "--strict", "a.cpp"], "a.cpp:3")

    def test_usage(self):
        self.assertEqual(self.lint("coroutine_shapes.py", "nowhere.cpp").returncode, 2)
        self.assertEqual(self.lint("coroutine_shapes.py", "--what").returncode, 2)
        self.assertEqual(self.lint("coroutine_shapes.py", "--help").returncode, 0)

    def test_markdown(self):
        page = f"# A page\n\n```cpp\n{BAD}```\n\ntext\n\n"
        page += "```cpp\nauto t = g();\nif (co_await t) h();\n```\n"
        self.tree({"page.md": page})
        self.complains(["coroutine_shapes.py", "page.md"], "page.md:5: error")
        self.complains(["coroutine_shapes.py", "--strict", "page.md"], "page.md:13: error")
        self.tree({"page.md": "```cpp\nowner one(new int(co_await f()));\n```\n"})
        self.complains(["coroutine_shapes.py", "page.md"], "page.md:2: error: await inside a new")
        waived = f"<!-- not compiled: shows what breaks -->\n```cpp\n{BAD}```\n"
        self.tree({"page.md": waived + f"```text\n{BAD}```\n"})
        self.clean(["coroutine_shapes.py", "page.md"])

    def test_types_from_elsewhere(self):
        self.tree({
            "inc/options.hpp": "struct small { int tries = 0; };\nstruct big { std::string s; };\n",
            "a.cpp": "job<> f() { co_await g({.tries = 1}); co_await g(small{2}); }\n",
            "b.cpp": "job<> f() { co_await g({.s = text}); }\n",
        })
        self.clean(["coroutine_shapes.py", "--types", "inc", "a.cpp"])
        self.complains(["coroutine_shapes.py", "--types", "inc", "b.cpp"], "b.cpp:1")
        self.complains(["coroutine_shapes.py", "a.cpp"], "a type this check does not know")
        self.tree({"names.txt": "small  # two numbers\n"})
        self.tree({"a.cpp": "job<> f() { co_await g(small{2}); }\n"})
        self.clean(["coroutine_shapes.py", "--trivial-file", "names.txt", "a.cpp"])
        self.clean(["coroutine_shapes.py", "--trivial", "small", "a.cpp"])

    def test_requirements_are_no_unread_awaits(self):
        text = "template <class T>\n  requires requires(T t) { co_await t; }\nvoid f(T t);\n"
        text += "template <class T>\nconcept c = requires(T t) { co_await t; };\n"
        self.tree({"a.hpp": text})
        self.clean(["coroutine_shapes.py", "--strict", "a.hpp"])

    def test_excuses(self):
        for comment in ("// lint: allow(condition) a reason", "/* lint: allow(condition) x */"):
            self.tree({"a.cpp": BAD.replace("if", f"{comment}\n  if")})
            self.clean(["coroutine_shapes.py", "a.cpp"])
        self.tree({"a.cpp": BAD.replace("if", "// lint: allow(lambda) no reason here\n  if")})
        self.complains(["coroutine_shapes.py", "a.cpp"], "a.cpp:3")

    def test_unmatched_brackets(self):
        self.tree({"a.cpp": "#if A\nvoid f() {\n#else\nvoid g() {\n#endif\n}\n" + BAD})
        self.complains(["coroutine_shapes.py", "a.cpp"], "a.cpp:8")
        self.tree({"a.cpp": "void f() {\n"})
        done = self.lint("coroutine_shapes.py", "--strict", "a.cpp")
        self.assertEqual(done.returncode, 1)
        self.assertIn("a.cpp: not checked", done.stderr)


class Shipped(LintCase):
    def test_installed_files_are_enough(self):
        rules = (HERE.parents[1] / "cmake/install.cmake").read_text()
        for script in re.findall(r"tests/lint/(\w+\.py)", rules):
            shutil.copy(HERE / script, self.root / script)
        self.tree({"a.cpp": BAD})
        done = subprocess.run([sys.executable, "-B", "coroutine_shapes.py", "a.cpp"],
                              cwd=self.root, capture_output=True, text=True, check=False)
        self.assertEqual((done.returncode, done.stderr), (1, ""))
        self.assertIn("a.cpp:2: error", done.stdout)


if __name__ == "__main__":
    unittest.main()
