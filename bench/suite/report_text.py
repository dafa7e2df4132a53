# SPDX-License-Identifier: BSL-1.0
"""The report as text: ratios first, then medians with their spread."""

ORDER = ["floor", "rill", "rill streams", "Asio", "Asio callbacks", "libuv", "libcoro", "Go",
         "asyncio", "uvloop"]


def contender_names(scenarios):
    """All contenders of these scenarios, floors first."""
    names = {each["name"] for scenario in scenarios for each in scenario["contenders"]}
    return sorted(names, key=lambda name: (ORDER.index(name) if name in ORDER else len(ORDER),
                                           name))


def number(value):
    """Three significant digits, never in powers of ten."""
    if value >= 99.95:
        return f"{value:,.0f}"
    return f"{value:.1f}" if value >= 9.995 else f"{value:.2f}"


def of(scenario, name):
    return next((each for each in scenario["contenders"] if each["name"] == name), None)


def groups(scenarios):
    found = {}
    for scenario in scenarios:
        found.setdefault(scenario["group"], []).append(scenario)
    return found


def ratio_cell(scenario, name):
    each = of(scenario, name)
    if each is None:
        return ""
    if each.get("missing"):
        return "missing"
    if each.get("failed"):
        return "failed"
    if scenario.get("rejected"):
        return "?"
    return "1" if name == scenario["base"] else number(each["ratio"]["median"])


def median_cell(scenario, name):
    each = of(scenario, name)
    if each is None or not each.get("summary"):
        return ""
    return f"{number(each['summary']['median'])} +-{each['summary']['spread']:.0%}"


def cells(scenarios, cell, heading, unit):
    """A row for each scenario, a column for each contender. `unit` is how its unit is set."""
    names = contender_names(scenarios)
    rows = [[heading, *names]]
    for scenario in scenarios:
        title = scenario["title"] + unit.format(scenario["unit"])
        rows.append([title, *(cell(scenario, name) for name in names)])
    return rows


def table(scenarios, cell, heading, units=True):
    """Lines of a table."""
    rows = cells(scenarios, cell, heading, " [{}]" if units else "")
    widths = [max(len(row[place]) for row in rows) for place in range(len(rows[0]))]
    for row in rows:
        yield "  ".join(
            [row[0].ljust(widths[0]), *(text.rjust(wide) for text, wide in
                                        zip(row[1:], widths[1:]))]).rstrip()


def heading(machine):
    yield f"rill {machine['rill']}, {machine['date']}"
    yield (f"{machine['processor']}, {machine['processors']} processors"
           f"{', virtual' if machine['virtual'] == 'yes' else ''}, {machine['memory']}, "
           f"Linux {machine['kernel']}, governor {machine['governor']}, load {machine['load']}")
    yield f"{machine['compiler']} {machine['flags']}"
    yield "peers: " + ", ".join(f"{name} {version}" for name, version in
                                machine["peers"].items())


def notes(scenarios):
    """What is missing, failed or rejected, in words."""
    missing = sorted({f"{each['name']}: {each['missing']}" for scenario in scenarios
                      for each in scenario["contenders"] if each.get("missing")})
    if missing:
        yield "Missing:"
        yield from (f"  {line}" for line in missing)
    failed = [f"{scenario['name']}, {each['name']}: {each['failed']}" for scenario in scenarios
              for each in scenario["contenders"] if each.get("failed")]
    if failed:
        yield "Failed:"
        yield from (f"  {line}" for line in failed)
    rejected = [f"{scenario['name']}: {scenario['rejected']}" for scenario in scenarios
                if scenario.get("rejected")]
    if rejected:
        yield "Rejected, as the base run twice disagrees with itself; run these again when quiet:"
        yield from (f"  {line}" for line in rejected)


def render(result):
    """The whole report."""
    lines = list(heading(result["machine"]))
    lines += ["", f"{result['rounds']} interleaved rounds. A ratio is to the first column that has "
              "1, the median of the ratios within", "each round. Less is better everywhere.", ""]
    for group, scenarios in groups(result["scenarios"]).items():
        lines += [group, "", *table(scenarios, ratio_cell, "ratio"), ""]
        lines += [*table(scenarios, median_cell, "median"), ""]
        for words, cell, some in extra_tables(scenarios):
            lines += [*table(some, cell, words, units=False), ""]
        counted = [scenario for scenario in scenarios
                   if any("instructions" in each for each in scenario["contenders"])]
        if counted:
            lines += [*table(counted, instructions_cell, "instructions of an operation"), ""]
    return "\n".join([*lines, *notes(result["scenarios"])]) + "\n"


def extra_tables(scenarios):
    """What is told beside what is compared: a heading and a cell for each such table."""
    paced = [each for each in scenarios if each["figure"] == "p99_us"]
    if paced:
        yield "p50 [us]", other_cell("p50_us"), paced
        yield "p99.9 [us]", other_cell("p999_us"), paced
        yield "longest [us]", other_cell("max_us"), paced
    # Of messages that wait for one another no percentiles are shown: they would look too good.
    rated = [each for each in scenarios if each["figure"] != "p99_us"
             and any("per_second" in one.get("others", {}) for one in each["contenders"])]
    if rated:
        yield "a second", other_cell("per_second"), rated


def other_cell(key):
    def cell(scenario, name):
        each = of(scenario, name)
        value = each.get("others", {}).get(key) if each else None
        return "" if value is None or scenario.get("rejected") else number(value)
    return cell


def instructions_cell(scenario, name):
    each = of(scenario, name)
    return number(each["instructions"]) if each and "instructions" in each else ""


def render_changes(result):
    """Two builds of rill: what became slower, what faster."""
    lines = list(heading(result["machine"]))
    lines += [f"before: {result['before']}, after: {result['after']}", "",
              f"{'':44}{'ratio':>8}{'noise':>8}{'limit':>8}"]
    for each in result["changes"]:
        found = each["change"]
        if found["ratio"] is None or found["noise"] is None:
            why = "; ".join(f"{which}: {words}" for which, words in each["failures"].items())
            lines.append(f"{each['name']:44}{'failed':>8}  {why}")
            continue
        lines.append(f"{each['name']:44}{found['ratio']['median']:>8.3f}"
                     f"{found['noise']['median']:>8.3f}{found['limit']:>8.0%}  "
                     f"{'' if found['verdict'] == 'same' else found['verdict']}".rstrip())
    return "\n".join(lines) + "\n"
