"""A view of which too many futures broke: named, without a probability, and with exit status 1."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import pytest

import panmunjom
from panmunjom.analysis import study as studies
from panmunjom.analysis.running import Options
from panmunjom.analysis.study import Study
from panmunjom.case.new import write_new
from panmunjom.cli import run as command
from panmunjom.cli.printing import print_study
from panmunjom.report.assemble import as_json


@pytest.fixture(params=[0.5, 1.0])
def broken(request: pytest.FixtureRequest, tmp_path: Path) -> Study:
    """A study of the small case in which a share of the futures is no longer finite."""
    write_new(tmp_path / "siege")
    done = studies.study(panmunjom.load(tmp_path / "siege"), Options(futures=256))
    for view in done.views.values():
        view.ensemble.raw.bad[: int(256 * request.param)] = view.ensemble.start.toordinal() + 30.0
    done.warnings = studies.warnings(done)
    return done


def test_a_refused_view_gives_no_probability(broken: Study, capsys: pytest.CaptureFixture[str]) -> None:
    """Neither on the terminal nor for machines, in the report or in a notebook."""
    print_study(broken, None)
    text = capsys.readouterr().out
    assert text.startswith("Refused: in the view pooled@") and "exit status is 1" in " ".join(text.split())
    assert "nan" not in text and "Sampling error" not in text
    assert "Theories that move" not in text and "What the states" not in text
    view = json.loads(json.dumps(as_json(broken), allow_nan=False))["views"][broken.default_view]
    assert {share["p"] for share in view["endings"].values()} == {None}
    page = panmunjom.report_html(broken)
    assert "Refused: in the view" in page and ">nan" not in page and "not run" in page
    html = broken._repr_html_() + broken.views[broken.default_view].ensemble._repr_html_()
    assert "refused" in html and "±" not in html
    assert "refused" in repr(broken.views[broken.default_view].ensemble)


def test_a_refused_view_ends_with_status_one(
    broken: Study, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The run is saved all the same."""
    monkeypatch.setattr(command, "study", lambda *_: broken)
    given = argparse.Namespace(
        case=str(broken.case.folder), out=str(tmp_path / "out"), futures=256, seed=1, until=None, as_of=None,
        set=[], do=[], view=[], documents=None, json=False,
    )  # fmt: skip
    assert command.run(given) == 1
    assert {p.name for p in (tmp_path / "out").iterdir()} == {"run.json", "report.html", "case.zip"}


def test_a_notebook_table_has_labels_and_ranges(tmp_path: Path) -> None:
    """Endings by their labels, two standard errors, and the range over the theories."""
    write_new(tmp_path / "siege")
    done = studies.study(panmunjom.load(tmp_path / "siege"), Options(futures=256))
    html = done._repr_html_()
    assert "<th>town relieved</th>" in html and "sampling error (two standard errors)" in html
    assert "range over the theories" in html and "Monte Carlo" not in html
