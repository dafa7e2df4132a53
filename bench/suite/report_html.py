# SPDX-License-Identifier: BSL-1.0
"""The report as one HTML page that needs nothing else: no scripts, no fonts, no network."""

from report_charts import bars, curves, escape, value_words
from report_text import (contender_names, extra_tables, groups, heading, instructions_cell,
                         median_cell, notes, number, of, ratio_cell)

# Of a percentile its key, its name, and how many messages it takes for ten to be beyond it.
PERCENTILES = [("p50_us", "50 %", 20), ("p90_us", "90 %", 100), ("p99_us", "99 %", 1000),
               ("p999_us", "99.9 %", 10_000), ("p9999_us", "99.99 %", 100_000),
               ("max_us", "most", 1)]

STYLE = """
:root { color-scheme: light dark; --paper: #ffffff; --ink: #1b1f24; --soft: #57606a;
  --rule: #d0d7de; --shade: #f6f8fa; --rill: #0b66c3; --floor: #6e7781; --peer: #b4c0cc;
  --mark: #1b1f24; --warn: #9a3412;
  --s0: #6e7781; --s1: #0b66c3; --s2: #8250df; --s3: #bc4c00; --s4: #b58407; --s5: #1a7f37;
  --s6: #bf3989; --s7: #0e7490; --s8: #cf222e; --s9: #4d2d00; }
@media (prefers-color-scheme: dark) {
  :root { --paper: #0d1117; --ink: #e6edf3; --soft: #9198a1; --rule: #30363d; --shade: #161b22;
  --rill: #4493f8; --floor: #9198a1; --peer: #57616c; --mark: #e6edf3; --warn: #f0883e;
  --s0: #9198a1; --s1: #4493f8; --s2: #ab7df8; --s3: #f0883e; --s4: #d4a72c; --s5: #3fb950;
  --s6: #f778ba; --s7: #39c5cf; --s8: #ff7b72; --s9: #d2b48c; } }
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 1rem; max-width: 1360px; background: var(--paper);
  color: var(--ink); font: 16px/1.5 system-ui, sans-serif; }
h1 { font-size: 1.6rem; line-height: 1.25; margin: 0.5rem 0; }
h2 { font-size: 1.25rem; margin: 2.5rem 0 0.5rem; border-bottom: 1px solid var(--rule); }
h3 { font-size: 1rem; margin: 0 0 0.4rem; }
p { max-width: 70ch; }
a { color: var(--rill); }
dl { display: grid; grid-template-columns: max-content 1fr; gap: 0.1rem 1rem; margin: 1rem 0; }
@media (min-width: 900px) { dl { grid-template-columns: max-content 1fr max-content 1fr; } }
dt { color: var(--soft); }
dd { margin: 0; overflow-wrap: anywhere; }
.grid-of { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 390px), 1fr));
  gap: 1rem; }
.wide { grid-template-columns: repeat(auto-fill, minmax(min(100%, 480px), 1fr)); }
figure { margin: 0; padding: 0.8rem; border: 1px solid var(--rule); border-radius: 6px; }
figcaption { color: var(--soft); font-size: 0.85rem; margin-bottom: 0.4rem; }
svg { display: block; width: 100%; height: auto; font: 13px system-ui, sans-serif; }
svg text { fill: var(--ink); }
svg .axis { fill: var(--soft); font-size: 12px; }
figure.doubtful svg { opacity: 0.45; }
svg rect.rill { fill: var(--rill); } svg rect.floor { fill: var(--floor); }
svg rect.peer { fill: var(--peer); }
svg .whisker { stroke: var(--mark); stroke-width: 2; }
svg .cut { stroke: var(--paper); stroke-width: 2.5; fill: none; }
svg .grid { stroke: var(--rule); } svg .leader { stroke: var(--rule); fill: none; }
svg .line { fill: none; stroke-width: 2; }
SERIES
.scroll { overflow-x: auto; }
table { border-collapse: collapse; font-size: 0.85rem; margin: 0.5rem 0; min-width: 100%; }
caption { text-align: left; color: var(--soft); padding: 0.2rem 0; }
th, td { padding: 0.25rem 0.6rem; border-bottom: 1px solid var(--rule); text-align: right;
  white-space: nowrap; font-variant-numeric: tabular-nums; }
th:first-child { text-align: left; white-space: normal; min-width: 9rem; }
thead th { background: var(--shade); vertical-align: bottom; }
tbody th { font-weight: normal; }
td.rill { font-weight: 600; }
details { margin-top: 0.4rem; } summary { color: var(--soft); cursor: pointer; }
.rejected, .quick { color: var(--warn); }
pre { white-space: pre-wrap; overflow-wrap: anywhere; font-size: 0.85rem; }
"""


