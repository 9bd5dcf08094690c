"""The command line of ``panmunjom compare``."""

from __future__ import annotations

import argparse

from . import options as shared

EXAMPLES = """examples:
  panmunjom compare ukraine                               its views from one common start to one end
  panmunjom compare ukraine --view fox --view pooled      two of them, and what makes the difference
  panmunjom compare ukraine:fox ukraine:pooled@2024-11-14 --of armistice_bare --out page.html
  panmunjom compare ukraine my-war                        two cases, over the dates that they share

A column is CASE, CASE:VIEW or CASE:VIEW@DATE; with a date, that is where the comparison starts. The first column is the
reference against which differences are marked. Two views of one world have the same luck: their errors are paired, and
each parameter and switch is swapped from the first to the second to see what makes the difference (Shapley values).
exit status: 0 done, 1 the case or the call is wrong, 2 the call cannot be read, 130 stopped by Ctrl-C (what is finished
is shown).
"""


def add(verbs: shared.Verbs) -> None:
    """Add the command."""
    about = "set views and cases side by side over the same dates, and say what makes two views differ"
    verb = verbs.add_parser(
        "compare", help=about, epilog=EXAMPLES, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    verb.add_argument("cases", nargs="+", metavar="CASE", help="CASE, CASE:VIEW or CASE:VIEW@DATE")
    verb.add_argument(
        "--view", action="append", default=[], metavar="VIEW", help="views of a case that is named without one"
    )
    verb.add_argument("--start", metavar="DATE", help="common start (default: the latest of the views' own)")
    verb.add_argument(
        "--of", metavar="ENDING-or-QUESTION", default="", help="whose difference is explained (default: the largest)"
    )
    verb.add_argument(
        "--futures", type=shared.count, default=16_384, metavar="N", help="futures for each column (default 16384)"
    )
    verb.add_argument(
        "--swap-futures",
        type=_swaps,
        default=2_048,
        metavar="N",
        help="futures for each mixture of two views; 0: do not explain the difference (default 2048)",
    )
    verb.add_argument("--no-theories", action="store_true", help="leave out the range over the theories")
    shared.what_is_run(verb)
    verb.add_argument("--out", metavar="FILE", help="also write a page to FILE")
    verb.add_argument("--json", action="store_true", help="print one JSON object and nothing else")


def _swaps(text: str) -> int:
    return 0 if text == "0" else shared.count(text)
