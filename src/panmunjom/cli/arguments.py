"""The command line of ``panmunjom``: one verb a command. Imports here are light, so that ``--help`` is there at once."""

from __future__ import annotations

import argparse

from .. import __version__
from ..text.schemas import KINDS

_EPILOG = """examples:
  panmunjom run ukraine                                  the whole argument: endings, verdicts, a report
  panmunjom run ukraine --view pooled --futures 100000   one view, more futures
  panmunjom run ukraine --view fox --do "usa_stops at 2025-06-01"
  panmunjom new my-war && panmunjom run my-war           a small case of your own
  panmunjom check my-war                                 what is wrong with it, line by line
"""

_RUN_EPILOG = """examples:
  panmunjom run ukraine
  panmunjom run ukraine --view pooled@2022-04-01 --until 2025-04-01
  panmunjom run ukraine --view pooled --set "aid_level=1 to 2" --json
  panmunjom run ukraine --view pooled --do "ceasefire at 2025-06-01"
  panmunjom run ukraine --as-of 2023-01-01                only what was known by then

views: those in the case's folder 'views', 'pooled' (the case's default date) and 'pooled@DATE'.
exit status: 0 done, 1 the case or the call is wrong, 2 the call cannot be read, 130 stopped by Ctrl-C.
"""

_CHECK_EPILOG = """examples:
  panmunjom check ukraine
  panmunjom check my-war --documents ~/articles          are the passages in the documents to the letter?
  panmunjom check my-war --step                          does a shorter step change the endings?

exit status: 0 no errors, 1 errors, 2 the call cannot be read.
"""


_FUTURES_EPILOG = """examples:
  panmunjom futures ukraine                              a million futures of the pooled view, to runs/ukraine/
  panmunjom futures ukraine --view fox --futures 10000000 --out fox
  panmunjom futures my-war --format csv                  without pyarrow (pip install 'panmunjom[data]')

The same command on the same folder continues after Ctrl-C, a crash or a full disk, with the same result.
exit status: 0 done, 1 an error, or over 5% of the futures stopped being finite, 130 stopped by Ctrl-C (the rest is kept).
"""

_REPLAY_EPILOG = """examples:
  panmunjom replay ukraine --future 17                   the same future 17 as in a run with the same options
  panmunjom replay ukraine --future 17 --columns "men[russia],men[ukraine]"
  panmunjom replay ukraine --future 17 --plain --out 17.csv

Where the future stopped being finite, it says which variable broke, when, and what went into it.
"""

_WHY_EPILOG = """examples:
  panmunjom why ukraine armistice_bare                   what moves it, what is luck, who said what behind it
  panmunjom why ukraine "bare armistice" --view fox --documents ~/articles
  panmunjom why ukraine nuclear_used --without fox-12 --without fox-13

A share is of the variance of the outcome, which a future has or has not; its interval is 95%. What is not above the
noise, as parameters show it that nothing reads, is not listed. Shares are from the first 16384 futures.
--json: ending or question, label, p, se; figures and luck (shares that add up to 1; luck.differ: how many futures end
otherwise with other luck); floor; parameters (share, low, high, lower_third, upper_third, from, used, claims with
place, sha256, speaker and, with --documents, quote); claimed (where the first have none, the largest with claims);
fixed (by claims, at one figure); together (correlated: shares overlap); assumptions (no claim behind them, largest
first); theories (low, high, turned); without (parameters, outcomes).
exit status: 0 done, 1 the case or the call is wrong, 2 the call cannot be read, 130 stopped by Ctrl-C.
"""

_SCHEMA_EPILOG = """examples:
  panmunjom schema                        which schema belongs to which files, and the line to put into a file
  panmunjom schema world > world.json     a copy of your own
  panmunjom schema --json                 for the settings of VS Code's YAML extension
"""


