"""The command line of ``panmunjom``: one verb a command. Imports here are light, so that ``--help`` is there at once."""

from __future__ import annotations

import argparse

from .. import __version__
from ..text.schemas import CLAIM_KINDS, KINDS
from . import (
    arguments_compare,
    arguments_condition,
    arguments_describe,
    arguments_diff,
    arguments_forecast,
    arguments_hindcast,
    arguments_rates,
    arguments_sbc,
    examples,
)
from .options import STYLE, case, count, many, number, verb, view, what_is_run

TYPE_CHECKING = False  # as typing has it, whose import takes longer than all of this
if TYPE_CHECKING:
    from .options import Verbs


def parser() -> argparse.ArgumentParser:
    """The command line."""
    top = argparse.ArgumentParser(
        prog="panmunjom",
        description="Run what documents claim about how a war ends: futures, endings, verdicts, scores.",
        epilog=examples.ALL,
        formatter_class=STYLE,
    )
    top.add_argument("--version", action="version", version=f"panmunjom {__version__}")
    verbs = top.add_subparsers(dest="verb", metavar="COMMAND", required=True)

    _add_runs(verbs)
    _add_evidence(verbs)
    for group in (
        arguments_describe,
        arguments_compare,
        arguments_diff,
        arguments_forecast,
        arguments_hindcast,
        arguments_condition,
        arguments_sbc,
        arguments_rates,
    ):
        group.add(verbs)
    _add_cases(verbs)
    return top


def _add_runs(verbs: Verbs) -> None:
    """Commands that run futures."""
    run = verb(verbs, "run", "run a case: endings by view, verdicts, a report", examples.RUN)
    case(run)
    run.add_argument(
        "--view",
        action="append",
        default=[],
        metavar="VIEW",
        help="run this view only (may be given several times)",
    )
    run.add_argument(
        "--futures", type=count, default=16_384, metavar="N", help="futures for each view (default 16384)"
    )
    what_is_run(run)
    run.add_argument(
        "--documents", metavar="FOLDER", help="where the documents lie: the report then quotes the passages"
    )
    run.add_argument(
        "--out", metavar="FOLDER", help="where to save the run (default: runs/CASE/... in this folder)"
    )
    run.add_argument(
        "--json", action="store_true", help="print one JSON object and nothing else on standard output"
    )

    futures = verb(
        verbs,
        "futures",
        "write millions of futures of one view to Parquet or CSV; continues where it was stopped",
        examples.FUTURES,
    )
    case(futures)
    view(futures)
    futures.add_argument(
        "--futures", type=many, default=1_000_000, metavar="N", help="how many (default 1000000)"
    )
    what_is_run(futures)
    futures.add_argument(
        "--out",
        metavar="FOLDER",
        help="where (default: a folder under runs/CASE that the same call finds again)",
    )
    futures.add_argument(
        "--format", choices=("parquet", "csv"), default="parquet", help="of the parts (default parquet)"
    )
    futures.add_argument("--json", action="store_true", help="print the summary as JSON and nothing else")

    why = verb(
        verbs,
        "why",
        "explain a probability: what moves it, what is luck, and who said what behind it",
        examples.WHY,
    )
    case(why)
    why.add_argument("outcome", metavar="ENDING-or-QUESTION", help="its name or its label")
    view(why)
    why.add_argument("--futures", type=count, default=16_384, metavar="N", help="how many (default 16384)")
    why.add_argument(
        "--without",
        action="append",
        default=[],
        metavar="CLAIM",
        help="run again without this claim, with the same luck (may be given several times)",
    )
    what_is_run(why)
    why.add_argument(
        "--documents", metavar="FOLDER", help="where the documents lie: passages are then quoted"
    )
    why.add_argument("--json", action="store_true", help="print one JSON object and nothing else")

    replay = verb(verbs, "replay", "run one future alone and show every step of it", examples.REPLAY)
    case(replay)
    replay.add_argument("--future", type=number, required=True, metavar="N", help="its number, from 0")
    view(replay)
    what_is_run(replay)
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


