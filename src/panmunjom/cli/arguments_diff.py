"""The command line of ``panmunjom diff``."""

from __future__ import annotations

import argparse

from . import options as shared

EXAMPLES = """examples:
  panmunjom diff my-war                                   the case as it is now against its last saved run
  panmunjom diff runs/my-war/20261101-090000 runs/my-war/20261129-101500
  panmunjom diff runs/my-war/20261101-090000 my-war --view courier --of town_falls --json

A run's folder holds the case as it was (case.zip), so that it can be run again. Each claim, assumption, equation, row of
data and option that has changed is put back alone, with the same luck, to see what it moved; where few move anything, their
shares of the whole are Shapley values.
exit status: 0 done, whether or not anything moved, 1 a case, a run or the call is wrong, 2 the call cannot be read, 130
stopped by Ctrl-C (what is finished is shown).
"""


def add(verbs: shared.Verbs) -> None:
    """Add the command."""
    about = "what moved since a run, and which claim, figure or equation moved it"
    verb = verbs.add_parser(
        "diff", help=about, epilog=EXAMPLES, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    verb.add_argument("then", metavar="RUN", help="a run's folder or run.json; or a case: it is held against its last run")
    verb.add_argument("now", nargs="?", metavar="RUN-or-CASE", help="what it is held against")
    verb.add_argument("--view", metavar="VIEW", default="", help="in which view (default: pooled, if anything moves there)")
    verb.add_argument(
        "--of", metavar="ENDING-or-QUESTION", default="", help="by which the changes are ranked (default: what moved most)"
    )
    verb.add_argument(
        "--futures",
        type=shared.count,
        default=2_048,
        metavar="N",
        help="futures for each change that is put back (default 2048)",
    )
    verb.add_argument("--json", action="store_true", help="print one JSON object and nothing else")
