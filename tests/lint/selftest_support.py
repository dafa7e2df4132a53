# SPDX-License-Identifier: BSL-1.0
"""For the lints' self-tests: small trees in temporary folders, and running a lint over them."""

import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

HERE = pathlib.Path(__file__).resolve().parent
LICENCE = "// SPDX-License-Identifier: BSL-1.0\n"


class LintCase(unittest.TestCase):
    """`tree` makes the tree, `lint` runs a script in it, `complains` and `clean` judge."""

    maxDiff = None

    def setUp(self):
        self.root = pathlib.Path(tempfile.mkdtemp(prefix="rill-lint-"))
        self.addCleanup(shutil.rmtree, self.root)
        self.tree({"include/rill/rill.hpp": LICENCE + "#pragma once\n"})

    def tree(self, contents):
        for path, text in contents.items():
            file = self.root / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, encoding="utf-8")

    def lint(self, *command):
        script = HERE / command[0]
        return subprocess.run([sys.executable, "-B", script, *command[1:]], cwd=self.root,
                              capture_output=True, text=True, timeout=30, check=False)

    def complains(self, command, *sentences):
        done = self.lint(*command)
        for sentence in sentences:
            self.assertIn(sentence, done.stdout)
        self.assertEqual(done.returncode, 1, done.stdout + done.stderr)

    def clean(self, command):
        done = self.lint(*command)
        self.assertEqual((done.stdout, done.returncode), ("", 0), done.stderr)
