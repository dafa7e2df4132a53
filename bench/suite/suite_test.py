# SPDX-License-Identifier: BSL-1.0
import pathlib
import tempfile
import types
import unittest

import report_data
import report_html
import report_text
import suite
from contenders import Failure
from report_test import result
from scenarios import FLOOR, PEER, RILL, Contender, Scenario


class Fake:
    """Tells the figures given, one for each run; an exception among them is thrown."""

    def __init__(self, *figures, missing=None):
        self.figures, self.why, self.runs = list(figures), missing, 0

    def missing(self, place):
        del place
        return self.why

    def run(self, place):
        del place
        found = self.figures[self.runs % len(self.figures)]
        self.runs += 1
        if isinstance(found, Exception):
            raise found
        return {"ns": found, "per_second": 1e9 / found}


def run(rounds=3, **runners):
    kinds = {"floor": FLOOR, "rill": RILL}
    contenders = tuple(Contender(name, kinds.get(name, PEER), runner)
                       for name, runner in runners.items())
    options = types.SimpleNamespace(rounds=rounds, tolerance=0.05, instructions=False)
    return suite.run_scenario(Scenario("s", "g", "t", "ns", contenders), options, None)


def of(found, name):
    return next(each for each in found["contenders"] if each["name"] == name)


class RunScenario(unittest.TestCase):
    def test_the_base_runs_twice_in_each_round(self):
        floor, rill = Fake(10.0), Fake(20.0)
        found = run(floor=floor, rill=rill)
        self.assertEqual((floor.runs, rill.runs), (6, 3))
        self.assertIsNone(found["rejected"])
        self.assertEqual(of(found, "rill")["ratio"]["median"], 2.0)
        self.assertEqual(of(found, "rill")["others"], {"per_second": 5e7})

    def test_a_base_that_disagrees_with_itself_rejects(self):
        # In each round one of the two is half as long again as the other.
        self.assertIn("control", run(rounds=4, floor=Fake(10.0, 15.0), rill=Fake(20.0))["rejected"])

    def test_a_failure_is_told_and_not_tried_for_ever(self):
        rill = Fake(Failure("it fell over"))
        found = run(rounds=5, floor=Fake(10.0), rill=rill)
        self.assertEqual(of(found, "rill")["failed"], "it fell over")
        self.assertEqual(rill.runs, 2)
        self.assertEqual(len(suite.failed({"scenarios": [found]})), 1)

    def test_one_failure_costs_one_round(self):
        found = run(floor=Fake(10.0), rill=Fake(Failure("once"), 20.0, 20.0))
        self.assertEqual(of(found, "rill")["ratio"]["median"], 2.0)

    def test_without_a_floor_rill_is_the_base(self):
        found = run(floor=Fake(missing="not built"), rill=Fake(10.0), peer=Fake(30.0))
        self.assertEqual((found["base"], of(found, "peer")["ratio"]["median"]), ("rill", 3.0))
        self.assertEqual(of(found, "floor")["missing"], "not built")
        self.assertEqual(suite.failed({"scenarios": [found]}), [])

    def test_all_of_it_can_be_reported(self):
        whole = result(run(floor=Fake(10.0), rill=Fake(20.0), peer=Fake(Failure("no"))),
                       run(floor=Fake(missing="no"), rill=Fake(missing="no")))
        for render in (report_text.render, report_data.render_csv, report_data.render_json,
                       report_html.render):
            self.assertTrue(render(whole))


class Chosen(unittest.TestCase):
    @staticmethod
    def names(*parts, thorough=False):
        options = types.SimpleNamespace(only=list(parts), thorough=thorough, quick=False,
                                        list=False)
        return [scenario.name for scenario in suite.chosen(options)]

    def test_a_part_of_a_name_finds_all_that_have_it(self):
        self.assertTrue(all("echo/epoll" in name for name in self.names("echo/epoll")))
        self.assertGreater(len(self.names("echo/epoll")), 5)

    def test_a_whole_name_finds_itself_and_nothing_longer(self):
        self.assertEqual(self.names("echo/epoll/tcp/64/64"), ["echo/epoll/tcp/64/64"])

    def test_a_part_that_nothing_has_is_an_error_beside_others_too(self):
        with self.assertRaisesRegex(SystemExit, "nonsense"):
            self.names("lock", "nonsense")

    def test_what_only_thorough_runs_is_found_by_its_whole_name(self):
        self.assertEqual(self.names("latency/epoll/20000/1"), ["latency/epoll/20000/1"])
        with self.assertRaisesRegex(SystemExit, "--thorough"):
            self.names("tcp/65536/1000")


class Compare(unittest.TestCase):
    """Two builds, told apart by their place; the runner is the same."""

    class Runner:
        def __init__(self, **told):
            self.told, self.runs = told, []

        def missing(self, place):
            del place
            return None

        def run(self, place):
            self.runs.append(place.bin.parent.name)
            found = self.told[self.runs[-1]]
            if isinstance(found, Exception):
                raise found
            return {"ns": found}

    def compared(self, runner, **options):
        scenario = Scenario("s", "g", "t", "ns", (Contender("rill", RILL, runner),
                                                  Contender("peer", PEER, runner)), **options)
        with tempfile.TemporaryDirectory() as folder:
            builds = [pathlib.Path(folder) / name / "bench" for name in ("old", "new")]
            asked = types.SimpleNamespace(compare=builds, rounds=7, tolerance=0.05, quick=False,
                                          before="the old one")
            found = suite.compare([scenario], asked, pathlib.Path(folder), "python3")
        self.assertIn("the old one", report_text.render_changes(found))
        return found["changes"]

    def test_only_rill_is_compared_and_the_first_build_runs_twice(self):
        runner = self.Runner(old=10.0, new=12.0)
        changes = self.compared(runner)
        self.assertEqual([(each["name"], each["change"]["verdict"]) for each in changes],
                         [("s, rill", "slower")])
        self.assertEqual((runner.runs.count("old"), runner.runs.count("new")), (14, 7))

    def test_a_scenario_says_how_often_and_how_exactly(self):
        runner = self.Runner(old=10.0, new=11.0)
        changes = self.compared(runner, rounds=2, tolerance=0.25)
        self.assertEqual(changes[0]["change"]["verdict"], "same")
        self.assertEqual(len(runner.runs), 6)

    def test_why_a_build_failed_is_told(self):
        changes = self.compared(self.Runner(old=10.0, new=Failure("it fell over")))
        self.assertEqual(changes[0]["change"]["verdict"], "failed")
        self.assertIn("it fell over", report_text.render_changes(
            result() | {"changes": changes, "before": "a", "after": "b"}))


if __name__ == "__main__":
    unittest.main()
