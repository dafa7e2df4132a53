#!/usr/bin/env python3
# SPDX-License-Identifier: BSL-1.0
"""Checks names, lengths and completeness of the files of rill's tree.

Each check is a name for the command line: `files.py names --root .`; without one, all are run.
Ends with 0 where nothing is wrong, 1 with complaints, 2 where the arguments make no sense.
"""

import collections
import re
import sys

from cpp_structure import Structure
from cpp_tokens import Source, includes
from cpp_types import Types
from tree import CPP, LAYERS, SAMPLES, SCRIPTS, files, lint_main, name, public_headers

MOST_LINES = 400
MOST_BODY_LINES = 60
MOST_COLUMNS = 100
LICENCE = "SPDX-License-Identifier: BSL-1.0"
NOT_IN_RILL_HPP = {"testing", "tls"}
# Headers that need a library which rill does not: whoever includes them links their own target.
NOT_IN_UMBRELLA = {"exec/process_archive.hpp", "exec/process_pool_executor.hpp"}

# Written in pieces, so that this file passes its own check.
MACHINE_PATH = re.compile("/(" + "|".join(["home", "wo" + "rk", "ro" + "ot", "Us" + "ers"]) + ")/")
OPEN_WORK = re.compile(r"\b(" + "|".join(["TO" + "DO", "FIX" + "ME", "XX" + "X"]) + r")\b")
TEST_CASE = re.compile(r'TEST_CASE\(\s*"([^"]*)"')
CASE_NUMBER = re.compile(r"\[(\d+)\]")
CONFORMANCE_ROW = re.compile(r"\| (\d+) \| [^|]* \| ([^|]*) \|")
WITH_ISSUE = re.compile(r"\(#\d+\)")


def code(root):
    return [path for path in files(root, suffixes=CPP) if SAMPLES not in name(root, path)]


def lines_of(path):
    return path.read_text(encoding="utf-8", errors="replace").splitlines()


def names(root):
    """Base names of C++ files are unique, whatever their suffix is, but for a header's own .cpp."""
    places = collections.defaultdict(list)
    for path in files(root, suffixes=CPP):
        places[path.name].append(name(root, path))
    for base, where in sorted(places.items()):
        if len(where) > 1:
            yield f"{base}: the name is used more than once: {', '.join(where)}"


def length(root):
    for path in code(root):
        count = len(lines_of(path))
        if count > MOST_LINES:
            yield f"{name(root, path)}: {count} lines; a file near {MOST_LINES} lines is two files"


def width(root):
    scripts = [path for path in files(root, suffixes=SCRIPTS)]
    scripts += [path for path in files(root) if path.name == "CMakeLists.txt"]
    for path in code(root) + scripts:
        for number, line in enumerate(lines_of(path), 1):
            if len(line) > MOST_COLUMNS:
                where = f"{name(root, path)}:{number}"
                yield f"{where}: {len(line)} columns; the most is {MOST_COLUMNS}"


def functions(root):
    for path in code(root):
        types = Types()
        source = Source(path.read_text(encoding="utf-8", errors="replace"))
        if not source.balanced:
            continue
        for body in Structure(source, types).bodies:
            count = body.last_line - body.line - 1
            if count > MOST_BODY_LINES:
                where = f"{name(root, path)}:{body.line}"
                yield f"{where}: a body of {count} lines; the most is {MOST_BODY_LINES}"


def licence(root):
    for path in files(root):
        text = path.suffix in CPP | SCRIPTS or path.name == "CMakeLists.txt"
        script = path.suffix == "" and path.read_bytes()[:2] == b"#!"
        if not text and not script:
            continue
        first = [line for line in lines_of(path)[:2] if not line.startswith("#!")][:1]
        sign = "//" if path.suffix in CPP else "#"
        if first != [f"{sign} {LICENCE}"]:
            yield f"{name(root, path)}:1: the first line is not `{sign} {LICENCE}`"


