#!/usr/bin/env python3
# SPDX-License-Identifier: BSL-1.0
"""Runs the benchmarks of rill beside floors and peers, and writes what came out.

Of each scenario all contenders run once per round, in an order that changes from round to round, on
processors of their own where the scenario says so. The base (the floor, or rill where there is
none) runs twice per round: a scenario whose base differs from itself is rejected, not reported.

    suite.py --bin BUILD/bench                    all of it
    suite.py --bin BUILD/bench --only echo lock   scenarios whose names have one of these in them
    suite.py --compare BUILD_A/bench BUILD_B/bench --only lock
"""

import argparse
import pathlib
import shutil
import sys
import tempfile
import time

import figures
import machine
import report_data
import report_html
import report_markdown
import report_text
from contenders import Failure, Micro, Place
from scenarios import RILL, all_scenarios

ROOT = pathlib.Path(__file__).resolve().parents[2]
CONTROL = " again"


def chosen(options):
    """The scenarios asked for: by their names, or by parts of them.

    A part that is a name means that scenario alone, though others begin with it.
    """
    known = all_scenarios()
    names = {scenario.name for scenario in known}
    parts = options.only or []
    for part in parts:
        if not any(part in name for name in names):
            sys.exit(f"suite.py: no scenario has {part} in its name; --list names them all")
    found = [scenario for scenario in known if not parts or any(
        part == scenario.name or part not in names and part in scenario.name for part in parts)]
    if options.quick and not parts:
        found = [scenario for scenario in found if not scenario.heavy]
    if options.thorough or options.list:
        return found
    usual = [scenario for scenario in found if not scenario.thorough or scenario.name in parts]
    if found and not usual:
        sys.exit("suite.py: these are scenarios of --thorough; give that, or a whole name")
    return usual


class Progress:
    """Says on standard error what is done."""

    def __init__(self, total):
        self.total, self.done, self.start = total, 0, time.monotonic()

    def say(self, text):
        self.done += 1
        left = (time.monotonic() - self.start) / self.done * (self.total - self.done)
        print(f"[{self.done}/{self.total}, {left / 60:.0f} min left] {text}", file=sys.stderr,
              flush=True)


def measure(runners, rounds, places):
    """Runs all once per round. `runners` maps a name to a runner, `places` a name to its place.

    Returns the figures of every run by name, None for one that failed, and the first failure of
    each. What has failed twice is not tried again.
    """
    runs = {name: [] for name in runners}
    failures = {}
    for number in range(rounds):
        for name in figures.turn(list(runners), number):
            if len([run for run in runs[name] if run is None]) >= 2:
                runs[name].append(None)
                continue
            try:
                runs[name].append(in_all_units(runners[name].run(places[name])))
            except (Failure, OSError, KeyError, ValueError) as error:
                failures.setdefault(name, str(error))
                runs[name].append(None)
    return runs, failures


def column(runs, key):
    return [None if run is None else run.get(key) for run in runs]


SCALES = {"ns": 1, "us": 1e3, "ms": 1e6}


def in_all_units(run):
    """A run's figures with its time in each unit that a scenario may ask for."""
    if "ns" in run:
        run |= {unit: run["ns"] / scale for unit, scale in SCALES.items()}
    return run


def others(runs, key):
    """Medians of the figures beside the one that is compared."""
    good = [run for run in runs if run is not None]
    keys = set().union(*good) - {key, *SCALES} if good else set()
    return {each: figures.summary(column(good, each))["median"] for each in sorted(keys)
            if figures.summary(column(good, each))}


def run_scenario(scenario, options, place):
    """All rounds of one scenario, summarised."""
    missing = {each.name: each.runner.missing(place) for each in scenario.contenders}
    runners = {each.name: each.runner for each in scenario.contenders if not missing[each.name]}
    base = scenario.base if scenario.base in runners else next(iter(runners), None)
    if base is not None:
        runners[base + CONTROL] = runners[base]
    runs, failures = measure(runners, rounds_of(scenario, options), dict.fromkeys(runners, place))
    values = {name: column(each, scenario.figure) for name, each in runs.items()}
    control = figures.ratio(values[base + CONTROL], values[base]) if base else None
    result = {"name": scenario.name, "group": scenario.group, "title": scenario.title,
              "unit": scenario.unit, "figure": scenario.figure, "curve": list(scenario.curve),
              "base": base, "control": control, "contenders": [],
              "rejected": figures.verdict(control, scenario.tolerance or options.tolerance)
                          if base else "nothing ran"}
    for each in scenario.contenders:
        row = {"name": each.name, "kind": each.kind}
        result["contenders"].append(row)
        if missing[each.name]:
            row["missing"] = missing[each.name]
            continue
        found = figures.summary(values[each.name])
        if found is None:
            row["failed"] = failures.get(each.name, f"it told no {scenario.figure}")
            continue
        row |= {"summary": found, "ratio": figures.ratio(values[each.name], values[base]),
                "runs": values[each.name], "others": others(runs[each.name], scenario.figure)}
        if row["ratio"] is None:
            row["failed"] = "the base failed"
        if options.instructions and isinstance(each.runner, Micro):
            count_instructions(row, each.runner, place)
    return result


def count_instructions(row, runner, place):
    try:
        row["instructions"] = runner.instructions(place)
    except Failure as error:
        print(f"    {error}", file=sys.stderr)


