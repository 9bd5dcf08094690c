"""The command line of ``panmunjom``: one verb a command. Imports here are light, so that ``--help`` is there at once."""

from __future__ import annotations

import argparse

from .. import __version__

_EPILOG = """examples:
  panmunjom run ukraine                                  the whole argument: endings, verdicts, a report
  panmunjom run ukraine --view pooled --futures 100000   one view, more futures
  panmunjom run ukraine --view fox --do "usa_stops at 2025-06-01"
  panmunjom new my-war && panmunjom run my-war           a small case of your own
  panmunjom check my-war                                 what is wrong with it, line by line
  panmunjom read article.html                            what an article claims: figures, dates, conditions
"""

_READ_EPILOG = """examples:
  panmunjom read article.txt
  panmunjom read report.pdf --date 2024-11-14 --source report --yaml
  panmunjom read *.html --jsonl > claims.jsonl
  panmunjom read article.txt --model http://localhost:8080/v1

Text, HTML, PDF and DOCX in English and German. PDF and HTML need: pip install 'panmunjom[read]'
Nothing is sent anywhere, unless --model names an address. A key for it is taken from PANMUNJOM_MODEL_KEY.
exit status: 0 done, 1 a file or the call is wrong (the other files are read all the same), 130 stopped by Ctrl-C.
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
    run.add_argument(
        "--seed", type=_seed, default=1, metavar="N", help="seed of all random numbers (default 1)"
    )
    run.add_argument("--until", metavar="DATE", help="horizon (default: five years after the view's start)")
    run.add_argument("--as-of", metavar="DATE", help="use only what was known by that day")
    run.add_argument(
        "--set",
        action="append",
        default=[],
        metavar="PARAMETER=FIGURE",
        help="set a parameter or a switch in every view",
    )
    run.add_argument(
        "--do",
        action="append",
        default=[],
        metavar='"EVENT at DATE"',
        help="force an event, or change a parameter, on a date",
    )
    run.add_argument(
        "--documents", metavar="FOLDER", help="where the documents lie: the report then quotes the passages"
    )
    run.add_argument(
        "--out", metavar="FOLDER", help="where to save the run (default: runs/CASE/... in this folder)"
    )
    run.add_argument(
        "--json", action="store_true", help="print one JSON object and nothing else on standard output"
    )

    check = verbs.add_parser("check", help="load and check a case without running it")
    check.add_argument("case", help="a shipped case or a folder")
    check.add_argument(
        "--documents", metavar="FOLDER", help="verify the claims' passages in the documents there"
    )
    check.add_argument("--json", action="store_true", help="print the problems as JSON")

    read = verbs.add_parser(
        "read",
        help="read documents: propose the claims that they make",
        epilog=_READ_EPILOG,
        formatter_class=style,
    )
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

    new = verbs.add_parser("new", help="write a small case that runs")
    new.add_argument("folder", help="a folder that does not exist yet, or is empty")

    cases = verbs.add_parser("cases", help="list the cases that ship with the program")
    cases.add_argument("--json", action="store_true", help="print them as JSON")
    return top


def _count(text: str) -> int:
    try:
        number = int(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"'{text}' is not a whole number") from None
    if not 16 <= number <= 10_000_000:
        raise argparse.ArgumentTypeError("the number of futures must lie between 16 and 10,000,000")
    return number


def _seed(text: str) -> int:
    try:
        number = int(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"'{text}' is not a whole number") from None
    if not 0 <= number < 2**64:
        raise argparse.ArgumentTypeError("the seed must lie between 0 and 2^64 - 1")
    return number