def style():
    series = "\n".join(
        f"svg .line.s{index} {{ stroke: var(--s{index}); }} svg .dot.s{index}, "
        f"svg text.end.s{index} {{ fill: var(--s{index}); }}" for index in range(10))
    return STYLE.replace("SERIES", series)


def table(scenarios, cell, caption, units=True):
    names = contender_names(scenarios)
    head = "".join(f'<th scope="col">{escape(name)}</th>' for name in names)
    rows = []
    for scenario in scenarios:
        cells = "".join(
            f'<td class="{kind_of(scenario, name)}">{escape(cell(scenario, name))}</td>'
            for name in names)
        title = scenario["title"] + (f" [{scenario['unit']}]" if units else "")
        rows.append(f'<tr><th scope="row">{escape(title)}</th>{cells}</tr>')
    return (f'<div class="scroll" tabindex="0"><table><caption>{escape(caption)}</caption>'
            f'<thead><tr><th scope="col">scenario</th>{head}</tr></thead>'
            f'<tbody>{"".join(rows)}</tbody></table></div>')


def kind_of(scenario, name):
    each = of(scenario, name)
    return each["kind"] if each else ""


def measured(scenario):
    return [each for each in scenario["contenders"] if each.get("ratio")]


def bar_figure(scenario):
    rows = [(each["name"], each["kind"], each["ratio"]["median"], each["ratio"]["low"],
             each["ratio"]["high"], value_words(each)) for each in measured(scenario)]
    if not rows:
        return ""
    control = scenario.get("control")
    said = f"{scenario['unit']}, less is better"
    if control:
        said += f"; {scenario['base']} against itself {control['median']:.2f}"
    if scenario.get("rejected"):
        said = (f'<span class="rejected">rejected: {escape(scenario["rejected"])}</span>; '
                + escape(said))
    else:
        said = escape(said)
    label = f"{scenario['title']}: " + "; ".join(f"{row[0]} {row[5]}" for row in rows)
    doubt = ' class="doubtful"' if scenario.get("rejected") else ""
    return (f"<figure{doubt}><h3>{escape(scenario['title'])}</h3><figcaption>{said}</figcaption>"
            f"{bars(rows, label)}</figure>")


def curve_figures(scenarios):
    """Cost over scale, a chart for each curve that has two places or more."""
    found = {}
    for scenario in scenarios:
        if scenario["curve"] and not scenario.get("rejected"):
            found.setdefault(scenario["curve"][0], []).append(scenario)
    for title, places in found.items():
        places = sorted(places, key=lambda each: each["curve"][1])
        if len(places) < 2:
            continue
        labels = [f"{each['curve'][1]:,}" for each in places]
        series = []
        for name in contender_names(places):
            line = [median_of(scenario, name) for scenario in places]
            if sum(value is not None for value in line) > 1:
                series.append((name, line))
        if series:
            yield line_figure(title, series, labels, places[0]["unit"])


def median_of(scenario, name):
    each = of(scenario, name)
    return each["summary"]["median"] if each and each.get("summary") else None


