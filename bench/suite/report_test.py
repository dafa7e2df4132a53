# SPDX-License-Identifier: BSL-1.0
import csv
import html.parser
import io
import json
import unittest

import figures
import report_charts
import report_data
import report_html
import report_markdown
import report_text

VOID = {"meta", "path", "rect", "circle", "br"}


def row(name, kind, runs, base):
    return {"name": name, "kind": kind, "runs": runs, "summary": figures.summary(runs),
            "ratio": figures.ratio(runs, base), "others": {}}


def scenario(name="yield/1", **changes):
    floor = [10.0, 10.0, 10.0]
    return {"name": name, "group": "Tasks", "title": "yield <one>", "unit": "ns", "figure": "ns",
            "curve": ["yield", 1], "base": "floor", "rejected": None,
            "control": figures.ratio(floor, floor),
            "contenders": [row("rill", "rill", [20.0, 21.0, 19.0], floor),
                           row("floor", "floor", floor, floor),
                           {"name": "uvloop", "kind": "peer", "missing": "not installed"}],
            **changes}


def result(*scenarios):
    machine = {"rill": "abc", "date": "today", "processor": "P", "processors": 2, "virtual": "yes",
               "memory": "1 GiB", "kernel": "6", "governor": "g", "load": "0", "compiler": "c",
               "flags": "-O3", "peers": {"Asio": "1"}}
    return {"machine": machine, "rounds": 3, "tolerance": 0.05, "scenarios": list(scenarios)}


class Balance(html.parser.HTMLParser):
    """Complains of elements that are not closed in their order."""

    def __init__(self):
        super().__init__()
        self.open, self.seen, self.words = [], [], ""

    def handle_starttag(self, tag, attrs):
        self.seen.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.seen.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        assert self.open.pop() == tag, tag

    def handle_data(self, data):
        self.words += data


class Markdown(unittest.TestCase):
    def test_each_cell_has_ratio_median_and_spread(self):
        text = report_markdown.render(result(scenario()))
        self.assertIn("| yield \\<one>, ns | 1 (10.0 +-0%) | 2.00 (20.0 +-5%) | missing |", text)
        self.assertIn("## Tasks", text)
        self.assertIn("- uvloop: not installed", text)

    def test_a_peer_that_is_ahead_is_bold(self):
        floor = [10.0, 10.0, 10.0]
        peers = [row("Asio", "peer", [15.0, 15.0, 15.0], floor),
                 row("Go", "peer", [25.0, 25.0, 25.0], floor)]
        ahead = scenario()
        ahead["contenders"] = [*ahead["contenders"][:2], *peers]
        text = report_markdown.render(result(ahead))
        self.assertIn("| **1.50 (15.0 +-0%)** | 2.50 (25.0 +-0%) |", text)
        ahead["rejected"] = "the control is off"
        self.assertNotIn("**", report_markdown.render(result(ahead)))


class Text(unittest.TestCase):
    def test_ratio_and_median_stand_side_by_side(self):
        text = report_text.render(result(scenario()))
        self.assertRegex(text, r"yield <one> \[ns\] +1 +2\.00 +missing")
        self.assertRegex(text, r"10\.0 \+-0% +20\.0 \+-5%")

    def test_what_is_missing_is_named(self):
        self.assertIn("uvloop: not installed", report_text.render(result(scenario())))

    def test_a_rejected_scenario_claims_no_ratio(self):
        text = report_text.render(result(scenario(rejected="the control is off")))
        self.assertIn("the control is off", text)
        self.assertNotIn("2.00", text)

    def test_numbers_have_three_digits(self):
        self.assertEqual([report_text.number(each) for each in (0.512, 9.99, 12.34, 99.97, 12345)],
                         ["0.51", "9.99", "12.3", "100", "12,345"])


    def test_percentiles_are_shown_only_of_a_schedule(self):
        one = row("floor", "floor", [9.0] * 3, [9.0] * 3)
        one["others"] = {"p50_us": 5.25, "p999_us": 7.0, "max_us": 8.0, "per_second": 1234.0}
        paced = report_text.render(result(scenario(figure="p99_us", contenders=[one])))
        self.assertIn("5.25", paced)
        self.assertNotIn("1,234", paced)
        closed = report_text.render(result(scenario(contenders=[one])))
        self.assertNotIn("5.25", closed)
        self.assertIn("1,234", closed)


