# SPDX-License-Identifier: BSL-1.0
import pathlib
import unittest

import contenders
import scenarios


class GoogleBenchmark(unittest.TestCase):
    def test_time_of_an_iteration_that_is_an_operation(self):
        entry = {"name": "in_loop/a", "cpu_time": 2.0, "real_time": 9.0, "time_unit": "us"}
        self.assertEqual(contenders.nanoseconds(entry), 2000.0)

    def test_time_of_an_operation_of_many(self):
        entry = {"name": "a/100", "cpu_time": 0.5, "real_time": 9.0, "time_unit": "ms",
                 "items_per_second": 100 / 0.0005}
        self.assertEqual(contenders.operations(entry), 100)
        self.assertAlmostEqual(contenders.nanoseconds(entry), 5000.0)

    def test_real_time_where_the_name_says_so(self):
        entry = {"name": "hop/real_time", "cpu_time": 1.0, "real_time": 7.0, "time_unit": "ns"}
        self.assertEqual(contenders.nanoseconds(entry), 7.0)


class Told(unittest.TestCase):
    def test_fields_of_a_line(self):
        self.assertEqual(contenders.fields("ns=12.5 p50_us=3"), {"ns": 12.5, "p50_us": 3.0})

    def test_shares_and_seconds_are_put_in(self):
        place = contenders.Place(pathlib.Path("b"), pathlib.Path("r"), pathlib.Path("o"),
                                 seconds=0.5, part=0.1)
        self.assertEqual(contenders.filled("{part:1000}", place), "100")
        self.assertEqual(contenders.filled("{seconds}", place), "0.5")


class Names(unittest.TestCase):
    def test_scenarios_are_named_once(self):
        names = [scenario.name for scenario in scenarios.all_scenarios()]
        self.assertEqual(len(names), len(set(names)))

    def test_contenders_are_named_once_and_have_a_base(self):
        for scenario in scenarios.all_scenarios():
            names = [each.name for each in scenario.contenders]
            self.assertEqual(len(names), len(set(names)), scenario.name)
            self.assertIn(scenario.base, names)
            self.assertIn(scenarios.RILL, [each.kind for each in scenario.contenders])


if __name__ == "__main__":
    unittest.main()
