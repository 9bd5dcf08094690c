"""Options that several commands share, and how their values are read."""

from __future__ import annotations

import argparse

TYPE_CHECKING = False  # as typing has it, whose import takes longer than all of this
if TYPE_CHECKING:
    Verbs = argparse._SubParsersAction[argparse.ArgumentParser]

STYLE = argparse.RawDescriptionHelpFormatter


def verb(verbs: Verbs, name: str, about: str, epilog: str = "") -> argparse.ArgumentParser:
    """Begin a command."""
    return verbs.add_parser(name, help=about, epilog=epilog, formatter_class=STYLE)


def case(verb: argparse.ArgumentParser) -> None:
    """The case that a command is about."""
    verb.add_argument("case", help="a shipped case ('panmunjom cases') or a folder")


def view(verb: argparse.ArgumentParser) -> None:
    """The view that a command runs."""
    verb.add_argument("--view", default="pooled", metavar="VIEW", help="the view (default: pooled)")


def what_is_run(verb: argparse.ArgumentParser) -> None:
    """Options that decide which futures there are."""
    verb.add_argument(
        "--seed", type=seed, default=1, metavar="N", help="seed of all random numbers (default 1)"
    )
    verb.add_argument("--until", metavar="DATE", help="horizon (default: five years after the view's start)")
    verb.add_argument("--as-of", metavar="DATE", help="use only what was known by that day")
    verb.add_argument(
        "--set",
        action="append",
        default=[],
        metavar="PARAMETER=FIGURE",
        help="set a parameter or a switch in every view",
    )
    verb.add_argument(
        "--do",
        action="append",
        default=[],
        metavar='"EVENT at DATE"',
        help="force an event, or change a parameter, on a date",
    )


def whole(text: str, least: int, most: int, what: str) -> int:
    """A whole number between two ends."""
    try:
        number = int(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text[:40]!a} is not a whole number") from None
    if not least <= number <= most:
        end = "2^64 - 1" if most == 2**64 - 1 else f"{most:,}"
        raise argparse.ArgumentTypeError(f"{what} must lie between {least} and {end}")
    return number


def count(text: str) -> int:
    """A number of futures."""
    return whole(text, 16, 10_000_000, "the number of futures")


def many(text: str) -> int:
    """A number of futures that are written to files."""
    return whole(text, 16, 1_000_000_000, "the number of futures")


def number(text: str) -> int:
    """The number of one future."""
    return whole(text, 0, 10**9, "a future's number")


def seed(text: str) -> int:
    """A seed."""
    return whole(text, 0, 2**64 - 1, "the seed")
