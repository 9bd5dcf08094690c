"""Worlds of any size, made by a seeded script: values over stocks with the formulas that worlds are made of, and events.

A pure number that stays between 0 and 10 is kept in every stock, so that a world of any size runs for ten years without
leaving what numbers can hold.
"""

from __future__ import annotations

import random

EVENT_EVERY = 25  # values for each event
STOCK_EVERY = 4  # values for each stock


def world(values: int, seed: int = 1) -> str:
    """The YAML text of a world with so many values, a stock for every four and an event for every twenty-five."""
    choose = random.Random(seed)
    stocks, events = max(2, values // STOCK_EVERY), max(1, values // EVENT_EVERY)
    lines = ["parameters:"]
    lines += [
        f"  p{k}: {{assume: {choose.uniform(0.2, 0.8):.3f}..{choose.uniform(0.9, 2):.3f}}}"
        for k in range(stocks)
    ]
    lines += [f"  pace{k}: {{unit: 1/day, assume: 0.001..0.02}}" for k in range(stocks)]
    lines += [f"  chance{k}: {{unit: 1/day, assume: 0.0005..0.004}}" for k in range(events)]
    lines.append("values:")
    lines += [f'  v{k}: {{is: "{_formula(k, stocks, events, choose)}"}}' for k in range(values)]
    lines.append("stocks:")
    for k in range(stocks):
        own = k * STOCK_EVERY
        pull = " + ".join(f"v{min(values - 1, own + i)}" for i in range(STOCK_EVERY))
        lines.append(
            f'  s{k}: {{start: p{k}, in: "pace{k} * min({pull}, 10)", out: pace{k} * s{k} * (1 + s{k})}}'
        )
    lines.append("events:")
    for k in range(events):
        stock, value = choose.randrange(stocks), choose.randrange(values)
        lines.append(f"  e{k}:")
        lines.append(f"    rate: chance{k} * min(v{value}, 5)")
        if k % 2:
            lines += [f"    when: not e{k}", f"    until: held(e{k}, {choose.randrange(3, 20)} months)"]
        lines.append(f"    take: {{s{stock}: 0.2}}")
    lines += ["endings:", f"  low: s0 + s{stocks - 1} < 0.05", "  goes_on: {at_horizon: true}"]
    return "\n".join(lines) + "\n"


def _formula(k: int, stocks: int, events: int, choose: random.Random) -> str:
    """One value: of stocks, parameters, earlier values and events. Every formula is positive and at most about 10."""

    def stock() -> str:
        return f"s{choose.randrange(stocks)}"

    def other() -> str:
        return f"v{choose.randrange(max(0, k - 40), k)}" if k else stock()

    p = f"p{choose.randrange(stocks)}"
    forms = (
        lambda: f"{p} * {stock()} * {stock()} / (1 + {stock()})",
        lambda: f"{stock()} / ({p} + {other()})",
        lambda: f"min({other()}, {p} + {stock()})",
        lambda: f"max({p} * {stock()}, 0.5 * {other()})",
        lambda: f"exp(-{p} * {other()})",
        lambda: f"if({stock()} > {stock()}, {p}, 0.5 * {other()})",
        lambda: f"if(e{choose.randrange(events)}, 0.5, 1) * {p} * {stock()}",
        lambda: f"{p} * {stock()} + 0.3 * {stock()} - 0.1 * {p} * {stock()}",
        lambda: f"clip({other()} - {p} * {stock()}, 0, 4)",
        lambda: f"0.25 * ({stock()} + {stock()} + {other()} + {p})",
    )
    return choose.choice(forms)()
