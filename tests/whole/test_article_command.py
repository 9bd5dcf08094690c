"""``panmunjom test`` as a user runs it: one page from a file, mended proposals, and "not enough to test" where that is so."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import time
from datetime import date
from pathlib import Path

import pytest

from panmunjom.analysis.article.figures import Figures
from panmunjom.analysis.article.proposals import matched
from panmunjom.case.loading import load
from panmunjom.cli.ask import ask
from panmunjom.cli.mend import read, write
from panmunjom.evidence.documents.reading import read_bytes

DOCUMENTS = Path(__file__).resolve().parents[3] / "shared" / "seeds"
DAY = date(2024, 11, 14)
FEW = ["--yes", "--futures", "256"]
COLUMN = """\
The arithmetic of steel

14 November 2024

Russia is bleeding armour in Ukraine. It loses about 100 tanks a month and builds 20 new tanks a month, and the front line
is 1,000 km long. Kyiv counts every hull.

At this pace Moscow will run out of tanks by August 2025. Ukraine will not join NATO by the end of 2026. Patience will win.
"""
ELSEWHERE = {
    "strait": """Tanks for an island, 3 March 2024

    Taiwan loses patience. It needs 400 tanks and will run out of shells by May 2025 unless America opens up its arsenals.
    A ceasefire in the trade quarrel will be signed by June. China builds 100 tanks a month.""",
    "wire": """LONDON, Feb 11, 2025 (Newswire) - Oil rose 1.2% to $76.80 a barrel. Russia and Saudi Arabia cut output by
    300,000 barrels a day in October. Refiners in India lost 20 barrels in every thousand. Traders expect a truce in the
    price war by May. The war in Ukraine was hardly mentioned. Gold fell. Copper rose. Stocks were flat in Tokyo. Bonds sold off.
    The dollar gained. Sterling lost ground. Analysts at three banks see prices at $80 by the end of 2026.""",
    "ministerium": """Mitteilung vom 4. Mai 2024

    Das Ministerium beschafft 105 Panzer für die Brigade in Litauen. Die Auslieferung wird bis Ende 2027 abgeschlossen. Die
    Kosten betragen 2,9 Milliarden Euro. Pro Jahr werden 20.000 Soldaten eingestellt.""",
    "garden": "How to grow leeks, 1 May 2024\n\nSow 100 seeds a month. You will run out of compost by August unless you make 20 kg a month.",
    "empty": "A headline, 2 June 2024\n\nNothing is claimed here. The weather was fine and nobody said anything.",
}
HOSTILE = """\
<script>alert(1)</script> "{{ 7*7 }}" 14 November 2024

