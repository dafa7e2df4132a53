# SPDX-License-Identifier: BSL-1.0
"""The report as Markdown, for pages: each cell is a ratio, and the median with its spread."""

import report_text


def cell(scenario, name):
    """A peer that costs less than rill is set in bold."""
    ratio = report_text.ratio_cell(scenario, name)
    if ratio in ("", "missing", "failed"):
        return ratio
    each = report_text.of(scenario, name)
    found = each["summary"]
    text = f"{ratio} ({report_text.number(found['median'])} +-{found['spread']:.0%})"
    return f"**{text}**" if is_ahead(scenario, each) else text


def is_ahead(scenario, each):
    """Whether a peer's ratio is below that of rill, the first of them where there are several.

    Never where the control disagrees.
    """
    if each["kind"] != "peer" or scenario.get("rejected"):
        return False
    rill = next((one for one in scenario["contenders"] if one["kind"] == "rill"), {})
    return bool(rill.get("ratio")) and each["ratio"]["median"] < rill["ratio"]["median"]


def rows(cells):
    yield "| " + " | ".join(cells[0]) + " |"
    yield "|---" + "|---:" * (len(cells[0]) - 1) + "|"
    yield from ("| " + " | ".join(row) + " |" for row in cells[1:])


def table(scenarios, cell_of, units=True):
    cells = report_text.cells(scenarios, cell_of, "", ", {}" if units else "")
    yield from rows([[escaped(text) for text in row] for row in cells])


def escaped(text):
    return text.replace("|", "\\|").replace("<", "\\<")


def render(result):
    """The whole page but for its title."""
    lines = [escaped(line) + "  " for line in report_text.heading(result["machine"])]
    lines += ["", f"{result['rounds']} interleaved rounds. A cell is a ratio to the column that "
              "has 1, the median of the ratios within", "each round, and in brackets the median "
              "of the figure itself with its spread. Less is better. Bold: a peer that costs less",
              "than rill. A question mark: the control disagreed with itself, so nothing is "
              "claimed.", ""]
    for group, scenarios in report_text.groups(result["scenarios"]).items():
        lines += [f"## {group}", "", *table(scenarios, cell), ""]
        for words, cell_of, some in report_text.extra_tables(scenarios):
            lines += [f"{words}:", "", *table(some, cell_of, units=False), ""]
    told = list(report_text.notes(result["scenarios"]))
    if told:
        lines += ["## What is not in the tables", "",
                  *(f"- {escaped(line.strip())}" if line.startswith("  ") else f"\n{line}\n"
                    for line in told), ""]
    return "\n".join(lines).replace("\n\n\n", "\n\n").rstrip() + "\n"
