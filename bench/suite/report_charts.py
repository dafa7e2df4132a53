# SPDX-License-Identifier: BSL-1.0
"""Charts as inline SVG without scripts: bars of ratios, curves over scale, curves of latency.

Colours are classes of the page's style sheet, so that a chart is light or dark with the page. Each
series has a colour of its own, and its name beside its end.
"""

import html
import math

from report_text import ORDER, number

BARS_WIDTH, CURVES_WIDTH = 400, 480
ROW = 26
COLOURS = 10  # colours of curves


def escape(text):
    return html.escape(str(text))


def text(x, y, content, style="", anchor="start"):
    return (f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" class="{style}">'
            f"{escape(content)}</text>")


def svg(width, height, parts, label):
    return (f'<svg viewBox="0 0 {width} {height}" role="img" aria-label="{escape(label)}">'
            + "".join(parts) + "</svg>")


def bars(rows, label):
    """Horizontal bars. A row is (name, kind, ratio, low, high, words); long ones are cut off.

    The scale ends at twenty times the least, so that a slow contender hides no difference among
    the fast, but not before twice the base; what is longer is marked as such and has its number.
    """
    left, right = 104, 150
    room = BARS_WIDTH - left - right
    least = min(row[2] for row in rows)
    most = min(max(row[4] for row in rows), max(20 * least, 2)) or 1
    parts = []
    for place, (name, kind, ratio, low, high, words) in enumerate(rows):
        y = place * ROW + 4
        wide = room * max(0, min(ratio, most)) / most
        parts.append(text(left - 8, y + 14, name, "name", "end"))
        parts.append(f'<rect x="{left}" y="{y}" width="{wide:.1f}" height="18" rx="2" '
                     f'class="{kind}"/>')
        label_at = left + wide
        if ratio > most:
            parts.append(f'<path d="M{left + room - 12} {y - 1}l-5 20m9 -20l-5 20" class="cut"/>')
        elif high > low:
            begin, end = (left + room * min(each, most) / most for each in (low, high))
            parts.append(f'<path d="M{begin:.1f} {y + 9}H{end:.1f}" class="whisker"/>')
            label_at = max(label_at, end)
        parts.append(text(label_at + 8, y + 14, words, "value"))
    return svg(BARS_WIDTH, len(rows) * ROW + 4, parts, label)


def ticks(low, high):
    """Powers of ten from low to high, or 1, 2, 5 times them where these are few."""
    powers = range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
    steps = (1,) if len(powers) > 4 else (1, 2, 5)
    found = [step * 10**power for power in powers for step in steps]
    return [each for each in found if low * 0.999 <= each <= high * 1.001]


def style_of(name, index):
    """Who is known has the same colour in all charts."""
    return f"s{(ORDER.index(name) if name in ORDER else len(ORDER) + index) % COLOURS}"


def spread_out(places, distance):
    """Heights as near to `places` as can be with that distance between them, in their order."""
    order = sorted(range(len(places)), key=lambda each: places[each])
    found = list(places)
    for before, after in zip(order, order[1:]):
        found[after] = max(found[after], found[before] + distance)
    return found


def curves(series, labels, unit, label):
    """Lines over places 0, 1, 2... that `labels` name, both axes by powers.

    `series` is a list of (name, [value or None, one for each place]).
    """
    left, right, top, height = 58, 116, 22, 260
    bottom = top + height
    values = [value for _, line in series for value in line if value]
    low, high = min(values) * 0.9, max(values) * 1.1

    def x_of(place):
        return left + (CURVES_WIDTH - left - right) * place / max(1, len(labels) - 1)

    def y_of(value):
        return bottom - height * math.log(value / low) / math.log(high / low)

    parts = [text(left, 12, unit, "axis")]
    for tick in ticks(low, high):
        y = y_of(tick)
        parts.append(f'<path d="M{left} {y:.1f}H{CURVES_WIDTH - right}" class="grid"/>')
        parts.append(text(left - 6, y + 4, f"{tick:,g}", "axis", "end"))
    for place, words in enumerate(labels):
        parts.append(text(x_of(place), bottom + 18, words, "axis", "middle"))
    ends = []
    for index, (name, line) in enumerate(series):
        points = [(x_of(place), y_of(value)) for place, value in enumerate(line) if value]
        path = "L".join(f"{x:.1f} {y:.1f}" for x, y in points)
        style = style_of(name, index)
        parts.append(f'<path d="M{path}" class="line {style}"/>')
        parts += [f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3.2" class="dot {style}"/>'
                  for x, y in points]
        ends.append((points[-1], name, style))
    heights = spread_out([point[1] for point, _, _ in ends], 15)
    for ((x, y), name, style), at in zip(ends, heights):
        parts.append(f'<path d="M{x + 5:.1f} {y:.1f}L{CURVES_WIDTH - right + 14} {at:.1f}" '
                     f'class="leader"/>')
        parts.append(text(CURVES_WIDTH - right + 18, at + 4, name, f"end {style}"))
    lowest = max([bottom + 26, *(at + 10 for at in heights)])
    return svg(CURVES_WIDTH, round(lowest), parts, label)


def value_words(row):
    """What stands beside a bar."""
    ratio, found = row["ratio"]["median"], row["summary"]
    return f"{number(ratio)}  ({number(found['median'])} \u00b1{found['spread']:.0%})"
