#!/usr/bin/env python3
# SPDX-License-Identifier: BSL-1.0
"""Checks that each C++ block of README.md and docs/ equals a tagged region of a file in the tree.

The line before the block's fence names the region:

    <!-- snippet: tests/docs/first_steps.cpp#hello -->      of a file that is built and run
    <!-- declaration: include/rill/core/coro.hpp#coro -->   of a header
    <!-- not compiled: REASON -->                           in docs/guide/gcc-12.md and docs/design

The file has the region between the lines `// [hello]` and `// [/hello]`; tag lines of other
regions inside it are left out, and so is the indentation that all its lines share. `--fix` writes
the regions into the pages.

Ends with 0 where nothing is wrong, 1 with complaints, 2 where the arguments make no sense.
"""

import argparse
import pathlib
import re
import sys
import textwrap

from tree import files, name

MARK = re.compile(r"^\s*<!-- (snippet|declaration): (\S+?)#([\w-]+) -->\s*$")
WAIVED = re.compile(r"^\s*<!-- not compiled: \S.* -->\s*$")
FENCE = re.compile(r"^(\s*)(```+)\s*(\S*)")
TAG = re.compile(r"^\s*// \[/?[\w-]+\]\s*$")
LANGUAGES = {"cpp", "c++", "cc", "cxx"}


def region(root, file, tag):
    """The region's text, or a sentence that says why there is none."""
    path = root / file
    if not path.is_file():
        return None, f"there is no {file}"
    lines = path.read_text(encoding="utf-8").splitlines()
    stripped = [line.strip() for line in lines]
    begins, ends = f"// [{tag}]", f"// [/{tag}]"
    if stripped.count(begins) != 1 or stripped.count(ends) != 1:
        return None, f"{file} needs one line `{begins}` and one line `{ends}`"
    first, last = stripped.index(begins) + 1, stripped.index(ends)
    inside = [line for line in lines[first:last] if not TAG.match(line)]
    return textwrap.dedent("\n".join(inside)).strip("\n"), ""


class Page:
    def __init__(self, root, path, fix):
        self.root, self.path, self.fix = root, path, fix
        self.file = name(root, path)
        self.lines = path.read_text(encoding="utf-8").splitlines()
        self.complaints = []

    def blocks(self):
        """(line of the fence, line of its end, indentation) of C++ blocks, last first."""
        found, index = [], 0
        while index < len(self.lines):
            fence = FENCE.match(self.lines[index])
            if fence:
                end = index + 1
                while end < len(self.lines) and self.lines[end].strip() != fence.group(2):
                    end += 1
                if fence.group(3) in LANGUAGES:
                    found.append((index, end, fence.group(1)))
                index = end
            index += 1
        return reversed(found)

    def check(self):
        changed = False
        for first, last, indent in self.blocks():
            changed |= self.block(first, last, indent)
        if changed:
            self.path.write_text("\n".join(self.lines) + "\n", encoding="utf-8")
        return reversed(self.complaints)

    def block(self, first, last, indent):
        """Checks one block; whether it was rewritten."""
        before = self.lines[first - 1] if first else ""
        where = f"{self.file}:{first + 1}"
        if WAIVED.match(before):
            if self.file != "docs/guide/gcc-12.md" and not self.file.startswith("docs/design/"):
                self.complaints.append(f"{where}: only gcc-12.md and docs/design have such blocks")
            return False
        mark = MARK.match(before)
        if not mark:
            self.complaints.append(f"{where}: the line before names no region (<!-- snippet: ...)")
            return False
        kind, source, tag = mark.groups()
        if kind == "declaration" and not source.startswith("include/rill/"):
            self.complaints.append(f"{where}: a declaration is a region of a header")
        if kind == "snippet" and not source.startswith(("tests/", "examples/", "bench/")):
            self.complaints.append(f"{where}: a snippet is a region of a file that is run")
        wanted, why = region(self.root, source, tag)
        if wanted is None:
            self.complaints.append(f"{where}: {why}")
            return False
        new = [indent + line if line else "" for line in wanted.split("\n")]
        if new == self.lines[first + 1 : last]:
            return False
        if self.fix:
            self.lines[first + 1 : last] = new
            return True
        self.complaints.append(f"{where}: differs from {source}#{tag}; --fix copies it")
        return False


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--root", type=pathlib.Path, default=pathlib.Path("."))
    parser.add_argument("--fix", action="store_true", help="write the regions into the pages")
    options = parser.parse_args()
    if not options.root.is_dir():
        print(f"no such folder: {options.root}", file=sys.stderr)
        return 2
    pages = files(options.root, "docs", suffixes={".md"})
    if (options.root / "README.md").is_file():
        pages.append(options.root / "README.md")
    complaints = []
    for path in pages:
        complaints += Page(options.root, path, options.fix).check()
    if complaints:
        print(*complaints, sep="\n")
    return 1 if complaints else 0


if __name__ == "__main__":
    sys.exit(main())
