"""Run what documents claim about how a war ends as a model.

    >>> import panmunjom
    >>> case = panmunjom.load("ukraine")
    >>> study = panmunjom.run(case, views=["pooled"], futures=4096)
    >>> study.views["pooled@2024-11-14"].ensemble.endings()

``load`` reads and checks a case, ``check`` lists what is wrong with one, ``Model`` builds one in Python, ``run``
makes ensembles of its views, the range over the theories and the verdicts, ``why`` explains one probability, ``compare``
sets views and cases side by side, ``diff`` says what moved since a run. Imports
happen when a name is first used, so that the command starts at once.
"""

from __future__ import annotations

TYPE_CHECKING = False  # what type checkers take for true; the import would cost a tenth of the start

__version__ = "0.1.0"

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date
    from pathlib import Path

    from .analysis.comparing.together import Comparison
    from .analysis.moving.records import Diff
    from .analysis.study import Study, ViewResult
    from .analysis.why import Why
    from .case.model import Model
    from .case.records import Case
    from .futures.ensemble import Ensemble
    from .futures.export import Saved
    from .text.problems import CaseError, Problem

__all__ = [
    "Case",
    "CaseError",
    "Comparison",
    "Diff",
    "Ensemble",
    "Model",
    "Problem",
    "Saved",
    "Study",
    "ViewResult",
    "Why",
    "__version__",
    "check",
    "compare",
    "diff",
    "load",
    "read_futures",
    "report_html",
    "run",
    "why",
    "write_futures",
]

_HOMES = {
    "Case": "case.records",
    "CaseError": "text.problems",
    "Comparison": "analysis.comparing.together",
    "Diff": "analysis.moving.records",
    "Ensemble": "futures.ensemble",
    "Model": "case.model",
    "Problem": "text.problems",
    "Saved": "futures.export",
    "Study": "analysis.study",
    "ViewResult": "analysis.study",
    "Why": "analysis.why",
}


def load(name: str | Path) -> Case:
    """Read and check a case: a shipped one by its name, any other by its folder.

    Raises ``CaseError``, which carries every problem found as a record (``error.problems``).
    """
    from .case.loading import load as load_case

    return load_case(name)


def check(name: str | Path, draft: bool = False) -> list[Problem]:
    """Every problem and warning of a case, without running it; an empty list if there is none.

    In a ``draft`` what is wrong with units is a warning.
    """
    from .case.loading import check as check_case

    return check_case(name, draft)


def run(
    case: Case | str | Path,
    views: Sequence[str] = (),
    futures: int = 16_384,
    seed: int = 1,
    until: date | None = None,
    known_by: date | None = None,
) -> Study:
    """Run views of a case.

    Args:
        case: a loaded case, or what ``load`` takes.
        views: names of views, ``pooled`` or ``pooled@DATE``; none means all of them beside the pooled ones.
        futures: for each view.
        seed: of all random numbers; the same seed gives the same futures, however many there are.
        until: the horizon; the case's own if None.
        known_by: hide claims and assumptions that became known later.

    Returns:
        A ``Study``: ``study.views[name]`` holds the ensemble, the range over the switches and the verdicts.

    Raises:
        CaseError: with every problem found.
    """
    from .analysis.running import Options
    from .analysis.study import study
    from .case.records import Case as CaseRecord

    loaded = case if isinstance(case, CaseRecord) else load(case)
    return study(loaded, Options(futures=futures, seed=seed, until=until, known_by=known_by), list(views))


def why(
    case: Case | str | Path,
    outcome: str,
    view: str = "pooled",
    futures: int = 16_384,
    seed: int = 1,
    until: date | None = None,
    known_by: date | None = None,
    without: Sequence[str] = (),
) -> Why:
    """Explain a probability; what ``panmunjom why`` does.

    Args:
        case: a loaded case, or what ``load`` takes.
        outcome: an ending or a question, by its name or its label.
        view: a view's name, ``pooled`` or ``pooled@DATE``.
        futures, seed, until, known_by: as for ``run``.
        without: claims without which the view is run again.

    Returns:
        A ``Why``: ``why.chain`` holds the split into figures and luck and the figures that move it,
        ``why.claims(parameter)`` what is behind one of them, ``why.removal`` what changes without the claims.

    Raises:
        CaseError: with every problem found.
    """
    from .analysis.running import Options
    from .analysis.why import why as explain
    from .case.records import Case as CaseRecord

    loaded = case if isinstance(case, CaseRecord) else load(case)
    options = Options(futures=futures, seed=seed, until=until, known_by=known_by)
    return explain(loaded, options, outcome, view, list(without))


