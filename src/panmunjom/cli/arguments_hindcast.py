"""The options and the examples of ``panmunjom hindcast``."""

from __future__ import annotations

import argparse

TYPE_CHECKING = False  # as typing has it, whose import takes longer than all of this
if TYPE_CHECKING:
    Verbs = argparse._SubParsersAction[argparse.ArgumentParser]

EXAMPLES = """examples:
  panmunjom hindcast ukraine --from 2022-04 --to 2025-06 --every month
  panmunjom hindcast ukraine --from 2023-01 --to 2024-12 --every quarter --particles 1024
  panmunjom hindcast ukraine --from 2022-04 --to 2025-12 --data ~/data --out later    with later months, read from files
  panmunjom hindcast ukraine --from 2022-04 --to 2025-06 --json > skill.json

From the end of each month the model is conditioned on what was known by then and looks 1, 3, 6, 12 and 24 months ahead. What it
said is scored against what came, beside persistence, a random walk with drift and the base rate of past wars. The same command
on the same folder goes on where it was stopped.
exit status: 0 done, 1 the case, the data or the call is wrong, 2 the call cannot be read, 130 stopped by Ctrl-C (what is
finished is kept).
"""


def add(verbs: Verbs) -> None:
    """Add the command."""
    verb = verbs.add_parser(
        "hindcast",
        help="run the model as of every month, condition it on what was known, and score it against what came",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    verb.add_argument("case", help="a shipped case ('panmunjom cases') or a folder")
    verb.add_argument(
        "--from",
        dest="first",
        default="2022-04",
        metavar="MONTH",
        help="the first origin, as 2022-04 (default)",
    )
    verb.add_argument(
        "--to",
        dest="last",
        metavar="MONTH",
        help="the last origin (default: the last month that was observed)",
    )
    verb.add_argument(
        "--every",
        default="month",
        metavar="STEP",
        help="month (default), quarter, half-year, year or '2 months'",
    )
    verb.add_argument("--data", metavar="FOLDER", help="a folder with later months of the case's series")
    verb.add_argument(
        "--particles",
        type=_particles,
        default=4096,
        metavar="N",
        help="futures that are conditioned (default 4096)",
    )
    verb.add_argument(
        "--seed", type=_seed, default=1, metavar="N", help="seed of all random numbers (default 1)"
    )
    verb.add_argument(
        "--out", metavar="FOLDER", help="where origins and the page are kept (default: runs/CASE/hindcast)"
    )
    verb.add_argument(
        "--json", action="store_true", help="print one JSON object and nothing else on standard output"
    )


def _particles(text: str) -> int:
    return _whole(text, 64, 1_000_000, "the number of particles")


def _seed(text: str) -> int:
    return _whole(text, 0, 2**64 - 1, "the seed")


def _whole(text: str, least: int, most: int, what: str) -> int:
    if not (text.isascii() and text.isdigit()):
        raise argparse.ArgumentTypeError(f"{text[:40]!a} is not a whole number")
    if not least <= int(text[:30]) <= most:
        raise argparse.ArgumentTypeError(f"{what} must lie between {least:,} and {most:,}")
    return int(text)
