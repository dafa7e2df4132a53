#!/usr/bin/env python3
# SPDX-License-Identifier: BSL-1.0
"""Finds coroutine code that GCC 12 compiles wrongly, in C++ files and in C++ blocks of Markdown.

Reads what stands in the files, without a compiler: types are known as far as the files given (and
those under --types) define them. A line is excused by a comment on it or on the line before:

    // lint: trivial aggregate          all members of the braced object are trivial
    // lint: allow(RULE) REASON         RULE: condition lambda aggregate list ternary new order

Ends with 0 where nothing was found, 1 with findings, 2 where the arguments make no sense.
"""

import argparse
import pathlib
import re
import sys

from coroutine_rules import Checker
from cpp_structure import Structure
from cpp_tokens import Source
from cpp_types import Types

SUFFIXES = {".hpp", ".h", ".hh", ".hxx", ".ipp", ".inl", ".cpp", ".cc", ".cxx", ".c++", ".md"}
FENCE = re.compile(r"^\s*(```+|~~~+)\s*(\w[\w+]*)?")
BLOCK_LANGUAGES = {"cpp", "c++", "cc", "cxx"}
CONDITIONALS = re.compile(r"^[ \t]*#[ \t]*(if|ifdef|ifndef|elif|else|endif)\b")


def markdown_blocks(text):
    """(first line, text) of each C++ block that is not marked `not compiled` or `declaration`: the
    latter are parts of headers, and checked there."""
    fence, language, start, lines, before = None, "", 0, [], ""
    for number, line in enumerate(text.splitlines(), 1):
        found = FENCE.match(line)
        if fence is None and found:
            fence, language, start, lines = found.group(1), found.group(2), number + 1, []
        elif fence and found and found.group(1).startswith(fence) and not found.group(2):
            if language in BLOCK_LANGUAGES and not before.startswith(
                ("<!-- not compiled", "<!-- declaration")
            ):
                yield start, "\n".join(lines) + "\n"
            fence, before = None, ""
        elif fence:
            lines.append(line)
        elif line.strip():
            before = line.strip()


def first_branches(text):
    """The text with each `#else` and `#elif` branch blanked."""
    lines, depth, dropped = [], 0, []
    for line in text.split("\n"):
        found = CONDITIONALS.match(line)
        word = found.group(1) if found else ""
        if word.startswith("if"):
            depth += 1
        elif word in ("else", "elif") and depth not in dropped:
            dropped.append(depth)
        elif word == "endif":
            dropped = [d for d in dropped if d != depth]
            depth -= 1
        lines.append("" if dropped else line)
    return "\n".join(lines)


class Unit:
    """One file or Markdown block, read and ready to be checked."""

    def __init__(self, path, text, line, fragment, types):
        self.path = path
        self.source = Source(text, line)
        if not self.source.balanced:
            self.source = Source(first_branches(text), line)
        self.readable = self.source.balanced
        types.file = str(path)
        self.structures = [Structure(self.source, types, fragment)] if self.readable else []
        for directive in self.source.directives:
            if directive.name == "define" and re.search(r"\bco_(await|yield)\b", directive.text):
                body = re.sub(r"^\s*\w+(\([^)]*\))?", "", directive.text)
                found = Structure(Source(body, directive.line), types, True)
                self.structures.append(found)

    def findings(self, types, strict):
        types.file = str(self.path)
        for structure in self.structures:
            for finding in Checker(structure, strict).run():
                if not self.excused(finding):
                    yield finding

    def excused(self, finding):
        for comment in self.source.comments:
            if comment.last < finding.first - 1 or comment.first > finding.last:
                continue
            if finding.rule == "aggregate" and "lint: trivial aggregate" in comment.text:
                return True
            if re.search(rf"lint: allow\({finding.rule}\)\s+\w", comment.text):
                return True
        return False


def read_file(path, types):
    text = path.read_text(encoding="utf-8", errors="replace")
    if path.suffix != ".md":
        return [Unit(path, text, 1, False, types)]
    return [Unit(path, block, line, True, types) for line, block in markdown_blocks(text)]


def files_below(paths, excluded):
    for path in paths:
        below = sorted(path.rglob("*")) if path.is_dir() else [path]
        for file in below:
            inside = file.relative_to(path) if path.is_dir() else file
            hidden = any(p.startswith((".", "build")) for p in inside.parts[:-1]) and path != file
            if hidden or any(part in file.as_posix() for part in excluded):
                continue
            if file.is_file() and (file.suffix in SUFFIXES or path == file):
                yield file


def arguments():
    parser = argparse.ArgumentParser(
        prog="coroutine_shapes.py",
        description="Finds coroutine code that GCC 12 compiles wrongly.",
        epilog="Exit status: 0 clean, 1 findings, 2 usage.",
    )
    parser.add_argument("paths", nargs="*", default=["."], help="files and folders to check")
    parser.add_argument("--strict", action="store_true",
                        help="the house rule: no await in any condition, list or ?: at all")
    parser.add_argument("--types", action="append", default=[], metavar="PATH",
                        help="read type definitions there, check nothing there")
    parser.add_argument("--trivial", action="append", default=[], metavar="NAME",
                        help="a type whose members are all trivial")
    parser.add_argument("--trivial-file", action="append", default=[], metavar="FILE",
                        help="names of such types, one per line, # begins a comment")
    parser.add_argument("--exclude", action="append", default=[], metavar="PART",
                        help="skip files whose path contains this")
    return parser.parse_args()


def existing(names):
    paths = [pathlib.Path(name) for name in names]
    for path in paths:
        if not path.exists():
            print(f"coroutine_shapes.py: no such file or folder: {path}", file=sys.stderr)
            raise SystemExit(2)
    return paths


def main():
    options = arguments()
    types = Types(options.trivial)
    for file in existing(options.trivial_file):
        lines = (line.partition("#")[0].strip() for line in file.read_text().splitlines())
        types.allowed.update(line for line in lines if line)
    for file in files_below(existing(options.types), options.exclude):
        read_file(file, types)
    units = []
    for file in files_below(existing(options.paths), options.exclude):
        units.extend(read_file(file, types))
    count = 0
    for unit in units:
        if not unit.readable:
            print(f"{unit.path}: not checked: its brackets do not match", file=sys.stderr)
            count += options.strict
        for found in sorted(unit.findings(types, options.strict)):
            count += 1
            print(f"{unit.path}:{found.line}: error: {found.what} [{found.rule}]")
            print(f"    why:     {found.why}")
            print(f"    instead: {found.instead}")
    if count:
        print(f"{count} finding{'s' if count > 1 else ''}")
    return 1 if count else 0


if __name__ == "__main__":
    sys.exit(main())
