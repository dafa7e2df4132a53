#!/usr/bin/env python3
# SPDX-License-Identifier: BSL-1.0
"""Checks where macros are defined and where the preprocessor decides, below include/ and src/.

Ends with 0 where nothing is wrong, 1 with complaints, 2 where the arguments make no sense.
"""

import re
import sys

from cpp_tokens import Source
from tree import CPP, files, lint_main, name

CONFIG = "include/rill/base/config.hpp"
DEFINING = {CONFIG, "include/rill/base/assert.hpp"}
WORD = re.compile(r"[A-Za-z_]\w*")


def about_platform(word):
    """Names that compilers, standard libraries and systems define."""
    return word.startswith(("_", "WIN", "BSD")) and word != "__VA_OPT__"


def definitions(file, directives):
    for directive in directives:
        word = (WORD.findall(directive.text) or [""])[0]
        if directive.name != "define" or file in DEFINING:
            continue
        if word.startswith("RILL_"):
            yield f"{file}:{directive.line}: {word}: RILL_ macros are defined in base/config.hpp"
        elif file.startswith("include/"):
            yield f"{file}:{directive.line}: {word}: a public header defines no macro"


def decisions(file, directives):
    for directive in directives:
        if directive.name not in ("if", "ifdef", "ifndef", "elif") or file == CONFIG:
            continue
        words = WORD.findall(directive.text)
        if any(about_platform(word) for word in words):
            what = "compiler and platform are asked about in base/config.hpp only"
            yield f"{file}:{directive.line}: #{directive.name} {' '.join(words)}: {what}"
        tested = directive.name in ("ifdef", "ifndef") or "defined" in words
        if tested and any(word.startswith("RILL_") for word in words):
            what = "RILL_ macros are always defined; test the value with #if"
            yield f"{file}:{directive.line}: #{directive.name} {' '.join(words)}: {what}"


def guards(file, source):
    names = [d.name for d in source.directives]
    pragmas = [d.text.strip() for d in source.directives if d.name == "pragma"]
    if file.endswith(".hpp") and "once" not in pragmas:
        yield f"{file}:1: a header begins with #pragma once"
    if file.endswith(".hpp") and names[:2] == ["ifndef", "define"]:
        yield f"{file}:1: an include guard; #pragma once does it"


def check(root):
    complaints = []
    for path in files(root, "include", "src", suffixes=CPP):
        file = name(root, path)
        source = Source(path.read_text(encoding="utf-8", errors="replace"))
        complaints += definitions(file, source.directives)
        complaints += decisions(file, source.directives)
        complaints += guards(file, source)
    return complaints


if __name__ == "__main__":
    sys.exit(lint_main(__doc__, {"macros": check}))
