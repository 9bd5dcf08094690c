"""``make bench``: the same worlds through Panmunjom and its peers, in one go, and how the ratios stand to the bars.

    python -m bench [--only attrition,chance,large,ukraine,compile,command,roofline] [--history]

Every peer is first compared with Panmunjom on the same parameter points, then timed; the best of three runs in turn
counts. Figures of different runs cannot be compared, ratios within one can.
"""

from __future__ import annotations

import argparse
import sys

from . import counting, history, machine, roofline, running, timing, worlds
from .running import Result

PARTS = ("attrition", "chance", "large", "ukraine", "compile", "command", "roofline")
C_PEERS = [("C in blocks", "c_peer.blocks"), ("C one by one", "c_peer.one_by_one")]
PEERS = {
    "attrition": [
        *C_PEERS,
        ("Numba", "numba_peer.prepare"),
        ("JAX", "jax_peer.one_device"),
        ("JAX, a device a core", "jax_peer.all_devices"),
        ("NumPy", "numpy_peer.prepare"),
        ("EMA Workbench", "ema_peer.sequential"),
        ("EMA Workbench, processes", "ema_peer.multiprocessing"),
        ("PySD", "pysd_peer.prepare"),
    ],
    "chance": [*C_PEERS, ("NumPy, its Generator", "numpy_peer.prepare")],
    "large500": [C_PEERS[0]],
    "ukraine": [C_PEERS[0]],
}
# (model, peers of which the fastest counts, Panmunjom's rate is to be at least so many times theirs)
BARS = [
    ("attrition", ("C in blocks", "C one by one"), 0.9),
    ("attrition", ("C one by one",), 3.0),
    ("attrition", ("JAX", "JAX, a device a core"), 5.0),
    ("attrition", ("NumPy",), 15.0),
    ("attrition", ("EMA Workbench, processes",), 500.0),
    ("attrition", ("PySD",), 8000.0),
    ("chance", ("NumPy, its Generator",), 30.0),
]
UPDATES_BAR = 2.5e9  # values a second on larger worlds


def main() -> int:
    """Run the parts that are asked for; 0 unless an argument is wrong. Bars missed are words, not failures."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--only", default="", help=f"parts, with commas between them: {', '.join(PARTS)}")
    parser.add_argument("--history", action="store_true", help="add a row to bench/history.md")
    given = parser.parse_args()
    parts = [p for p in given.only.split(",") if p] or list(PARTS)
    if unknown := [p for p in parts if p not in PARTS]:
        parser.error(f"there is no part {', '.join(unknown)}; parts are {', '.join(PARTS)}")
    print(f"{machine.processor()}, {machine.cores()} cores\n")
    row = history.Row()
    for name in ("attrition", "chance", "large500", "ukraine"):
        if name.rstrip("0123456789") in parts:
            compare(name, row)
    if "roofline" in parts:
        print(roofline.report(row.rates.get("attrition", 0.0)) + "\n")
    if "compile" in parts:
        show_times("Compile, seconds (imports of llvmlite not counted)", timing.compiling(), row)
    if "command" in parts:
        show_times("The whole process from the shell, seconds", timing.commands(), row)
    if given.history:
        print(f"a row was added to {history.add(row)}")
    return 0


def compare(name: str, row: history.Row) -> None:
    """One world through Panmunjom and its peers."""
    print(f"{name}:", file=sys.stderr)
    results = running.compare(name, [("Panmunjom", "panmunjom_peer.prepare"), *PEERS[name]])
    ours = results[0]
    if ours.missing:
        print(f"{name}: Panmunjom {ours.missing}\n")
        return
    graph, steps = worlds.load(name).graph, worlds.load(name).plan.count
    print(f"{name}: {steps:,} steps, {len(graph.stocks)} stocks, {len(graph.events)} events")
    print(f"  {'':<26}{'futures/s':>12}{'ratio':>10}   agrees, and how it was run")
    for result in results:
        print("  " + line(result, ours))
    for model, peers, bar in BARS:
        if model == name:
            print("  " + judge(results, ours, peers, bar, row))
    row.rates[name] = ours.rate
    counts = counting.updates(graph)
    total = sum(counts.values())
    rate = total * steps * ours.rate
    row.updates[name] = rate
    words = ", ".join(f"{n} {what}" for what, n in counts.items() if n)
    print(f"  {total} values a step ({words}): {rate:.2e} updates/s", end="")
    print(f"; bar {UPDATES_BAR:.1e}: {verdict(rate >= UPDATES_BAR)}\n" if len(graph.events) > 1 else "\n")


def line(result: Result, ours: Result) -> str:
    """One row of the table."""
    if result.missing:
        return f"{result.title:<26}{'skipped':>12}{'':>10}   {result.missing}"
    ratio = "1" if result is ours else number(ours.rate / result.rate)
    how = "; ".join(x for x in (result.agreement if result is not ours else "", result.note) if x)
    return f"{result.title:<26}{number(result.rate):>12}{ratio:>10}   {how}"


def judge(results: list[Result], ours: Result, peers: tuple[str, ...], bar: float, row: history.Row) -> str:
    """A bar in words."""
    found = [r for r in results if r.title in peers and not r.missing]
    if not found:
        return f"bar {number(bar)} x {peers[0]}: not judged, it was skipped"
    best = max(found, key=lambda r: r.rate)
    ratio = ours.rate / best.rate
    row.ratios[peers[0]] = ratio
    return f"bar {number(bar)} x {best.title}: {number(ratio)}, {verdict(ratio >= bar)}"


def show_times(title: str, times: list[timing.Time], row: history.Row) -> None:
    """Times with their bars."""
    print(title)
    for time in times:
        if time.seconds is None:
            print(f"  {time.name:<44} skipped: {time.note}")
            continue
        row.times[time.name] = time.seconds
        print(
            f"  {time.name:<44}{time.seconds:>8.3f}   bar {time.bar:g}: {verdict(time.seconds <= time.bar)}"
        )
    print()


def number(value: float) -> str:
    """Three figures, thousands apart."""
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


def verdict(met: bool) -> str:
    """A bar met or missed."""
    return "met" if met else "missed"


if __name__ == "__main__":
    sys.exit(main())
