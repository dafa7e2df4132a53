# SPDX-License-Identifier: BSL-1.0
"""What is computed from runs: medians, spread, ratios within rounds, and whether to believe them.

All figures are costs: less is better. A run that failed is None, and leaves its round out.
"""

import statistics


def quartiles(values):
    """The lower and the upper quartile; of fewer than four values the least and the most."""
    ordered = sorted(values)
    if len(ordered) < 4:
        return ordered[0], ordered[-1]
    low, _, high = statistics.quantiles(ordered, n=4, method="inclusive")
    return low, high


def summary(values):
    """Median, quartiles, and the spread: half the distance of the quartiles over the median."""
    good = [value for value in values if value is not None]
    if not good:
        return None
    median = statistics.median(good)
    low, high = quartiles(good)
    spread = (high - low) / 2 / median if median else 0.0
    return {"median": median, "low": low, "high": high, "least": min(good), "spread": spread}


def ratio(values, base):
    """Summary of the ratios to `base`, each taken within one round."""
    pairs = [(mine, other) for mine, other in zip(values, base)
             if mine is not None and other]
    return summary([mine / other for mine, other in pairs])


def verdict(control, tolerance):
    """Why figures are not to be believed, or None: the control is the base run twice per round."""
    if control is None:
        return "the control failed"
    if abs(control["median"] - 1) > tolerance:
        return f"the control differs from itself by {abs(control['median'] - 1):.0%}"
    if control["spread"] > 2 * tolerance:
        return f"the control varies by {control['spread']:.0%}"
    return None


def turn(names, round_number):
    """The order of one round: it rotates, and every second round goes backwards."""
    place = round_number % max(1, len(names))
    order = names[place:] + names[:place]
    return order if round_number % 2 == 0 else order[::-1]


def change(before, after, again, tolerance):
    """What became of a scenario between two builds: a ratio, and whether noise explains it.

    `again` are further runs of the first build, which tell what noise is here. A change counts if
    it is larger than the tolerance and than twice what the first build differs from itself.
    """
    found, noise = ratio(after, before), ratio(again, before)
    if found is None or noise is None:
        return {"verdict": "failed", "ratio": found, "noise": noise}
    limit = max(tolerance, 2 * abs(noise["median"] - 1), 2 * noise["spread"])
    verdict_of = "same"
    if found["median"] > 1 + limit:
        verdict_of = "slower"
    elif found["median"] < 1 / (1 + limit):
        verdict_of = "faster"
    return {"verdict": verdict_of, "ratio": found, "noise": noise, "limit": limit}
