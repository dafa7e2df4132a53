# SPDX-License-Identifier: BSL-1.0
"""The report for programs: JSON with every run, CSV with a row for each contender."""

import csv
import io
import json


def render_json(result):
    return json.dumps(result, indent=1, sort_keys=True) + "\n"


def render_csv(result):
    out = io.StringIO()
    rows = csv.writer(out, lineterminator="\n")
    rows.writerow(["scenario", "contender", "kind", "unit", "median", "low", "high", "spread",
                   "ratio", "base", "control", "state"])
    for scenario in result["scenarios"]:
        control = scenario.get("control")
        for each in scenario["contenders"]:
            found, ratio = each.get("summary") or {}, each.get("ratio") or {}
            state = each.get("missing") or each.get("failed") or scenario.get("rejected") or "good"
            figures = [found.get(key, "") for key in ("median", "low", "high", "spread")]
            rows.writerow([scenario["name"], each["name"], each["kind"], scenario["unit"], *figures,
                           ratio.get("median", ""), scenario["base"],
                           control["median"] if control else "", state])
    return out.getvalue()
