"""The command line of ``panmunjom describe``."""

from __future__ import annotations

import argparse

from .options import count, seed

TYPE_CHECKING = False  # as typing has it, whose import takes longer than all of this
if TYPE_CHECKING:
    Verbs = argparse._SubParsersAction[argparse.ArgumentParser]

EXAMPLES = """examples:
  panmunjom describe ukraine                     every mechanism of the world, run with and without its turn
  panmunjom describe ukraine --rows 1,7-9        some of them, by number or name
  panmunjom describe ukraine --quick             nothing is run: mechanisms, files, how many of everything
  panmunjom describe ukraine --out world.html    a page: mechanisms, diagrams, equations, parameters, sources
  panmunjom describe ukraine --out world.md --quick
  panmunjom describe ukraine --extremes          from every start date, with each switch turned: endings that are
                                                 nearly impossible or certain, and what makes them so

A mechanism moves its result where the difference, with the same parameters and luck, exceeds three paired standard
errors: of 1,000 mechanisms without any effect, 4 or 5 would be shown as moving in the stated direction.
--json: mechanisms (row, name, file, switch, result, from, to, se, endings; id, sources, parts, unit, after, moves,
verdict, met), equations, stocks, parameters, switches, events, decisions, tables, endings, sources, files.
exit status: 0 done (whatever the verdicts), 1 the case or the call is wrong, 130 stopped by Ctrl-C: what was run is kept.
"""


def add(verbs: Verbs) -> None:
    """The command and its options."""
    verb = verbs.add_parser(
        "describe",
        help="read a world: its mechanisms, each run with and without it, equations, parameters, diagrams",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    verb.add_argument("case", help="a shipped case ('panmunjom cases') or a folder")
    verb.add_argument("--rows", metavar="ROWS", help="mechanisms by number or name, as in 5,6 or 1-4,held_land")
    verb.add_argument("--quick", action="store_true", help="run nothing")
    verb.add_argument("--extremes", action="store_true", help="look for endings outside 0.1%% to 90%% instead")
    verb.add_argument("--futures", type=count, default=4_096, metavar="N", help="futures for each run (default 4096)")
    verb.add_argument("--seed", type=seed, default=1, metavar="N", help="seed of all random numbers (default 1)")
    verb.add_argument("--out", metavar="FILE", help="write it to FILE.html or FILE.md")
    verb.add_argument("--json", action="store_true", help="print one JSON object and nothing else")
