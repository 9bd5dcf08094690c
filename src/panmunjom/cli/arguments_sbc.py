"""The options of ``panmunjom sbc``, and its examples."""

from __future__ import annotations

import argparse

TYPE_CHECKING = False
if TYPE_CHECKING:
    Verbs = argparse._SubParsersAction[argparse.ArgumentParser]

_EXAMPLES = """examples:
  panmunjom sbc ukraine                             200 synthetic wars, half a year of figures each
  panmunjom sbc ukraine --wars 400 --months 12 --particles 4096
  panmunjom sbc ukraine --start 2023-03-01 --months 6
  panmunjom sbc my-war --wars 100 --json

Each war is drawn from the view with its own parameters and luck, observed as the case observes, and conditioned on. Where
that is done right, the truth's rank among the posterior's draws is uniform. Ctrl-C keeps the wars that are done; the same
call goes on with them.
exit status: 0 uniform, 1 not uniform or too many filters collapsed (or the call is wrong), 2 the call cannot be read,
130 stopped by Ctrl-C.
"""


def add(verbs: Verbs) -> None:
    """Add the command."""
    verb = verbs.add_parser(
        "sbc",
        help="check the calibration to data by simulation: are truths found again as often as they should be?",
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    verb.add_argument("case", help="a shipped case ('panmunjom cases') or a folder")
    verb.add_argument(
        "--wars", type=between(20, 10_000), default=200, metavar="N", help="how many wars (default 200)"
    )
    verb.add_argument(
        "--particles",
        type=between(128, 1_000_000),
        default=1024,
        metavar="N",
        help="futures of each filter (default 1024)",
    )
    verb.add_argument(
        "--months", type=between(1, 120), default=6, metavar="N", help="months of figures (default 6)"
    )
    verb.add_argument("--view", default="pooled", metavar="VIEW", help="the view (default: pooled)")
    verb.add_argument(
        "--start",
        metavar="DATE",
        help="where the wars begin (default: so many months before the last figure; a view of a document has its own)",
    )
    verb.add_argument("--seed", type=between(0, 2**32), default=1, metavar="N", help="seed (default 1)")
    verb.add_argument(
        "--processes", type=between(1, 256), metavar="N", help="wars at once (default: one a processor)"
    )
    verb.add_argument(
        "--out", metavar="FOLDER", help="where wars and page are kept (default: a folder under runs/CASE)"
    )
    verb.add_argument("--json", action="store_true", help="print one JSON object and nothing else")


def between(least: int, most: int) -> type:
    """A whole number from an option, within limits."""

    def whole(text: str) -> int:
        try:
            number = int(text)
        except ValueError:
            raise argparse.ArgumentTypeError(f"{text[:40]!a} is not a whole number") from None
        if not least <= number <= most:
            raise argparse.ArgumentTypeError(f"it must lie between {least} and {most:,}")
        return number

    return whole  # type: ignore[return-value]
