"""The options of ``panmunjom condition``, and its examples."""

from __future__ import annotations

import argparse

TYPE_CHECKING = False
if TYPE_CHECKING:
    Verbs = argparse._SubParsersAction[argparse.ArgumentParser]

_EXAMPLES = """examples:
  panmunjom condition ukraine --start 2023-03-01 --until 2024-08-31
  panmunjom condition ukraine --start 2023-03-01 --until 2024-08-31 --columns
  panmunjom condition ukraine --start 2024-03-01 --until 2024-08-31 --json

Only figures that were known at --until are used. The table says how many futures each month's figures would have left
effective by themselves; where they leave none that moves can repair, the filter has collapsed and there is no posterior.
--columns prints, for each parameter that a stock starts from, the 90% interval of that stock at --until: a dated column.
exit status: 0 done, 1 the filter collapsed or the call is wrong, 2 the call cannot be read, 130 stopped by Ctrl-C.
"""


def add(verbs: Verbs) -> None:
    """Add the command."""
    from .arguments_sbc import between

    verb = verbs.add_parser(
        "condition",
        help="condition the pooled view on observed series up to a date; dated columns for the next start",
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    verb.add_argument("case", help="a shipped case ('panmunjom cases') or a folder")
    verb.add_argument("--start", metavar="DATE", help="where the run begins (default: the case's start)")
    verb.add_argument("--until", metavar="DATE", required=True, help="the last day whose figures are used")
    verb.add_argument(
        "--particles", type=between(128, 1_000_000), default=4096, metavar="N", help="futures (default 4096)"
    )
    verb.add_argument("--seed", type=between(0, 2**32), default=1, metavar="N", help="seed (default 1)")
    verb.add_argument(
        "--columns", action="store_true", help="print the stocks at --until as columns of parameters"
    )
    verb.add_argument("--json", action="store_true", help="print one JSON object and nothing else")
