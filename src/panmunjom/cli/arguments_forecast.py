"""Options of ``panmunjom forecast`` and ``panmunjom score``, with their examples."""

from __future__ import annotations

import argparse

TYPE_CHECKING = False  # as typing has it, whose import takes longer than all of this
if TYPE_CHECKING:
    Verbs = argparse._SubParsersAction[argparse.ArgumentParser]

FORECAST = """examples:
  panmunjom forecast ukraine                       today's forecasts of every open question, sealed in forecasts/ukraine.jsonl
  panmunjom forecast ukraine --dry-run             the same, nothing is written
  panmunjom forecast ukraine --view expertnews     by one document's view
  panmunjom forecast ukraine --as-of 2024-11-14    what was known on that day; sealed as a hindcast
  panmunjom forecast my-war --ledger my-forecasts.jsonl

The pooled view starts where the case last says how things stood; --start sets another day. Futures in which an open question was
answered before the day of the forecast are left out. Each line of the ledger is sealed with the one before it: keep it in git.
Sealing the same again on the same day adds nothing. What was dated before it was made is a hindcast and is scored apart.
--json: day, view, start, futures, kept, forecasts (as sealed), families (wordings, spread), past_wars, skipped, sealed,
repeated, ledger.
exit status: 0 done, 1 the case, the ledger or the call is wrong, 2 the call cannot be read, 130 stopped by Ctrl-C.
"""

SCORE = """examples:
  panmunjom score ukraine                                    ours, the documents, baselines, each document's record
  panmunjom score ukraine --crowd market.csv                 beside forecasts of others
  panmunjom score ukraine --ledger mine.jsonl --csv scores.csv
  panmunjom score ukraine --hubverse rows.csv                every forecast, answered or not, as hubverse rows
  panmunjom score ukraine --json

market.csv has the columns question, date, probability; for a choice also option (a row for each), for a number or a date
level and value (a row for each quantile) in place of probability; and forecaster where it holds several.
A forecast of a question whose words or dates were changed since is refused, with the question's line. void, ambiguous and partly
score nothing, nor does what stands only so far. Brier and CRPS: 0 is best. Skill: 1 - score / baseline's score, 90% interval.
--json: counts, forecasters (brier, log, crps, skill, calibration), skill (of our own: family, span, baseline), hindcast_skill,
against_ours, records (each source's statements), rows, problems.
exit status: 0 done, 1 the case, a ledger's line or a crowd's line is wrong, 2 the call cannot be read, 130 stopped by Ctrl-C.
"""


def add(verbs: Verbs) -> None:
    """Add both commands."""
    style = argparse.RawDescriptionHelpFormatter
    made = verbs.add_parser(
        "forecast", help="forecast every open question and seal it in a ledger", epilog=FORECAST, formatter_class=style
    )
    made.add_argument("case", help="a shipped case ('panmunjom cases') or a folder")
    made.add_argument("--view", default="pooled", metavar="VIEW", help="the view (default: pooled)")
    made.add_argument("--start", metavar="DATE", help="where the pooled view starts (default: the newest day the case tells of)")
    made.add_argument("--as-of", metavar="DATE", help="the day of the forecast (default: today); nothing later is used")
    made.add_argument("--futures", type=_count, default=16_384, metavar="N", help="how many (default 16384)")
    made.add_argument("--seed", type=_seed, default=1, metavar="N", help="of the luck (default 1)")
    where = "where to seal them (default: forecasts.jsonl in the case's folder, or forecasts/CASE.jsonl here)"
    made.add_argument("--ledger", metavar="FILE", help=where)
    made.add_argument("--dry-run", action="store_true", help="seal nothing")
    made.add_argument("--json", action="store_true", help="print one JSON object and nothing else")
    scored = verbs.add_parser(
        "score", help="score what reality has answered: ours, documents, crowds, baselines", epilog=SCORE, formatter_class=style
    )
    scored.add_argument("case", help="a shipped case ('panmunjom cases') or a folder")
    scored.add_argument("--ledger", metavar="FILE", help="our forecasts (default: where 'panmunjom forecast' seals them)")
    others = "forecasts of others, CSV (may be given several times)"
    scored.add_argument("--crowd", action="append", default=[], metavar="FILE", help=others)
    scored.add_argument("--csv", metavar="FILE", help="write every scored forecast as CSV")
    scored.add_argument("--hubverse", metavar="FILE", help="write every forecast as rows of the hubverse's format, CSV")
    scored.add_argument("--json", action="store_true", help="print one JSON object and nothing else")


def _count(text: str) -> int:
    return _whole(text, 16, 10_000_000)


def _seed(text: str) -> int:
    return _whole(text, 0, 2**64 - 1)


def _whole(text: str, least: int, most: int) -> int:
    if not text.isascii() or not text.isdigit() or not least <= int(text[:20]) <= most:
        raise argparse.ArgumentTypeError(f"'{text}' is not a whole number from {least:,} to {most:,}")
    return int(text)
