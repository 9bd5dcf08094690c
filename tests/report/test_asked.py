"""The section on questions: on a click, in words, untrusted text escaped, and absent where nothing is asked."""

from __future__ import annotations

import re

import pytest

import panmunjom
from panmunjom.report.asked import asked_record
from panmunjom.report.assemble import as_json, summarise
from panmunjom.report.render import render
from quiet_case import QUESTIONS, write
from small_case import write_case

ODD = QUESTIONS.replace(
    "  text: Is it relieved by the end of 2024?\n",
    '  text: Is it relieved by the end of 2024?\n  claim: courier-1\n  fine_print: "<script>alert(1)</script>"\n'
    "  resolution: {outcome: yes, day: 2024-08-05, who: the clerk, evidence: his <b>book</b>}\n",
)


@pytest.fixture(scope="module")
def done(tmp_path_factory):
    return panmunjom.run(panmunjom.load(write(tmp_path_factory.mktemp("odd"), ODD)), futures=512)


def test_the_record(done):
    found = asked_record(done)
    (family,) = found["families"]
    assert [w["id"] for w in family["wordings"]] == ["truce_28", "truce_any", "truce_then"] and family["wordings"][0]["gap"] == ""
    assert re.fullmatch(r"\d+(\.\d+)? ± \d+(\.\d+)?", family["spread"])
    assert [q["id"] for q in found["open"]] == ["day_of_relief", "left", "stands"] and found["answered"] == []
    (courier,) = found["records"]
    assert (courier["n"], courier["right"], courier["few"], courier["statements"][0]["came_true"]) == (1, 1, True, True)
    (wordings,) = as_json(done)["wordings"]
    assert wordings["family"] == "truce" and 0 < wordings["spread"] < 1 and wordings["se"] > 0


def test_the_page(done):
    page = render(summarise(done))
    section = page[page.index('<section id="asked">') : page.index("</section>", page.index('<section id="asked">'))]
    assert "One future, every fine print: truce" in section and "<details" in section and "panmunjom forecast" in section
    assert "&lt;script&gt;alert(1)" in section and "<script" not in page and "his &lt;b&gt;book" in section
    assert 'href="#asked"' in page and "under ten" in section
    assert done.case.asked["relief"].criteria in section


def test_no_section_where_nothing_more_is_asked(tmp_path):
    page = render(summarise(panmunjom.run(panmunjom.load(write_case(tmp_path)), futures=64)))
    assert '<section id="asked">' not in page and 'href="#asked"' not in page