Russia's army\x1b[31m & Ukraine's. Russia loses "100 tanks a month" <img src=x onerror=alert(1)>. {% raw %} ' ; DROP
Moscow will run out of tanks by August 2025</blockquote><script>alert(2)</script>. Kyiv waits. Russia stays. Ukraine too.
"""


def panmunjom(*arguments: str, folder: Path, status: int = 0) -> subprocess.CompletedProcess[str]:
    """Run the command; fails where the exit status differs or a traceback shows."""
    command = [sys.executable, "-m", "panmunjom.cli.main", *arguments]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=120, check=False)
    assert "Traceback" not in done.stderr, done.stderr
    assert done.returncode == status, f"{done.returncode}\n{done.stdout}\n{done.stderr}"
    return done


def put(folder: Path, name: str, text: str) -> str:
    """A document in a folder; its name."""
    (folder / name).write_text(text, encoding="utf-8")
    return name


@pytest.fixture(scope="module")
def column(tmp_path_factory: pytest.TempPathFactory) -> dict:
    """A column of our own, tested once."""
    folder = tmp_path_factory.mktemp("column")
    done = panmunjom("test", put(folder, "column.txt", COLUMN), *FEW, "--json", folder=folder)
    return {"json": json.loads(done.stdout), "page": (folder / "column-test.html").read_text(encoding="utf-8")}


def test_a_column_becomes_one_page(column: dict) -> None:
    """Date, figures, verdicts, what follows besides, the record of such predictions, what was not used."""
    found, page = column["json"], column["page"]
    assert found["enough"] and found["published"] == "2024-11-14"
    figures = {f["parameter"]: f for f in found["figures"]}
    assert set(figures) == {"tanks_lost_claimed[russia]", "tank_production[russia]", "front_length"}
    assert figures["tank_production[russia]"]["low"] == 20
    assert {o["source"] for o in figures["tanks_lost_claimed[russia]"]["others"]}
    verdicts = {c["holds"]: c for c in found["conclusions"]}
    tanks = verdicts["tanks[russia] < 0.05 * tanks_at_start[russia]"]
    assert tanks["verdict"] in ("needs_premise", "contradicts")
    assert "tanks_at_start[russia]" in {n["parameter"] for n in tanks["needs"]}
    assert any("join NATO" in c["quote"] and c["at"] == "2026-12-31" for c in found["conclusions"])
    assert {i["name"] for i in found["implied"]} >= {"war_goes_on", "ukraine_in_nato"}
    assert sum(i["share"] for i in found["implied"] if i["kind"] == "ending") == pytest.approx(1)
    assert {f["class"] for f in found["fared"]} == {"with a date within a year", "with a date further off", "without a date"}
    for heading in ("Does it follow?", "Its figures", "What else its premises imply", "parts from the pooled", "have fared", "not used"):
        assert heading in page


def test_the_page_needs_nothing_else(column: dict) -> None:
    """No script, no address outside, a policy that allows neither; each opened element is closed."""
    page = column["page"]
    assert "<script" not in page and not re.search(r"""(?:src|href)=["']?https?:""", page)
    assert "default-src 'none'" in page
    for name in ("section", "table", "article", "svg", "details", "ul"):
        assert len(re.findall(rf"<{name}[ >]", page)) == page.count(f"</{name}>"), name
    assert len(set(re.findall(r' id="([^"]+)"', page))) == len(re.findall(r' id="([^"]+)"', page))


@pytest.mark.parametrize("name", ELSEWHERE)
def test_other_topics_are_not_enough_to_test(name: str, tmp_path: Path) -> None:
    """Said with the reason, exit status 0, and a page that says the same."""
    done = panmunjom("test", put(tmp_path, f"{name}.txt", ELSEWHERE[name]), *FEW, folder=tmp_path)
    assert "Not enough to test" in " ".join(done.stdout.split())
    assert "Not enough to test" in (tmp_path / f"{name}-test.html").read_text(encoding="utf-8")


def test_without_a_date_nothing_is_guessed(tmp_path: Path) -> None:
    """The same column undated is not tested; with --date it is."""
    name = put(tmp_path, "undated.txt", COLUMN.replace("14 November 2024", ""))
    done = panmunjom("test", name, *FEW, folder=tmp_path)
    assert "no date of publication is known; give --date" in " ".join(done.stdout.split())
    done = panmunjom("test", name, *FEW, "--date", "2024-11-14", "--json", folder=tmp_path)
    assert json.loads(done.stdout)["enough"]
    done = panmunjom("test", name, *FEW, "--date", "2021-01-01", folder=tmp_path)
    assert "knows nothing before 2022-02-24" in " ".join(done.stdout.split())


def test_a_hostile_document_is_only_text(tmp_path: Path) -> None:
    """Markup is escaped, control characters are gone from page and terminal, braces are no template."""
    done = panmunjom("test", put(tmp_path, "hostile.txt", HOSTILE), *FEW, folder=tmp_path)
    page = (tmp_path / "hostile-test.html").read_text(encoding="utf-8")
    assert "<script" not in page and "<img" not in page and "\x1b" not in page + done.stdout
    assert "49" not in re.findall(r'article-title">([^<]*)', page)[0]


