"""The command line of ``panmunjom rates``."""

from __future__ import annotations

import argparse

TYPE_CHECKING = False  # as typing has it, whose import takes longer than all of this
if TYPE_CHECKING:
    Verbs = argparse._SubParsersAction[argparse.ArgumentParser]

EXAMPLES = """examples:
  panmunjom rates                                    a war 2.7 years old, within a year
  panmunjom rates --age "4 years" --within "6 months"
  panmunjom rates --class all_wars --out rates.html       the survival curves, and the wars behind them
  panmunjom rates --json

classes: all_wars (95 wars between states, 1823 to 2003), since_1946, three_years and four_years (those that span so many
calendar years). A class that is chosen by how long its wars lasted says nothing about a younger war.
exit status: 0 done, 1 the call is wrong, 2 the call cannot be read, 130 stopped by Ctrl-C.
"""


def add(verbs: Verbs) -> None:
    """Add the command."""
    rates = verbs.add_parser(
        "rates",
        help="how often wars of an age end, and how, by reference class: what a forecast has to beat",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    rates.add_argument(
        "--class",
        dest="klass",
        default="since_1946",
        choices=("all_wars", "since_1946", "three_years", "four_years"),
        help="the reference class that is told in full (default since_1946; the others stand beside it)",
    )
    rates.add_argument("--age", default="2.7 years", metavar="TIME", help="how old the war is (default 2.7 years)")
    rates.add_argument("--within", default="12 months", metavar="TIME", help="how far to look (default 12 months)")
    rates.add_argument("--out", metavar="FILE", help="write a page with the survival curves")
    rates.add_argument("--json", action="store_true", help="print one JSON object and nothing else")
