#!/usr/bin/env python3
# SPDX-License-Identifier: BSL-1.0
"""Checks that every C++ file is as clang-format leaves it.

Versions of clang-format differ, so exactly one is asked. Ends with 0 where nothing is wrong, 1 with
complaints, 77 (skipped) where that version is not installed. `--fix` formats the files.
"""

import argparse
import pathlib
import re
import shutil
import subprocess
import sys

from tree import CPP, files

FORMATTER = "clang-format-19"


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--root", type=pathlib.Path, default=pathlib.Path("."))
    parser.add_argument("--fix", action="store_true", help="format the files")
    options = parser.parse_args()
    if shutil.which(FORMATTER) is None:
        print(f"skipped: {FORMATTER} is not installed")
        return 77
    paths = [str(path) for path in files(options.root, suffixes=CPP)]
    if not paths:
        return 0
    mode = ["-i"] if options.fix else ["--dry-run"]
    done = subprocess.run([FORMATTER, *mode, *paths], capture_output=True, text=True, check=False)
    bad = sorted(set(re.findall(r"^(\S+?):\d+:\d+: (?:warning|error)", done.stderr, re.MULTILINE)))
    for path in bad:
        print(f"{path}: is not as {FORMATTER} leaves it; {FORMATTER} -i {path}")
    return 1 if bad or done.returncode else 0


if __name__ == "__main__":
    sys.exit(main())