def compare(
    *cases: Case | str | Path,
    views: Sequence[str] = (),
    start: date | None = None,
    of: str = "",
    futures: int = 16_384,
    seed: int = 1,
    until: date | None = None,
    known_by: date | None = None,
    theories: bool = True,
    swap_futures: int = 2_048,
) -> Comparison:
    """Set views and cases side by side over the same dates; what ``panmunjom compare`` does.

    Args:
        cases: loaded cases, or texts as the command has them: ``"ukraine"``, ``"ukraine:fox"``, ``"ukraine:pooled@2024-11-14"``.
        views: of a case that is named without one; none means all its views if it is the only case, else its pooled view.
        start: common start; by default the latest of the columns' own.
        of: the ending or question whose difference is explained; by default the one that differs most.
        futures: for each column.
        seed, until, known_by: as for ``run``.
        theories: also run each column with each theory turned alone.
        swap_futures: for each mixture of two views; 0 explains nothing.

    Returns:
        A ``Comparison``: ``sides`` are the columns, ``differences`` their marked distances from the first, ``parts`` what
        makes two views of one world differ.

    Raises:
        CaseError: with every problem found.
    """
    from .analysis.comparing.sides import Asked, load_all, read_asked
    from .analysis.comparing.together import compare as side_by_side
    from .analysis.running import Options
    from .case.records import Case as CaseRecord

    asked, loaded = [], {}
    for number, case in enumerate(cases, 1):
        if isinstance(case, CaseRecord):
            name = case.id if case.id not in loaded else f"{case.id} ({number})"
            loaded[name] = case
            asked.append(Asked(name))
        else:
            asked.append(read_asked(str(case)))
    loaded |= load_all([a for a in asked if a.case not in loaded])
    options = Options(futures=futures, seed=seed, until=until, known_by=known_by)
    return side_by_side(asked, loaded, options, list(views), start, of, theories, swap_futures)


def diff(
    then: str | Path, now: str | Path | None = None, view: str = "", of: str = "", futures: int = 2_048
) -> Diff:
    """What moved since a run, and which claim, figure or equation moved it; what ``panmunjom diff`` does.

    Args:
        then: a run's folder or its run.json; or a case, which is then held against its last run under ``runs/``.
        now: another run, or a case as it is now.
        view, of: in which view, and the ending or question by which changes are ranked.
        futures: for each change that is put back.

    Raises:
        CaseError: with every problem found.
    """
    from .analysis.moving.kept import pair
    from .analysis.moving.moved import diff as what_moved

    return what_moved(*pair(str(then), None if now is None else str(now)), view, of, futures)


def report_html(study: Study, documents: Path | None = None) -> str:
    """The HTML report of a study, self-contained; passages are quoted where their documents are in a folder."""
    from .report.assemble import summarise
    from .report.render import render

    return render(summarise(study, documents))


def write_futures(
    case: Case | str | Path,
    view: str = "pooled",
    folder: Path | str | None = None,
    futures: int = 1_000_000,
    seed: int = 1,
    until: date | None = None,
    known_by: date | None = None,
    format: str = "parquet",
) -> Saved:
    """Write futures of one view to a folder, or continue there; what ``panmunjom futures`` does.

    Args:
        case: a loaded case, or what ``load`` takes.
        view: a view's name, ``pooled`` or ``pooled@DATE``.
        folder: by default one under ``runs/`` that the same call finds again.
        futures: how many; memory does not grow with it.
        seed, until, known_by: as for ``run``.
        format: ``parquet`` (needs pyarrow) or ``csv``.

    Raises:
        CaseError: with every problem found.
        KeyboardInterrupt: after Ctrl-C; the finished parts are kept.
        panmunjom.futures.store.Stopped: where the disk is full; the finished parts are kept.
    """
    from pathlib import Path as AnyPath

    from .analysis.running import Options
    from .analysis.stored import store
    from .case.records import Case as CaseRecord

    loaded = case if isinstance(case, CaseRecord) else load(case)
    options = Options(futures=futures, seed=seed, until=until, known_by=known_by)
    done = store(loaded, options, view, AnyPath(folder) if folder else None, format)
    if not done.complete:
        raise KeyboardInterrupt
    return read_futures(done.folder)


def read_futures(folder: Path | str) -> Saved:
    """A folder of futures, for pandas, xarray and Arrow: ``read_futures("fox").to_pandas()``. Raises ``CaseError``."""
    from pathlib import Path as AnyPath

    from .futures.export import open_saved

    return open_saved(AnyPath(folder))


def __getattr__(name: str) -> object:
    if name in _HOMES:
        from importlib import import_module

        return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
