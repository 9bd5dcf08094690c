"""The command ``panmunjom``. Nothing is imported before ``main``, so that Ctrl-C is caught from the first moment."""

from __future__ import annotations

import sys

TYPE_CHECKING = False  # as typing has it, whose import takes long enough to be interrupted
if TYPE_CHECKING:
    import argparse

# where each command lives: the module beside this one, and its function
VERBS = {
    "run": ("run", "run"), "futures": ("futures", "futures"), "replay": ("replay", "replay"),
    "read": ("read", "read"), "test": ("article", "test"), "claims": ("claims", "claims"), "why": ("why", "explain"),
    "describe": ("describe", "describe_case"), "compare": ("compare", "run"), "diff": ("diff", "run"),
    "forecast": ("forecast", "forecast"), "score": ("score", "score"), "hindcast": ("hindcast", "hindcast"),
    "condition": ("condition", "condition"), "sbc": ("sbc", "sbc"), "rates": ("rates", "rates"),
    "check": ("others", "check"), "new": ("others", "new"), "cases": ("others", "cases"), "schema": ("others", "schema"),
}  # fmt: skip


def main(arguments: list[str] | None = None) -> int:
    """Run the command. Returns the exit status; never lets a traceback of a user's mistake through."""
    try:
        return guarded(arguments)
    except KeyboardInterrupt:
        sys.stderr.write("\nstopped\n")
        return 130


def guarded(arguments: list[str] | None) -> int:
    """The command with everything caught but Ctrl-C."""
    prepare_streams()
    from .arguments import parser

    given = parser().parse_args(arguments)
    from ..text.problems import CaseError
    from . import terminal

    try:
        status = obey(given)
        sys.stdout.flush()  # a full disk or a closed pipe shows here, not when the interpreter ends
        return status
    except CaseError as error:
        return terminal.fail(error)
    except BrokenPipeError:
        drop_output()
        return 141
    except OSError as error:
        from ..text.problems import printable

        name = f"'{error.filename}': " if error.filename else ""
        sys.stderr.write(printable(f"error: {name}{error.strerror or error}") + "\n")
        drop_output()
        return 1


def obey(given: argparse.Namespace) -> int:
    """Do what the verb says; only its own module is imported."""
    from importlib import import_module

    module, function = VERBS[given.verb]
    status: int = getattr(import_module(f".{module}", __package__), function)(given)
    return status


def prepare_streams() -> None:
    """Streams that can be written to: nothing where they are closed, ``?`` for what their encoding lacks."""
    import os

    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if stream is None:
            setattr(sys, name, open(os.devnull, "w", encoding="utf-8"))  # noqa: SIM115
        elif hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")


def drop_output() -> None:
    """Let nothing more be written to standard output, so that the end of the interpreter stays silent."""
    import os

    try:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except (OSError, ValueError):
        pass


if __name__ == "__main__":
    sys.exit(main())
