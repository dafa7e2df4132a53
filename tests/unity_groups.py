#!/usr/bin/env python3
# SPDX-License-Identifier: BSL-1.0
"""Divides test sources into groups that compile as one file each.

In one file the names of all sources meet, also those of unnamed namespaces. Sources that declare
the same name in different ways come to different groups. Prints a line per source:
the group's number, a blank, the source. What this overlooks, the compiler says.
"""

import argparse
import pathlib
import re

# Sources are formatted, so what is declared outside of bodies begins a line.
USING = re.compile(r"^using ([\w:]*?)(\w+);", re.MULTILINE)
ALIAS = re.compile(r"^using (\w+) =", re.MULTILINE)
TYPE = re.compile(r"^(?:struct|class|union|enum(?: class)?) (\w+)", re.MULTILINE)
MACRO = re.compile(r"^#define (\w+)", re.MULTILINE)
OTHER = re.compile(r"^[a-z][\w:<>,&* \t]*?[\s&*](\w+)(?:\(| =|\{|;|\[)", re.MULTILINE)


def declared(text):
    """Each name that a source declares, with what tells two declarations apart."""
    names = {}
    for match in USING.finditer(text):
        names[match[2]] = match[1] + match[2]
    for pattern in (ALIAS, TYPE, MACRO, OTHER):
        for match in pattern.finditer(text):
            if not match[0].startswith(("using namespace", "namespace")):
                names.setdefault(match[1], object())
    return names


def fits(names, group):
    return all(group.get(name, kind) == kind for name, kind in names.items())


def divide(sources, most):
    """Lists of sources, the heaviest first placed where there is least and no name in the way."""
    groups = [([], {}) for _ in range(-(-len(sources) // most))]
    weights = [0] * len(groups)
    texts = {source: pathlib.Path(source).read_text(encoding="utf-8") for source in sources}
    for source in sorted(sources, key=lambda each: (-len(texts[each]), each)):
        names = declared(texts[source])
        fitting = [i for i, (_, taken) in enumerate(groups) if fits(names, taken)]
        if not fitting:
            groups.append(([], {}))
            weights.append(0)
            fitting = [len(groups) - 1]
        best = min(fitting, key=lambda i: weights[i])
        groups[best][0].append(source)
        groups[best][1].update(names)
        weights[best] += len(texts[source])
    return [sorted(members) for members, _ in groups if members]


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--most", type=int, default=12, help="sources in a group, about")
    parser.add_argument("sources", nargs="+")
    options = parser.parse_args()
    for number, group in enumerate(divide(options.sources, options.most)):
        for source in group:
            print(number, source)


if __name__ == "__main__":
    main()