def _add_evidence(verbs: Verbs) -> None:
    """Commands about claims and documents."""
    claims = verb(
        verbs,
        "claims",
        "list claims, set those about one quantity side by side, accept, reject or edit one",
        examples.CLAIMS,
    )
    case(claims)
    claims.add_argument(
        "--about", metavar="PARAMETER", help="those about a parameter, side by side, with their pool"
    )
    claims.add_argument("--source", metavar="SOURCE", help="those of a source")
    claims.add_argument(
        "--kind", choices=CLAIM_KINDS, metavar="KIND", help=f"one of {', '.join(CLAIM_KINDS)}"
    )
    claims.add_argument("--speaker", metavar="NAME", help="those of a speaker; a part of the name is enough")
    claims.add_argument("--text", metavar="WORDS", help="those that have all these words")
    claims.add_argument(
        "--proposed", action="store_true", help="those that nobody has accepted or rejected yet"
    )
    claims.add_argument(
        "--as-of", metavar="DATE", help="as they were known on that day (default for pools: the case's start)"
    )
    claims.add_argument("--json", action="store_true", help="print one JSON object and nothing else")
    change = claims.add_mutually_exclusive_group()
    change.add_argument("--accept", metavar="ID", help="let a proposed or rejected claim count")
    change.add_argument("--reject", metavar="ID", help="keep a claim in the file and out of every pool")
    change.add_argument(
        "--edit", nargs="+", metavar=("ID", "KEY=VALUE"), help="set entries of a claim, or open it in EDITOR"
    )
    claims.add_argument(
        "--why", default="", metavar="REASON", help="with --reject: the reason, kept in the file"
    )

    read = verb(verbs, "read", "read documents: propose the claims that they make", examples.READ)
    read.add_argument("files", nargs="+", metavar="FILE", help="text, HTML, PDF or DOCX")
    read.add_argument("--date", metavar="DATE", help="day of publication (default: what the document says)")
    read.add_argument("--source", metavar="ID", help="id of the source (default: from the file's name)")
    form = read.add_mutually_exclusive_group()
    form.add_argument("--jsonl", action="store_true", help="one claim a line as JSON")
    form.add_argument("--json", action="store_true", help="one JSON object: documents, claims, problems")
    form.add_argument("--yaml", action="store_true", help="entries for sources.yaml and claims.yaml")
    form.add_argument(
        "--text", action="store_true", help="the text whose characters the claims' places count"
    )
    read.add_argument(
        "--model", metavar="URL", help="let an OpenAI-compatible endpoint of yours propose claims too"
    )
    read.add_argument("--model-name", metavar="NAME", default="default", help="the model to ask for there")

    test = verb(
        verbs,
        "test",
        "put an article to the test: its figures beside others', and whether its conclusions follow",
        examples.TEST,
    )
    test.add_argument("article", metavar="ARTICLE", help="text, HTML, PDF or DOCX")
    test.add_argument("--case", default="ukraine", help="a shipped case or a folder (default: ukraine)")
    test.add_argument("--date", metavar="DATE", help="day of publication (default: what the document says)")
    test.add_argument("--yes", action="store_true", help="ask nothing: use what was matched as it is")
    told = "write what was read to this file; where it exists, read it back mended"
    test.add_argument("--proposals", metavar="FILE", help=told)
    test.add_argument(
        "--reported", action="store_true", help="use what the document reports others as saying, too"
    )
    test.add_argument("--out", metavar="FILE", help="the page (default: ARTICLE-test.html in this folder)")
    test.add_argument(
        "--futures", type=count, default=8_192, metavar="N", help="futures for each view (default 8192)"
    )
    test.add_argument("--json", action="store_true", help="print the page's record as JSON and nothing else")


def _add_cases(verbs: Verbs) -> None:
    """Commands about the files of a case."""
    check = verb(verbs, "check", "load and check a case without running it", examples.CHECK)
    case(check)
    check.add_argument(
        "--documents", metavar="FOLDER", help="verify the claims' passages in the documents there"
    )
    check.add_argument(
        "--draft",
        action="store_true",
        help="units that do not fit are warnings: write first, put the units later",
    )
    check.add_argument(
        "--step",
        action="store_true",
        help="run the pooled view with the case's step and the next smaller one (7, 3, 1 days) and compare endings",
    )
    check.add_argument(
        "--futures", type=count, default=16_384, metavar="N", help="futures for --step (default 16384)"
    )
    check.add_argument("--json", action="store_true", help="print the problems as JSON")

    new = verb(verbs, "new", "write a small case that runs")
    new.add_argument("folder", help="a folder that does not exist yet, or is empty")

    cases = verb(verbs, "cases", "list the cases that ship with the program")
    cases.add_argument("--json", action="store_true", help="print them as JSON")

    schema = verb(
        verbs,
        "schema",
        "list the JSON Schemas with which an editor completes and checks a case's files, or print one",
        examples.SCHEMA,
    )
    schema.add_argument(
        "kind", nargs="?", choices=[*KINDS], metavar="KIND", help=f"print one of {', '.join(KINDS)}"
    )
    schema.add_argument(
        "--json", action="store_true", help="print the list as the setting 'yaml.schemas' of VS Code"
    )
