#!/usr/bin/env python3
# SPDX-License-Identifier: BSL-1.0
"""Checks every include below include/ and src/ against the table in docs/design/layers.md.

Ends with 0 where nothing is wrong, 1 with complaints, 2 where the table cannot be read.
"""

import re
import sys

from cpp_tokens import Source, includes
from tree import CPP, files, lint_main, name

TABLE = "docs/design/layers.md"

STANDARD = set(
    "algorithm any array atomic barrier bit bitset cassert cctype cerrno cfenv cfloat charconv"
    " chrono cinttypes climits clocale cmath codecvt compare complex concepts condition_variable"
    " coroutine csetjmp csignal cstdarg cstddef cstdint cstdio cstdlib cstring ctime cuchar cwchar"
    " cwctype deque exception execution filesystem format forward_list fstream functional future"
    " initializer_list iomanip ios iosfwd iostream istream iterator latch limits list locale map"
    " memory memory_resource mutex new numbers numeric optional ostream queue random ranges ratio"
    " regex scoped_allocator semaphore set shared_mutex source_location span sstream stack"
    " stdexcept stop_token streambuf string string_view strstream syncstream system_error thread"
    " tuple type_traits typeindex typeinfo unordered_map unordered_set utility valarray variant"
    " vector version".split()
)


class Row:
    """One folder of the table."""

    def __init__(self, cells):
        self.folder = cells[0].strip("`").removeprefix("src/")
        self.may = {word.removeprefix("src/") for word in re.findall(r"[\w/]+", cells[1])}
        self.system = "yes" in cells[2] or "only" in cells[2]  # in src/ alone, never in include/


def read_table(root):
    path = root / TABLE
    if not path.is_file():
        print(f"{TABLE} is missing", file=sys.stderr)
        raise SystemExit(2)
    rows, others, inside = {}, {}, ""
    for line in path.read_text(encoding="utf-8").splitlines():
        cells = [cell.strip() for cell in line.strip().strip("|").split("|")]
        if line.startswith("| folder |"):
            inside = "folders"
        elif line.startswith("| library |"):
            inside = "libraries"
        elif not line.startswith("|"):
            inside = ""
        elif inside and not set(line) <= set("|-: "):
            if inside == "folders":
                rows[Row(cells).folder] = Row(cells)
            else:
                others[cells[0].strip("`")] = set(re.findall(r"[\w/]+", cells[1]))
    if not rows:
        print(f"{TABLE} has no table `| folder | may include | ...`", file=sys.stderr)
        raise SystemExit(2)
    return rows, others


def upward(rows):
    """Arrows of the table itself that do not point down."""
    for row in rows.values():
        for lower in sorted(row.may):
            if lower not in rows:
                yield f"{TABLE}: {row.folder} may include {lower}, which has no row"
            elif row.folder in reachable(rows, lower):
                yield f"{TABLE}: {row.folder} and {lower} may include each other"


def reachable(rows, start):
    seen, todo = set(), [start]
    while todo:
        folder = todo.pop()
        if folder in rows and folder not in seen:
            seen.add(folder)
            todo.extend(rows[folder].may)
    return seen


def layer_of(file):
    """Layer of a path as in `include/rill/core/coro.hpp`; `*` is an umbrella."""
    parts = file.split("/")
    if parts[:2] == ["include", "rill"]:
        if parts[2] == "version.hpp":
            return "base"
        return parts[2] if len(parts) > 3 else "*"
    return parts[1] if len(parts) > 2 else "*"


def resolve(root, path, included):
    """Path in the tree of what is included, or None."""
    tried = [path.parent / included, root / "include" / included, root / "src" / included]
    for candidate in tried:
        if candidate.is_file():
            return name(root.resolve(), candidate.resolve())
    return None


class Tree:
    def __init__(self, root):
        self.root = root
        self.rows, self.others = read_table(root)
        self.graph = {}
        self.complaints = list(upward(self.rows))

    def run(self):
        for path in files(self.root, "include", "src", suffixes=CPP):
            self.check(path, name(self.root, path))
        self.cycles()
        return self.complaints

    def check(self, path, file):
        layer = layer_of(file)
        if layer != "*" and layer not in self.rows:
            self.complaints.append(f"{file}:1: folder {layer} has no row in {TABLE}")
            return
        source = Source(path.read_text(encoding="utf-8", errors="replace"))
        for line, included, angled in includes(source):
            target = resolve(self.root, path, included)
            if target:
                self.graph.setdefault(file, []).append(target)
                complaint = self.own(file, layer, target)
            elif included.startswith("rill/") or not angled:
                complaint = "no such file in the tree"
            else:
                complaint = self.foreign(file, layer, included)
            if complaint:
                self.complaints.append(f"{file}:{line}: {included}: {complaint}")

    def own(self, file, layer, target):
        lower = layer_of(target)
        if file == "include/rill/rill.hpp":
            closed = ("include/rill/testing", "include/rill/tls")
            return "rill.hpp includes neither testing nor tls" if target.startswith(closed) else ""
        if layer == "*":
            folder = file.removesuffix(".hpp") + "/"
            return "" if target.startswith(folder) else "an umbrella includes its own layer only"
        if lower == "*":
            return "a layer includes single headers, no umbrella"
        if file.startswith("include/") and target.startswith("src/"):
            return "a public header cannot include what is not installed"
        if lower != layer and lower not in self.rows[layer].may:
            return f"{layer} may not include {lower} (see {TABLE})"
        return ""

    def foreign(self, file, layer, included):
        if included in STANDARD:
            return ""
        for library, places in self.others.items():
            if included == library or (library.endswith("/") and included.startswith(library)):
                top = file.split("/")[0]
                if {top, layer, f"{top}/{layer}"} & places:
                    return ""
                return f"{library} may be used in {', '.join(sorted(places))} only (see {TABLE})"
        if file.startswith("include/"):
            return "a public header includes no header of the system"
        if layer == "*" or not self.rows[layer].system:
            return f"src/{layer} may not use the system's headers (see {TABLE})"
        return ""

    def cycles(self):
        done = set()
        for start in sorted(self.graph):
            path, on_path = [], set()
            self.visit(start, path, on_path, done)

    def visit(self, file, path, on_path, done):
        if file in on_path:
            ring = path[path.index(file) :] + [file]
            self.complaints.append("include cycle: " + " -> ".join(ring))
            return
        if file in done:
            return
        path.append(file)
        on_path.add(file)
        for target in self.graph.get(file, []):
            self.visit(target, path, on_path, done)
        on_path.remove(path.pop())
        done.add(file)


def one_place(root):
    """Catch2 is included by tests/support alone, so that its versions differ in one place."""
    for path in files(root, "tests", "examples", "bench", suffixes=CPP):
        file = name(root, path)
        for line, included, _ in includes(Source(path.read_text(errors="replace"))):
            if included.startswith("catch2/") and not file.startswith("tests/support/"):
                yield f"{file}:{line}: {included}: only tests/support includes Catch2"


def check(root):
    return Tree(root).run() + list(one_place(root))


if __name__ == "__main__":
    sys.exit(lint_main(__doc__, {"layers": check}))
