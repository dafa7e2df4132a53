# SPDX-License-Identifier: BSL-1.0
"""Where things lie in rill's tree, for the lints that look at all of it."""

import argparse
import pathlib
import sys

LAYERS = ["base", "core", "loop", "sync", "combinators", "net", "streams", "exec", "process",
          "tls", "debug", "testing"]
CPP = {".hpp", ".cpp", ".h", ".c"}
SCRIPTS = {".py", ".sh", ".cmake"}
TOPS = ["include", "src", "tests", "bench", "examples", "docs", "cmake", ".ci"]
SAMPLES = "tests/lint/shapes/"  # the shape check's samples are bad on purpose


def files(root, *tops, suffixes=None):
    """Files below the top-level folders, sorted; without folders, the whole tree."""
    root = pathlib.Path(root)
    found = []
    for top in tops or TOPS:
        for path in (root / top).rglob("*"):
            parts = path.relative_to(root).parts
            if "__pycache__" not in parts and path.is_file():
                found.append(path)
    if not tops:
        found += [path for path in root.iterdir() if path.is_file() and path.name[0] != "."]
    return sorted(path for path in found if suffixes is None or path.suffix in suffixes)


def name(root, path):
    return path.relative_to(root).as_posix()


def public_headers(root):
    """(layer, path) of each header that users include: no umbrella, nothing from detail/."""
    for layer in LAYERS:
        for path in sorted((pathlib.Path(root) / "include/rill" / layer).glob("*.hpp")):
            yield layer, path


def lint_main(doc, checks):
    """Runs the chosen check (or all) over --root; prints complaints, gives the exit status."""
    parser = argparse.ArgumentParser(description=doc.partition("\n")[0])
    parser.add_argument("check", nargs="?", choices=sorted(checks), help="one check, else all")
    parser.add_argument("--root", type=pathlib.Path, default=pathlib.Path("."))
    options = parser.parse_args()
    if not (options.root / "include").is_dir():
        print(f"{options.root} has no include/ below it", file=sys.stderr)
        return 2
    complaints = []
    for check in [options.check] if options.check else sorted(checks):
        complaints += checks[check](options.root)
    if complaints:
        print(*complaints, sep="\n")
    return 1 if complaints else 0
