# SPDX-License-Identifier: BSL-1.0
import unittest

import figures


class Summary(unittest.TestCase):
    def test_median_and_quartiles(self):
        found = figures.summary([4.0, 1.0, 2.0, 3.0, 5.0])
        self.assertEqual(found["median"], 3.0)
        self.assertEqual((found["low"], found["high"]), (2.0, 4.0))
        self.assertAlmostEqual(found["spread"], 1 / 3)

    def test_few_values_have_their_extremes_as_quartiles(self):
        self.assertEqual(figures.quartiles([3.0, 1.0, 2.0]), (1.0, 3.0))

    def test_failed_runs_are_left_out(self):
        self.assertEqual(figures.summary([None, 2.0])["median"], 2.0)
        self.assertIsNone(figures.summary([None, None]))


class Ratio(unittest.TestCase):
    def test_is_taken_within_each_round(self):
        # The machine was twice as slow in the second round; the ratio does not see it.
        found = figures.ratio([20.0, 40.0, 20.0], [10.0, 20.0, 10.0])
        self.assertEqual((found["median"], found["spread"]), (2.0, 0.0))

    def test_rounds_without_both_are_left_out(self):
        self.assertEqual(figures.ratio([2.0, None, 9.0], [1.0, 1.0, None])["median"], 2.0)
        self.assertIsNone(figures.ratio([None], [1.0]))


class Verdict(unittest.TestCase):
    def test_a_control_that_agrees_is_believed(self):
        self.assertIsNone(figures.verdict(figures.ratio([1.0, 1.01], [1.0, 1.0]), 0.05))

    def test_a_control_that_is_off_rejects(self):
        self.assertIn("differs", figures.verdict(figures.ratio([1.2] * 5, [1.0] * 5), 0.05))

    def test_a_control_that_varies_rejects(self):
        control = figures.ratio([0.7, 1.3, 1.0, 0.7, 1.3], [1.0] * 5)
        self.assertIn("varies", figures.verdict(control, 0.05))

    def test_no_control_rejects(self):
        self.assertIn("failed", figures.verdict(None, 0.05))


class Turn(unittest.TestCase):
    def test_each_comes_first_and_none_is_lost(self):
        names = ["a", "b", "c"]
        orders = [figures.turn(names, number) for number in range(6)]
        self.assertEqual({order[0] for order in orders}, set(names))
        for order in orders:
            self.assertEqual(sorted(order), names)


class Change(unittest.TestCase):
    def test_within_noise_is_the_same(self):
        found = figures.change([10.0] * 5, [10.3] * 5, [10.0] * 5, 0.05)
        self.assertEqual(found["verdict"], "same")

    def test_slower_and_faster(self):
        self.assertEqual(figures.change([10.0] * 5, [11.0] * 5, [10.0] * 5, 0.05)["verdict"],
                         "slower")
        self.assertEqual(figures.change([11.0] * 5, [10.0] * 5, [11.0] * 5, 0.05)["verdict"],
                         "faster")

    def test_noise_raises_the_limit(self):
        found = figures.change([10.0] * 5, [11.0] * 5, [10.8] * 5, 0.05)
        self.assertEqual(found["verdict"], "same")


if __name__ == "__main__":
    unittest.main()
