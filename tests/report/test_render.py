"""The report is one file that asks for nothing, escapes everything and leads from every number to a claim."""

from __future__ import annotations

import copy
import json
import re
import sys
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path
from typing import Any, get_args

import pytest

from panmunjom.report import render
from panmunjom.report.page import VERDICTS
from panmunjom.report.summary import Verdict

sys.path.insert(0, str(Path(__file__).parent))
import made_up

VOID = {"meta", "link", "img", "br", "hr", "input", "base", "source", "embed"}


class Reader(HTMLParser):
    """Collects elements with their attributes and text, and checks that they nest."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str]]] = []
        self.open: list[str] = []
        self.text: list[str] = []
        self.feed(html)
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, {key: value or "" for key, value in attrs}))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open and self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if not self.open or self.open[-1] != "style":
            self.text.append(data)

    def all(self, name: str) -> list[str]:
        """Every value of an attribute."""
        return [attributes[name] for _, attributes in self.elements if name in attributes]

    def words(self) -> str:
        """The text of the page with single spaces."""
        return " ".join("".join(self.text).split())


@pytest.fixture(scope="module")
def html() -> str:
    return render(made_up.summary())


@pytest.fixture
def summary() -> dict[str, Any]:
    return made_up.summary()


def test_the_fixture_is_json():
    summary = made_up.summary()
    assert json.loads(json.dumps(summary)) == summary


def test_it_is_deterministic(html):
    assert render(made_up.summary()) == html


def test_nothing_is_loaded_and_nothing_runs(html):
    page = Reader(html)
    tags = {tag for tag, _ in page.elements}
    assert not tags & {
        "script",
        "img",
        "link",
        "iframe",
        "object",
        "embed",
        "form",
        "input",
        "base",
        "use",
        "image",
    }
    assert not re.search(r"https?:|//[a-z]|url\(|@import|javascript:", html, re.I)
    assert all(link.startswith("#") for link in page.all("href"))
    assert not [name for _, attributes in page.elements for name in attributes if name.startswith("on")]
    policy = next(a["content"] for t, a in page.elements if a.get("http-equiv") == "Content-Security-Policy")
    assert "default-src 'none'" in policy and "script-src" not in policy


def test_links_resolve_and_ids_are_unique(html):
    page = Reader(html)
    ids = page.all("id")
    assert len(ids) == len(set(ids))
    assert {link[1:] for link in page.all("href")} <= set(ids)
    named = {word for value in page.all("aria-labelledby") for word in value.split()}
    assert named <= set(ids)


def test_claims_parameters_and_verdicts_have_their_anchors(html, summary):
    ids = set(Reader(html).all("id"))
    assert {f"claim-{claim['id']}" for claim in summary["claims"]} <= ids
    assert "param-barrel_production-northland" in ids and "verdict-columnist-1" in ids


def test_two_clicks_from_an_ending_to_who_said_it(html):
    """endings table → view → claim, and the claim's row names the speaker."""
    table = html.partition('aria-label="Endings by view, in numbers"')[2].partition("</table>")[0]
    assert 'href="#view-columnist"' in table
    view = html.partition('<article id="view-columnist">')[2].partition("</article>")[0]
    assert 'href="#claim-columnist-1"' in view
    row = html.partition('<tr id="claim-columnist-2">')[2].partition("</tr>")[0]
    assert "a minister" in row and "001_made_up.txt" in row and "2806–2870" in row


HOSTILE = "</script></style><img src=x onerror=alert(1)>\"'&amp;{{7*7}}\x00\x1b[31m\u202e\ud800"


def poison(value: Any, key: str = "") -> Any:
    """``value`` with every text made hostile; ids that join records still match, being hostile alike."""
    if isinstance(value, dict):
        return {(k if k in STRUCTURE else k + HOSTILE): poison(item, k) for k, item in value.items()}
    if isinstance(value, list):
        return [poison(item, key) for item in value]
    return (
        value + HOSTILE if isinstance(value, str) and key not in ("verdict", "from", "came_true") else value
    )


def keys_in(value: Any) -> set[str]:
    """All keys of all records in ``value``."""
    parts = list(value.values()) if isinstance(value, dict) else value if isinstance(value, list) else []
    return set(value if isinstance(value, dict) else ()).union(*map(keys_in, parts))


NAMES = {view["name"] for view in made_up.summary()["views"]} | set(made_up.ENDINGS) | set(made_up.QUESTIONS)
STRUCTURE = keys_in(made_up.summary()) - NAMES  # field names, which no case can choose


def test_hostile_text_everywhere_is_escaped():
    html = render(poison(made_up.summary()))
    page = Reader(html)
    assert not {"script", "img"} & {tag for tag, _ in page.elements}
    assert not page.all("onerror") and "onerror=" in page.words()
    assert html.count("</style>") == 1
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\ud800-\udfff]", html)
    assert "{{7*7}}" in page.words()
    ids = page.all("id")
    assert len(ids) == len(set(ids)) and {link[1:] for link in page.all("href")} <= set(ids)
    html.encode("utf-8")


def test_empty_lists_do_not_crash(summary):
    for key, value in summary.items():
        if isinstance(value, list):
            summary[key] = []
    summary["run"] |= {"limited": [], "hashes": {}}
    del summary["switches"], summary["case"]["cautions"], summary["case"]["default_view"]
    text = Reader(render(summary)).words()
    assert "no endings to show" in text and "The case holds no claims" in text