def line_figure(title, series, labels, unit):
    head = "".join(f'<th scope="col">{escape(label)}</th>' for label in labels)
    rows = "".join(
        f'<tr><th scope="row">{escape(name)}</th>'
        + "".join(f"<td>{number(value) if value else ''}</td>" for value in line) + "</tr>"
        for name, line in series)
    return (f"<figure><h3>{escape(title)}</h3><figcaption>{escape(unit)}, upwards by powers"
            f"</figcaption>{curves(series, labels, unit, title)}"
            f"<details><summary>as a table</summary><div class='scroll' tabindex='0'><table>"
            f"<thead><tr><th scope='col'></th>{head}</tr></thead><tbody>{rows}</tbody></table>"
            f"</div></details></figure>")


def latency_figures(scenarios):
    """Latency by percentile, for scenarios with a schedule."""
    for scenario in scenarios:
        if scenario["figure"] != "p99_us" or scenario.get("rejected"):
            continue
        series = []
        for each in measured(scenario):
            told = each["others"] | {"p99_us": each["summary"]["median"]}
            series.append((each["name"], told))
        places = [place for place in PERCENTILES if all(is_told(told, place) for _, told in series)]
        if series and len(places) > 1:
            yield line_figure(f"Latency by percentile: {scenario['title']}",
                              [(name, [told[key] for key, _, _ in places])
                               for name, told in series],
                              [label for _, label, _ in places], "us")


def is_told(told, place):
    """Whether a run had enough messages for a percentile, but for those that were just not due."""
    key, _, needed = place
    count = told.get("round_trips", 0) + told.get("unfinished", 0)
    return bool(told.get(key)) and count >= 0.98 * needed


def section(group, scenarios):
    lines = list(latency_figures(scenarios)) + list(curve_figures(scenarios))
    parts = [f"<h2>{escape(group)}</h2>", table(scenarios, ratio_cell, "Ratios; ? is rejected")]
    if lines:
        parts.append(f'<div class="grid-of wide">{"".join(lines)}</div>')
    figures = "".join(bar_figure(scenario) for scenario in scenarios)
    parts.append("<details open><summary>Each scenario: ratio, median, spread</summary>"
                 f'<div class="grid-of">{figures}</div></details>')
    parts.append("<details><summary>Medians with their spread</summary>"
                 + table(scenarios, median_cell, "Medians") + "</details>")
    for words, cell, some in extra_tables(scenarios):
        parts.append(f"<details><summary>{escape(words)}</summary>"
                     + table(some, cell, words, units=False) + "</details>")
    counted = [scenario for scenario in scenarios
               if any("instructions" in each for each in scenario["contenders"])]
    if counted:
        parts.append("<details><summary>Instructions of an operation</summary>"
                     + table(counted, instructions_cell, "Instructions", units=False)
                     + "</details>")
    return "".join(parts)


def machine_list(machine):
    rows = {key: value for key, value in machine.items() if key != "peers"} | machine["peers"]
    return "<dl>" + "".join(f"<dt>{escape(key)}</dt><dd>{escape(value)}</dd>"
                            for key, value in rows.items()) + "</dl>"


def render(result):
    quick = ('<p class="quick">A quick run: it shows that everything works; its figures are worth '
             "nothing.</p>" if result.get("quick") else "")
    sections = "".join(section(group, scenarios)
                       for group, scenarios in groups(result["scenarios"]).items())
    said = "\n".join(notes(result["scenarios"]))
    noted = f"<h2>Notes</h2><pre>{escape(said)}</pre>" if said else ""
    title = next(iter(heading(result["machine"])))
    page = (
        '<!DOCTYPE html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(title)}</title><style>{style()}</style></head><body><main>"
        f"<h1>rill beside its floors and peers</h1>{quick}"
        f"<p>{result['rounds']} interleaved rounds. A ratio is the median of the ratios to the "
        "floor (to rill, where there is no floor), each taken within one round. Less is better "
        "everywhere. A scenario whose floor, run twice in each round, differs from itself by more "
        f"than {result['tolerance']:.0%} is rejected.</p>"
        f"{machine_list(result['machine'])}{sections}{noted}</main></body></html>\n")
    # The page may be served by anything, under any assumption on its characters.
    return page.encode("ascii", "xmlcharrefreplace").decode("ascii")