def parser() -> argparse.ArgumentParser:
    """The command line."""
    style = argparse.RawDescriptionHelpFormatter
    top = argparse.ArgumentParser(
        prog="panmunjom",
        description="Run what documents claim about how a war ends: futures, endings, verdicts, scores.",
        epilog=_EPILOG,
        formatter_class=style,
    )
    top.add_argument("--version", action="version", version=f"panmunjom {__version__}")
    verbs = top.add_subparsers(dest="verb", metavar="COMMAND", required=True)

    run = verbs.add_parser(
        "run",
        help="run a case: endings by view, verdicts, a report",
        epilog=_RUN_EPILOG,
        formatter_class=style,
    )
    run.add_argument("case", help="a shipped case ('panmunjom cases') or a folder")
    run.add_argument(
        "--view",
        action="append",
        default=[],
        metavar="VIEW",
        help="run this view only (may be given several times)",
    )
    run.add_argument(
        "--futures", type=_count, default=16_384, metavar="N", help="futures for each view (default 16384)"
    )
    _what_is_run(run)
    run.add_argument(
        "--documents", metavar="FOLDER", help="where the documents lie: the report then quotes the passages"
    )
    run.add_argument(
        "--out", metavar="FOLDER", help="where to save the run (default: runs/CASE/... in this folder)"
    )
    run.add_argument(
        "--json", action="store_true", help="print one JSON object and nothing else on standard output"
    )

    futures = verbs.add_parser(
        "futures",
        help="write millions of futures of one view to Parquet or CSV; continues where it was stopped",
        epilog=_FUTURES_EPILOG,
        formatter_class=style,
    )
    futures.add_argument("case", help="a shipped case or a folder")
    futures.add_argument("--view", default="pooled", metavar="VIEW", help="the view (default: pooled)")
    futures.add_argument(
        "--futures", type=_many, default=1_000_000, metavar="N", help="how many (default 1000000)"
    )
    _what_is_run(futures)
    futures.add_argument(
        "--out",
        metavar="FOLDER",
        help="where (default: a folder under runs/CASE that the same call finds again)",
    )
    futures.add_argument(
        "--format", choices=("parquet", "csv"), default="parquet", help="of the parts (default parquet)"
    )
    futures.add_argument("--json", action="store_true", help="print the summary as JSON and nothing else")

    why = verbs.add_parser(
        "why",
        help="explain a probability: what moves it, what is luck, and who said what behind it",
        epilog=_WHY_EPILOG,
        formatter_class=style,
    )
    why.add_argument("case", help="a shipped case or a folder")
    why.add_argument("outcome", metavar="ENDING-or-QUESTION", help="its name or its label")
    why.add_argument("--view", default="pooled", metavar="VIEW", help="the view (default: pooled)")
    why.add_argument("--futures", type=_count, default=16_384, metavar="N", help="how many (default 16384)")
    why.add_argument(
        "--without",
        action="append",
        default=[],
        metavar="CLAIM",
        help="run again without this claim, with the same luck (may be given several times)",
    )
    _what_is_run(why)
    why.add_argument("--documents", metavar="FOLDER", help="where the documents lie: passages are then quoted")
    why.add_argument("--json", action="store_true", help="print one JSON object and nothing else")

    replay = verbs.add_parser(
        "replay",
        help="run one future alone and show every step of it",
        epilog=_REPLAY_EPILOG,
        formatter_class=style,
    )
    replay.add_argument("case", help="a shipped case or a folder")
    replay.add_argument("--future", type=_number, required=True, metavar="N", help="its number, from 0")
    replay.add_argument("--view", default="pooled", metavar="VIEW", help="the view (default: pooled)")
    _what_is_run(replay)
    replay.add_argument(
        "--plain",
        action="store_true",
        help="in the plain evaluator, compared with the compiled one to the bit",
    )
    replay.add_argument(
        "--columns",
        metavar="NAMES",
        help="what to show, as in men[russia],stores (default: what the world shows)",
    )
    replay.add_argument("--out", metavar="FILE", help="write every step and column to FILE.csv or FILE.json")
    replay.add_argument("--json", action="store_true", help="print every step as JSON and nothing else")

    check = verbs.add_parser(
        "check",
        help="load and check a case without running it",
        epilog=_CHECK_EPILOG,
        formatter_class=style,
    )
    check.add_argument("case", help="a shipped case or a folder")
    check.add_argument(
        "--documents", metavar="FOLDER", help="verify the claims' passages in the documents there"
    )
    check.add_argument(
        "--draft", action="store_true", help="units that do not fit are warnings: write first, put the units later"
    )
    check.add_argument(
        "--step",
        action="store_true",
        help="run the pooled view with the case's step and the next smaller one (7, 3, 1 days) and compare endings",
    )
    check.add_argument(
        "--futures", type=_count, default=16_384, metavar="N", help="futures for --step (default 16384)"
    )
    check.add_argument("--json", action="store_true", help="print the problems as JSON")

    new = verbs.add_parser("new", help="write a small case that runs")
    new.add_argument("folder", help="a folder that does not exist yet, or is empty")

    cases = verbs.add_parser("cases", help="list the cases that ship with the program")
    cases.add_argument("--json", action="store_true", help="print them as JSON")

    schema = verbs.add_parser(
        "schema",
        help="list the JSON Schemas with which an editor completes and checks a case's files, or print one",
        epilog=_SCHEMA_EPILOG,
        formatter_class=style,
    )
    schema.add_argument(
        "kind", nargs="?", choices=[*KINDS], metavar="KIND", help=f"print one of {', '.join(KINDS)}"
    )
    schema.add_argument(
        "--json", action="store_true", help="print the list as the setting 'yaml.schemas' of VS Code"
    )
    return top


def _what_is_run(verb: argparse.ArgumentParser) -> None:
    """Options that decide which futures there are."""
    verb.add_argument(
        "--seed", type=_seed, default=1, metavar="N", help="seed of all random numbers (default 1)"
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


def _whole(text: str, least: int, most: int, what: str) -> int:
    try:
        number = int(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text[:40]!a} is not a whole number") from None
    if not least <= number <= most:
        end = "2^64 - 1" if most == 2**64 - 1 else f"{most:,}"
        raise argparse.ArgumentTypeError(f"{what} must lie between {least} and {end}")
    return number


def _count(text: str) -> int:
    return _whole(text, 16, 10_000_000, "the number of futures")


def _many(text: str) -> int:
    return _whole(text, 16, 1_000_000_000, "the number of futures")


def _number(text: str) -> int:
    return _whole(text, 0, 10**9, "a future's number")


def _seed(text: str) -> int:
    return _whole(text, 0, 2**64 - 1, "the seed")