@pytest.mark.parametrize(
    "key", ["endings", "questions", "bands", "moves", "parameters", "claims", "sources", "views"]
)
def test_one_empty_list_leaves_no_dead_link(summary, key):
    summary[key] = []
    page = Reader(render(summary))
    assert {link[1:] for link in page.all("href")} <= set(page.all("id"))


def test_views_without_results_do_not_crash(summary):
    for view in summary["views"]:
        view |= {"endings": {}, "questions": {}, "crossed": {}, "verdicts": []}
    assert "not run" in Reader(render(summary)).words()


def test_missing_numbers_are_dashes(summary):
    def blank(value: Any) -> Any:
        if isinstance(value, dict):
            return {key: item if key == "run" else blank(item) for key, item in value.items()}
        if isinstance(value, list):
            return [blank(item) for item in value]
        return None if isinstance(value, float) else value

    text = Reader(render(blank(summary))).words()
    assert "nan" not in text.lower() and "None" not in text.replace("None.", "")
    nan = copy.deepcopy(summary)
    nan["views"][0]["endings"]["war_goes_on"] = {
        "p": float("nan"),
        "se": float("inf"),
        "low": None,
        "high": None,
    }
    assert "nan" not in Reader(render(nan)).words()


@pytest.mark.parametrize("kind", get_args(Verdict))
def test_every_verdict_renders(summary, kind):
    view = next(view for view in summary["views"] if view["verdicts"])
    view["verdicts"] = [view["verdicts"][0] | {"verdict": kind}]
    text = Reader(render(summary)).words()
    assert f"{VERDICTS[kind][0]} {VERDICTS[kind][1]}" in text
    assert VERDICTS[kind][2] in text or kind == "open"


@pytest.mark.parametrize(
    ("share", "words"),
    [
        (1.0, "it happens in every future."),
        (0.0, "it happens in no future."),
        (0.4, "in some futures and not in others"),
    ],
)
def test_an_open_verdict_is_worded_by_its_share(summary, share, words):
    view = next(view for view in summary["views"] if view["verdicts"])
    view["verdicts"] = [view["verdicts"][0] | {"verdict": "open", "share": share}]
    assert words in Reader(render(summary)).words()


def test_a_driver_is_named_in_words_and_by_its_name(html):
    assert "share of men that desert, Southland" in html and ">desertion[southland]</text>" in html


def test_a_verdict_says_what_it_needs_what_carries_it_and_what_happened(html):
    card = html.partition('<article class="card" id="verdict-columnist-1">')[2].partition("</article>")[0]
    text = Reader(f"<div>{card}</div>").words()
    assert "41 ± 2% of the futures" in text
    assert "to be between 3,520 and 3,871 barrel." in text
    assert "“fewer guns are risked as they run short” set to “false”" in text
    assert "What happened: not decided" in text
    assert 'href="#param-barrels_at_start-northland"' in card and 'href="#switch-use_responds"' in card


def test_several_needs_are_alternatives(summary):
    view = next(view for view in summary["views"] if view["name"] == "columnist")
    need = view["verdicts"][0]["needs"][0]
    view["verdicts"][0]["needs"] = [need, need | {"parameter": "pace", "high": None, "unit": "km^2/month"}]
    text = Reader(render(summary)).words()
    assert "Any one of these, alone, would supply it:" in text and "to be at least 3,520 km²/month" in text


def test_the_same_claim_in_two_views_has_two_verdicts(summary):
    with_verdicts = [view for view in summary["views"] if view["verdicts"]]
    with_verdicts[1]["verdicts"].append(with_verdicts[0]["verdicts"][0])
    page = Reader(render(summary))
    assert len(page.all("id")) == len(set(page.all("id")))


def test_the_first_screen_says_it_in_words(html, summary):
    first = html.partition("</header>")[0]
    text = Reader(f"<div>{first.partition('<header>')[2]}</div>").words()
    assert (
        summary["headline"] in text
        and "What not to believe" in text
        and summary["case"]["cautions"][0] in text
    )
    assert "9 of the 14 figures" in text
    assert "to who said what, or to an assumption with its date" in text
    assert "5 sources, 30 claims" in text


def test_a_quote_is_printed_only_where_there_is_one(summary):
    assert "<blockquote>" not in render(summary)
    summary["claims"][0]["quote"] = "so it was written"
    assert "<blockquote>so it was written</blockquote>" in render(summary)


def test_names_without_a_record_are_plain(summary):
    summary["views"][0]["verdicts"][0] |= {
        "source": "nobody",
        "claim": "no-claim",
        "carried_by": ["no_parameter"],
    }
    summary["moves"][0]["what"] = "no_such_thing"
    page = Reader(render(summary))
    assert {link[1:] for link in page.all("href")} <= set(page.all("id"))
    assert "nobody" in page.words() and "no_parameter" in page.words()


def test_the_largest_case_stays_small(summary):
    """All ten views with bands: the page must still open at once (under 3 MB)."""
    summary["bands"] = [band for view in summary["views"] for band in made_up.make_bands(view["name"], 2025)]
    assert len(render(summary).encode()) < 3_000_000


def test_tables_have_captions_and_pictures_have_names(html):
    assert html.count("<table") == html.count("<caption>")
    page = Reader(html)
    for tag, attributes in page.elements:
        if tag == "svg":
            assert attributes.get("aria-labelledby") or attributes.get("aria-hidden") == "true"
    levels = [int(tag[1]) for tag, _ in page.elements if re.fullmatch("h[1-6]", tag)]
    assert levels.count(1) == 1 and all(after - before <= 1 for before, after in pairwise(levels))