def test_proposals_are_written_mended_and_read_back(tmp_path: Path) -> None:
    """The first call writes them, the second uses what was changed; mistakes are records with their line."""
    name = put(tmp_path, "column.txt", COLUMN)
    panmunjom("test", name, "--proposals", "p.yaml", folder=tmp_path)
    text = (tmp_path / "p.yaml").read_text(encoding="utf-8")
    mended = text.replace('figure: "100 tank/month"', 'figure: "150 tank/month"').replace("by: 2025-08-31", "by: 2026-08-31")
    assert mended != text
    (tmp_path / "p.yaml").write_text(mended, encoding="utf-8")
    done = panmunjom("test", name, "--proposals", "p.yaml", "--futures", "256", "--json", folder=tmp_path)
    found = json.loads(done.stdout)
    figure = next(f for f in found["figures"] if f["parameter"] == "tanks_lost_claimed[russia]")
    assert figure["mended"] and figure["said"] == "150 tank/month"
    assert any(c["by"] == "2026-08-31" and c["mended"] for c in found["conclusions"])
    wrong = text.replace("tanks_lost_claimed[russia]", "tanks_lost_claimd[russia]").replace("use: true", "use: perhaps", 1)
    (tmp_path / "p.yaml").write_text(wrong, encoding="utf-8")
    done = panmunjom("test", name, "--proposals", "p.yaml", folder=tmp_path, status=1)
    assert "tanks_lost_claimd" in done.stderr and "must be true or false" in done.stderr and "p.yaml:" in done.stderr
    (tmp_path / "p.yaml").write_text(text, encoding="utf-8")
    done = panmunjom("test", put(tmp_path, "other.txt", COLUMN + "."), "--proposals", "p.yaml", folder=tmp_path, status=1)
    assert "another document" in done.stderr


def test_the_screen_takes_yes_no_and_an_edit(tmp_path: Path) -> None:
    """Typed commands change the matches; what does not fit is said and changes nothing."""
    case, document = load("ukraine"), read_bytes("column.txt", COLUMN.encode(), DAY)
    reader, matches = matched(case, document, DAY)
    tanks = next(m for m in matches if m.figure.startswith("100 tank"))
    typed = iter([f"n {tanks.number}", f"e {tanks.number}", "tanks_at_start[russia]", "1800 tank", f"e {tanks.number}", "nothing", "5 tank", "z", ""])
    said: list[str] = []
    figures = Figures(reader, DAY, [m.proposal for m in matches])
    assert ask(case, figures, matches, said.append, lambda _: next(typed))
    assert (tanks.target, tanks.figure, tanks.use, tanks.changed) == ("tanks_at_start[russia]", "1800 tank", True, True)
    assert any("no parameter 'nothing'" in line for line in said) and any("not understood" in line for line in said)
    write(tmp_path / "p.yaml", document, DAY, matches)
    again = matched(case, document, DAY)[1]
    assert read(tmp_path / "p.yaml", case, document, again) == DAY
    assert [(m.target, m.figure, m.use) for m in again] == [(m.target, m.figure, m.use) for m in matches]


@pytest.mark.skipif(not DOCUMENTS.is_dir(), reason="the five seed documents are not here")
def test_all_five_seeds_go_through_from_the_raw_file(tmp_path: Path) -> None:
    """Each in under a minute, undated as they are: the case knows these very files and when they appeared."""
    tested = {}
    for path in sorted(DOCUMENTS.glob("*.txt")):
        began = time.perf_counter()
        done = panmunjom("test", str(path), "--yes", "--reported", "--json", folder=tmp_path)
        assert time.perf_counter() - began < 60
        found = json.loads(done.stdout)
        tested[found["known_as"]] = found
    assert set(tested) == {"partition", "fox", "expertnews", "autarky", "isw"}
    assert all(found["enough"] and found["conclusions"] for found in tested.values())
    assert len(tested["fox"]["figures"]) >= 8