class Data(unittest.TestCase):
    def test_csv_has_a_row_for_each_contender(self):
        rows = list(csv.DictReader(io.StringIO(report_data.render_csv(result(scenario())))))
        self.assertEqual([each["contender"] for each in rows], ["rill", "floor", "uvloop"])
        self.assertEqual((float(rows[0]["ratio"]), rows[2]["state"]), (2.0, "not installed"))

    def test_csv_says_what_is_rejected(self):
        text = report_data.render_csv(result(scenario(rejected="the control is off")))
        self.assertIn("the control is off", text)

    def test_json_has_every_run(self):
        found = json.loads(report_data.render_json(result(scenario())))
        self.assertEqual(found["scenarios"][0]["contenders"][0]["runs"], [20.0, 21.0, 19.0])


class Page(unittest.TestCase):
    def parsed(self, *scenarios):
        page = report_html.render(result(*scenarios))
        parser = Balance()
        parser.feed(page)
        self.assertEqual(parser.open, [])
        return page, parser

    def test_is_well_formed_and_needs_nothing_else(self):
        page, parser = self.parsed(scenario(), scenario("yield/2", curve=["yield", 2]))
        tags = [tag for tag, _ in parser.seen]
        self.assertFalse({"script", "link", "img"} & set(tags))
        self.assertNotIn("http", page)
        self.assertTrue(page.isascii())
        self.assertIn("20.0 &#177;5%", page)
        self.assertIn("yield <one>", parser.words)

    def test_every_chart_has_words(self):
        _, parser = self.parsed(scenario(), scenario("yield/2", curve=["yield", 2]))
        charts = [attributes for tag, attributes in parser.seen if tag == "svg"]
        self.assertEqual(len(charts), 3)
        self.assertTrue(all(chart["aria-label"] for chart in charts))

    def test_nothing_that_ran_still_makes_a_page(self):
        empty = scenario(contenders=[{"name": "uvloop", "kind": "peer", "missing": "no"}],
                         base=None, control=None, rejected="nothing ran")
        self.parsed(empty)

    def test_latency_by_percentile(self):
        one = row("rill", "rill", [9.0] * 3, [9.0] * 3)
        one["others"] = dict.fromkeys(("p50_us", "p90_us", "p999_us", "p9999_us", "max_us"), 5.0)
        one["others"] |= {"round_trips": 9000.0, "unfinished": 990.0}
        page, _ = self.parsed(scenario(figure="p99_us", contenders=[one], curve=[]))
        self.assertIn("99.9 %", page)
        self.assertNotIn("99.99 %", page)  # one message alone would be beyond it
        one["others"]["round_trips"] = 100_000.0
        page, _ = self.parsed(scenario(figure="p99_us", contenders=[one], curve=[]))
        self.assertIn("99.99 %", page)


class Charts(unittest.TestCase):
    def test_labels_keep_their_distance(self):
        found = report_charts.spread_out([10.0, 11.0, 50.0], 15)
        self.assertEqual(found, [10.0, 25.0, 50.0])

    def test_what_costs_nothing_has_a_bar_of_no_length(self):
        rows = [("floor", "floor", 0.0, 0.0, 0.0, "0"), ("rill", "rill", 1.0, 1.0, 1.0, "4"),
                ("peer", "peer", -0.1, -0.1, -0.1, "-0.4")]
        self.assertEqual(report_charts.bars(rows, "memory").count('width="0.0"'), 2)
        self.assertIn('width="0.0"', report_charts.bars(rows[:1], "nothing at all"))

    def test_the_base_is_not_cut_off_beside_next_to_nothing(self):
        rows = [("floor", "floor", 0.01, 0.01, 0.01, "1"), ("rill", "rill", 1.0, 1.0, 1.0, "100")]
        self.assertNotIn('class="cut"', report_charts.bars(rows, "memory"))

    def test_ticks_lie_within(self):
        self.assertEqual(report_charts.ticks(3, 60), [5, 10, 20, 50])


if __name__ == "__main__":
    unittest.main()
