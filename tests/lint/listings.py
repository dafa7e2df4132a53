#!/usr/bin/env python3
# SPDX-License-Identifier: BSL-1.0
"""Compares the listings that examples name with the table in docs/design/listings.md.

An example names in its first comment the listings that it answers: `Listings F 2.1, R3.2.` The
table has a line for each example, and lines for those that wait for something or need no program.
Ends with 0 where nothing is wrong, 1 with complaints, 2 where the arguments make no sense.
"""

import collections
import re
import sys

from tree import CPP, files, lint_main, name

TABLE = "docs/design/listings.md"
NAMED = re.compile(r"\bListings? (.*?)\.(?:\s|$)")
LINE = re.compile(r"\| ([^|]*) \|(?: ([^|]*) \|| *\|)$")
ROW = re.compile(r"(?:F\*? |F fig\. |R|N|M)\d+(?:[.-][\w.-]+)?")
ELSEWHERE = re.compile(r"(?:waits for|no program): \S")


def first_comment(path):
    words = []
    for line in path.read_text(encoding="utf-8").splitlines():
        if not line.startswith("//"):
            break
        words.append(line[2:].strip())
    return " ".join(words)


def split(text):
    return [row.strip().replace("\\", "") for row in text.split(", ")]


def rows_of(path):
    """The rows that a file names in its first comment."""
    found = NAMED.search(first_comment(path))
    return split(found[1]) if found else []


def table(root):
    """(line number, rows, place) for each line of the table."""
    page = root / TABLE
    for number, line in enumerate(page.read_text().splitlines() if page.is_file() else [], 1):
        found = LINE.match(line)
        if found and found[1] not in ("rows", "---"):
            yield number, split(found[1]), (found[2] or "").strip().strip("`")


def listings(root):
    told = collections.defaultdict(set)
    for path in files(root, "examples", "tests/compile_fail", suffixes=CPP):
        for row in rows_of(path):
            if not ROW.fullmatch(row):
                yield f"{name(root, path)}:2: '{row}' is not the name of a listing"
            elif name(root, path) in told[row]:
                yield f"{name(root, path)}:2: {row} is named twice"
            told[row].add(name(root, path))
    places = collections.defaultdict(set)
    for number, rows, place in table(root):
        where = f"{TABLE}:{number}"
        if not place:
            yield f"{where}: {', '.join(rows)}: no counterpart"
        elif not ELSEWHERE.match(place) and not (root / place).is_file():
            yield f"{where}: there is no {place}"
        for row in rows:
            if not ROW.fullmatch(row):
                yield f"{where}: '{row}' is not the name of a listing"
            elif place in places[row]:
                yield f"{where}: {row} stands there twice"
            places[row].add(place)
    for row in sorted(told.keys() | places.keys()):
        written = {place for place in places[row] if place and not ELSEWHERE.match(place)}
        if written and written != places[row]:
            yield f"{TABLE}: {row} has a counterpart, and waits or needs none"
        for place in sorted(told[row] - written):
            yield f"{TABLE}: {place} names {row}, the table does not say so"
        for place in sorted(written - told[row]):
            yield f"{place}: its first comment does not name {row}, as the table says"


if __name__ == "__main__":
    sys.exit(lint_main(__doc__, {"listings": lambda root: list(listings(root))}))