def compare(scenarios, options, out, python):
    """Two builds: only rill, the first build twice."""
    before, after = (place_of(options, folder, out, python) for folder in options.compare)
    changes = []
    progress = Progress(len(scenarios))
    for scenario in scenarios:
        for each in scenario.contenders:
            if each.kind != RILL or each.runner.missing(before) or each.runner.missing(after):
                continue
            places = {"before": before, "after": after, "again": before}
            runs, failures = measure(dict.fromkeys(places, each.runner),
                                     rounds_of(scenario, options), places)
            found = figures.change(*(column(runs[name], scenario.figure) for name in places),
                                   scenario.tolerance or options.tolerance)
            changes.append({"name": f"{scenario.name}, {each.name}", "unit": scenario.unit,
                            "change": found, "failures": failures})
        progress.say(scenario.name)
    return {"machine": machine.describe(after.bin, ROOT, python), "changes": changes,
            "before": options.before or str(before.bin), "after": str(after.bin)}


def rounds_of(scenario, options):
    return min(options.rounds, scenario.rounds or options.rounds)


def place_of(options, bin_folder, out, python):
    quick = {"seconds": 0.01, "part": 0.02} if options.quick else {}
    sources = machine.cached(bin_folder.resolve()).get("CMAKE_HOME_DIRECTORY")
    return Place(bin_folder.resolve(), pathlib.Path(sources or ROOT), out, python, **quick)


def parse():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bin", type=pathlib.Path, help="folder bench of a build")
    parser.add_argument("--compare", type=pathlib.Path, nargs=2, metavar=("BIN_A", "BIN_B"),
                        help="compare rill in two builds; ends with 1 if anything became slower")
    parser.add_argument("--before", metavar="NAME", help="what the report calls the first of them")
    parser.add_argument("--only", nargs="+", metavar="PART",
                        help="scenarios with this name, or with this in their names")
    parser.add_argument("--list", action="store_true",
                        help="name the scenarios, those of --thorough too, and end")
    parser.add_argument("--rounds", type=int, help="rounds (7; with --quick 1)")
    parser.add_argument("--quick", action="store_true",
                        help="a look whether everything works; the figures are worth nothing")
    parser.add_argument("--thorough", action="store_true",
                        help="also what is left out for time: every size with every number")
    parser.add_argument("--out", type=pathlib.Path,
                        help="folder for report.{txt,md,json,csv,html}; of two builds, "
                             "for changes.{txt,json}")
    parser.add_argument("--instructions", action="store_true",
                        help="count the instructions of micro benchmarks too, by callgrind")
    parser.add_argument("--tolerance", type=float, default=0.05,
                        help="what the base may differ from itself (0.05)")
    options = parser.parse_args()
    if options.rounds is None:
        options.rounds = 1 if options.quick else 7
    if options.rounds < 1:
        parser.error("there is at least one round")
    if not options.tolerance > 0:
        parser.error("the tolerance is more than 0")
    if options.instructions and options.compare:
        parser.error("--instructions are counted of one build, not of two")
    if options.list:
        return options
    if not options.bin and not options.compare:
        parser.error("--bin or --compare is needed")
    for folder in options.compare or [options.bin]:
        if not folder.is_dir():
            parser.error(f"{folder} is no folder bench of a build")
    if options.instructions and shutil.which("valgrind") is None:
        parser.error("--instructions needs valgrind")
    return options


def write(result, folder):
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "report.txt").write_text(report_text.render(result), encoding="utf-8")
    (folder / "report.md").write_text(report_markdown.render(result), encoding="utf-8")
    (folder / "report.json").write_text(report_data.render_json(result), encoding="utf-8")
    (folder / "report.csv").write_text(report_data.render_csv(result), encoding="utf-8")
    (folder / "report.html").write_text(report_html.render(result), encoding="utf-8")


def write_changes(result, folder):
    folder.mkdir(parents=True, exist_ok=True)
    text = report_text.render_changes(result)
    (folder / "changes.txt").write_text(text, encoding="utf-8")
    (folder / "changes.json").write_text(report_data.render_json(result), encoding="utf-8")


def failed(result):
    return [each for scenario in result["scenarios"] for each in scenario["contenders"]
            if each.get("failed")]


def main():
    options = parse()
    scenarios = chosen(options)
    if options.list:
        for scenario in scenarios:
            names = ", ".join(each.name for each in scenario.contenders)
            rare = ", --thorough" if scenario.thorough else ""
            print(f"{scenario.name:32} {scenario.title} ({names}{rare})")
        return 0
    python = machine.find_python()
    with tempfile.TemporaryDirectory() as out:
        if options.compare:
            result = compare(scenarios, options, pathlib.Path(out), python)
            print(report_text.render_changes(result))
            if options.out:
                write_changes(result, options.out)
            return int(any(each["change"]["verdict"] in ("slower", "failed")
                           for each in result["changes"]))
        place = place_of(options, options.bin, pathlib.Path(out), python)
        result = {"machine": machine.describe(place.bin, ROOT, python), "rounds": options.rounds,
                  "quick": options.quick, "tolerance": options.tolerance, "scenarios": []}
        progress = Progress(len(scenarios))
        for scenario in scenarios:
            result["scenarios"].append(run_scenario(scenario, options, place))
            progress.say(scenario.name)
            if options.out:
                write(result, options.out)
    print(report_text.render(result))
    if options.out:
        print(f"The report is {options.out}/report.html; beside it .txt, .md, .json and .csv.",
              file=sys.stderr)
    return int(bool(failed(result)))


if __name__ == "__main__":
    sys.exit(main())