def text(root):
    """ASCII, no tabs, no trailing space, no paths of one machine, no unfinished work."""
    for path in files(root):
        if path.suffix not in CPP | SCRIPTS | {".md", ".txt", ".in", ".json", ""}:
            continue
        for number, line in enumerate(lines_of(path), 1):
            where = f"{name(root, path)}:{number}"
            if not line.isascii():
                yield f"{where}: not ASCII"
            if "\t" in line:
                yield f"{where}: a tab"
            if line != line.rstrip() and path.suffix in CPP | SCRIPTS:
                yield f"{where}: space at the end of the line"
            if MACHINE_PATH.search(line):
                yield f"{where}: a path of one machine"
            if OPEN_WORK.search(line) and not WITH_ISSUE.search(line):
                yield f"{where}: unfinished work without an issue's number"


def tests(root):
    """Each public header has a test of its name, whose first include is that header."""
    for layer, header in public_headers(root):
        test = root / "tests" / layer / f"{header.stem}_test.cpp"
        if not test.is_file():
            yield f"{name(root, header)}: no {name(root, test)}"
            continue
        first = next((path for _, path, _ in includes(Source(test.read_text()))), "none")
        if first != f"rill/{layer}/{header.name}":
            yield f"{name(root, test)}: its first include is {first}, not the header it tests"


def pages(root):
    for layer, header in public_headers(root):
        page = root / "docs/reference" / layer / f"{header.stem}.md"
        if not page.is_file():
            yield f"{name(root, header)}: no {name(root, page)}"


def umbrellas(root):
    """include/rill/<layer>.hpp has every header of the layer, rill.hpp every umbrella."""
    present = []
    for layer in LAYERS:
        headers = [path for found, path in public_headers(root) if found == layer]
        if not headers:
            continue
        umbrella = root / "include/rill" / f"{layer}.hpp"
        present.append(layer)
        included = included_by(umbrella)
        for header in headers:
            if f"{layer}/{header.name}" in NOT_IN_UMBRELLA:
                continue
            if f"rill/{layer}/{header.name}" not in included:
                yield f"{name(root, umbrella)}: does not include rill/{layer}/{header.name}"
    included = included_by(root / "include/rill/rill.hpp")
    for layer in present:
        if layer not in NOT_IN_RILL_HPP and f"rill/{layer}.hpp" not in included:
            yield f"include/rill/rill.hpp: does not include rill/{layer}.hpp"


def conformance(root):
    """Cases with a number in brackets and the rows of docs/design/conformance.md are the same."""
    page = root / "docs/design/conformance.md"
    rows = {}
    for line in lines_of(page) if page.is_file() else []:
        if found := CONFORMANCE_ROW.match(line):
            rows[found[1]] = found[2]
    named = collections.defaultdict(set)
    for path in files(root, "tests", suffixes={".cpp"}):
        for case in TEST_CASE.findall(re.sub(r'"\s*\n\s*"', "", path.read_text())):
            for number in CASE_NUMBER.findall(case):
                named[number].add(re.sub(r" \[\d+\]", "", case))
    for number in sorted(rows.keys() | named.keys(), key=int):
        row = set(rows.get(number, "").split(" / ")) - {""}
        if row != named[number]:
            yield (f"{name(root, page)}: row {number} names {sorted(row)}, "
                   f"the tests {sorted(named[number])}")


def included_by(path):
    if not path.is_file():
        return set()
    return {found for _, found, _ in includes(Source(path.read_text()))}


def listed(root):
    """Sources and public headers are named in a CMakeLists.txt: nothing globbed or forgotten."""
    words = set()
    for path in files(root):
        if path.name == "CMakeLists.txt" or path.suffix == ".cmake":
            words |= set(re.findall(r"[\w./-]+", path.read_text()))
    known = words | {word.rpartition("/")[2] for word in words}
    for path in files(root, "include", "src", "tests", "bench", "examples", suffixes=CPP):
        file = name(root, path)
        private = path.suffix in (".hpp", ".h") and not file.startswith("include/")
        if SAMPLES in file or private:
            continue
        if path.name not in known and path.stem not in known:
            yield f"{file}: no CMakeLists.txt names it"


CHECKS = {check.__name__: lambda root, check=check: list(check(root)) for check in (
    names, length, width, functions, licence, text, tests, pages, umbrellas, listed, conformance
)}

if __name__ == "__main__":
    sys.exit(lint_main(__doc__, CHECKS))
