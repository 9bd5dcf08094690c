"""A made-up run of a made-up case: as large and as uneven as a real one, with no real number in it."""

from __future__ import annotations

import math
from random import Random
from typing import Any

ENDINGS = {
    "armistice_guarded": (
        "armistice, guarded",
        "fire has stopped for twelve months, somebody guards the line, nothing is recognised",
    ),
    "armistice_bare": ("armistice, bare", "fire has stopped for twelve months and nobody guards the line"),
    "negotiated_peace": ("negotiated peace", "a treaty that both sides could sign"),
    "peace_on_northern_terms": (
        "peace on Northland’s terms",
        "the terms that Northland named at the start, or near them",
    ),
    "peace_on_southern_terms": ("peace on Southland’s terms", "the borders of before"),
    "southern_defeat": ("Southland’s defeat", "its army or government no longer functions"),
    "northern_defeat": ("Northland’s defeat", "its army leaves what it held"),
    "war_goes_on": ("war goes on", "no ceasefire at the horizon"),
    "undecided": ("undecided", "a ceasefire younger than twelve months at the horizon"),
}
QUESTIONS = {
    "northland_closed": "Is Northland a closed economy?",
    "southland_in_pact": "Is Southland in the Pact?",
    "foreign_troops_fought": "Have foreign troops fought?",
    "mobilised_again": "Did Northland mobilise again?",
    "war_resumed": "Did the war resume after a ceasefire?",
}
SOURCES = ["partition", "columnist", "expertnews", "autarky", "institute"]
TITLES = {
    "partition": "Why Southland cannot be partitioned",
    "columnist": "Northland is running out of tubes",
    "expertnews": "Experts on what an armistice would take",
    "autarky": "A closed Northland, a guarded Southland",
    "institute": "Daily assessment: troops instead of mobilisation",
}
LABELS = dict(
    zip(
        SOURCES,
        ["Partition essay", "Columnist on tubes", "Expert news", "Autarky essay", "Institute"],
        strict=True,
    )
)
STARTS = dict(
    zip(SOURCES, ["2022-04-01", "2024-11-14", "2025-06-30", "2022-09-25", "2024-10-16"], strict=True)
)
PARAMETERS = [
    ("barrel_production[northland]", "new artillery barrels, Northland", "barrel/month"),
    ("barrels_at_start[northland]", "barrels at the start, Northland", "barrel"),
    ("barrels_lost_claimed[northland]", "barrels that Northland loses, as claimed", "barrel/month"),
    ("barrel_life", "rounds that a barrel fires before it is worn", "1"),
    ("desertion[northland]", "share of men that desert, Northland", "1/month"),
    ("desertion[southland]", "share of men that desert, Southland", "1/month"),
    ("men_at_start[northland]", "men in the field at the start, Northland", "kman"),
    ("men_at_start[southland]", "men in the field at the start, Southland", "kman"),
    ("foreign_contingent", "foreign troops a contingent", "kman"),
    ("mobilisation_fear", "how much Northland’s leaders fear a call-up", "1"),
    ("aid_level", "aid to Southland, relative to the first year", "1"),
    ("commitment_fear", "how much each side fears that the other breaks a treaty", "1"),
    ("relapse_base", "rate at which a bare ceasefire breaks", "1/year"),
    ("pace", "how fast an open front moves", "km^2/month"),
]
SAYS = [
    ("Northland loses about 440 tubes of all kinds a month", "440 barrel/month", "about", "quantity"),
    ("Northland makes thirty new tubes a month", "30 barrel/month", "none", "quantity"),
    ("Northland will be out of tubes by the next August", None, "none", "prediction"),
    ("A further fifty thousand foreign troops could come", "up to 50 kman", "up_to", "quantity"),
    ("The front is nearly nine hundred leagues long", "900 league", "nearly", "quantity"),
    ("Without outside arms the south cannot hold a line", None, "none", "conditional"),
]
VERDICTS = ["follows", "needs_premise", "does_not_follow", "open", "contradicts", "cannot_be_tested"]
TRUTHS = [False, None, True, "partly"]


def shares(random: Random, count: int) -> list[float]:
    """Uneven shares that add up to one."""
    raw = [random.gammavariate(0.7, 1) + 0.002 for _ in range(count)]
    return [value / sum(raw) for value in raw]


def make_view(
    random: Random, name: str, label: str, source: str | None, start: str, verdicts: list[Any]
) -> dict[str, Any]:
    endings = {}
    for ending, p in zip(ENDINGS, [*shares(random, len(ENDINGS) - 1), 0.0], strict=True):
        spread = 0.12 * random.random()
        se = math.sqrt(p * (1 - p) / 16384)
        endings[ending] = {"p": p, "se": se, "low": max(0.0, p - spread), "high": min(1.0, p + spread * 1.4)}
    endings["undecided"] = {"p": 0.0, "se": 0.0, "low": 0.0, "high": 0.0012, "label": "< 0.02%"}
    questions = {}
    for question in QUESTIONS:
        p = random.random() ** 2
        questions[question] = {"p": p, "se": 0.003, "low": p * 0.7, "high": min(1, p * 1.3)}
    crossed = {q: {e: questions[q]["p"] * endings[e]["p"] for e in ENDINGS} for q in QUESTIONS}
    until = f"{int(start[:4]) + 5}{start[4:]}"
    return {
        "name": name,
        "label": label,
        "source_id": source,
        "start": start,
        "until": until,
        "endings": endings,
        "questions": questions,
        "crossed": crossed,
        "verdicts": verdicts,
    }


def make_verdict(claim: str, says: str, source: str, index: int) -> dict[str, Any]:
    kind = VERDICTS[index % len(VERDICTS)]
    needs = [{"parameter": "barrels_at_start[northland]", "low": 3520.4, "high": 3871.2, "unit": "barrel"}]
    came_true = TRUTHS[index % len(TRUTHS)]
    return {
        "claim": claim,
        "says": says,
        "source": source,
        "verdict": kind,
        "share": None
        if kind == "cannot_be_tested"
        else [0.973, 0.41, 0.0, 0.37, 0.02][index % len(VERDICTS)],
        "needs": needs if kind == "needs_premise" else [],
        "carried_by": ["use_responds"] if kind == "needs_premise" else [],
        "note": "Tubes of all kinds map on the stock of gun barrels." if kind == "needs_premise" else None,
        "came_true": came_true,
        "decided": "2025-08-31" if came_true is not None else None,
        "outcome": None if came_true is None else "The guns still fired, by the reports of a monitor.",
    }


def make_bands(view: str, start: int) -> list[dict[str, Any]]:
    bands = []
    stocks = [
        ("men", "men in the field", "kman", 500, 1),
        ("barrels", "artillery barrels", "barrel", 3000, 1),
        ("shells", "shells in store", "million", 3.2, 1),
        ("drones", "drones, effect", "1", 0.6, 1),
        ("legitimacy", "legitimacy", "1", 0.7, 1),
        ("occupied", "land held by Northland", "km^2", 110000, 0),
    ]
    for ident, label, unit, level, per_side in stocks:
        for side in ("northland", "southland") if per_side else (None,):
            factor = 0.7 if side == "southland" else 1.0
            dates = [f"{start + month // 12}-{month % 12 + 1:02d}-28" for month in range(60)]
            middle = [level * factor * (1 - 0.004 * m * (1.6 - factor)) for m in range(60)]
            wide = [level * factor * 0.07 * math.sqrt(m) for m in range(60)]
            band = {"id": ident, "label": label, "unit": unit, "view": view, "member": side, "dates": dates}
            for key, z in (("q05", -1.6), ("q25", -0.7), ("q50", 0.0), ("q75", 0.8), ("q95", 1.9)):
                band[key] = [max(0.0, m + z * w) for m, w in zip(middle, wide, strict=True)]
            if ident == "occupied":
                band["observed"] = [
                    {"date": f"{start}-{m:02d}-28", "value": level * (1 + 0.004 * m)} for m in range(1, 9)
                ]
            bands.append(band)
    return bands


def summary() -> dict[str, Any]:
    """A new summary of the made-up run, free to be changed."""
    random = Random(7)
    claims, views = [], []
    for source in SOURCES:
        verdicts = []
        for number, (says, value, hedge, kind) in enumerate(SAYS):
            ident = f"{source}-{number + 1}"
            claims.append(
                {
                    "id": ident,
                    "source": source,
                    "kind": kind,
                    "says": says,
                    "speaker": ["author", "a minister", "unnamed official"][number % 3],
                    "voice": "author" if number % 3 == 0 else "reported",
                    "hedge": hedge,
                    "as_of": STARTS[source][:7],
                    "published": STARTS[source],
                    "place": {
                        "document": f"00{SOURCES.index(source)}_made_up.txt",
                        "start": 2716 + 90 * number,
                        "end": 2780 + 90 * number,
                        "sha256": f"{random.getrandbits(64):016x}",
                    },
                    "value_text": value,
                    "about": "barrels_lost_claimed[northland]" if number == 0 else None,
                    "came_true": TRUTHS[(number + 1) % 4],
                    "outcome": None,
                }
            )
            if kind in ("prediction", "conditional") or source == "columnist":
                verdicts.append(make_verdict(ident, says, source, len(verdicts) + SOURCES.index(source)))
        views.append(make_view(random, source, LABELS[source], source, STARTS[source], verdicts))
    for start in sorted(STARTS.values()):
        views.append(make_view(random, f"pooled@{start}", f"all claims pooled, {start[:4]}", None, start, []))
    claims[0]["place"] = {"publication": "a ministry’s daily figures"}
    parameters = []
    for index, (name, about, unit) in enumerate(PARAMETERS):
        used = {}
        for view in views:
            level = 10.0 ** (index % 4)
            own = view["name"] == "columnist" and index < 3
            pool = index % 3 == 0 and view["start"] > "2024"
            origin = "claim" if own else "pool" if pool else "assumption"
            used[view["name"]] = {
                "text": f"{level:g}" if own else f"{level:g} to {3 * level:g}",
                "median": 1.7 * level,
                "low": level,
                "high": level if own else 3 * level,
                "from": origin,
                "claims": [f"columnist-{index + 1}"]
                if own
                else ["columnist-1", "institute-4"]
                if pool
                else [],
                "dated": view["start"] if origin == "assumption" else None,
                "age_days": 29 * index if origin == "assumption" else None,
            }
        note = "A: no source yet" if index % 2 else "yearbook, 2024 edition"
        parameters.append({"name": name, "about": about, "unit": unit, "note": note, "used": used})
    switches = [
        {
            "name": "use_responds",
            "about": "fewer guns are risked as they run short",
            "default": "true",
            "used": {"columnist": {"value": "false", "claims": ["columnist-1"]}},
        },
        {
            "name": "commitment_on",
            "about": "each side fears that the other breaks a treaty",
            "default": "true",
            "used": {},
        },
        {
            "name": "guarantee_is",
            "about": "what makes an armistice hold",
            "default": "both",
            "used": {"expertnews": {"value": "arms", "claims": ["expertnews-6"]}},
        },
    ]
    moves = []
    for view in ("pooled@2024-11-14", "columnist"):
        for what, kind, ending, before, after, change in [
            ("commitment_on", "switch", "negotiated_peace", "on", "off", 0.183),
            ("desertion[southland]", "parameter", "southern_defeat", "0.8%", "3%", 0.121),
            ("aid_level", "parameter", "peace_on_southern_terms", "0.4", "1.1", 0.094),
            ("guarantee_is", "switch", "armistice_guarded", "both", "arms", -0.071),
            ("commitment_fear", "parameter", "war_goes_on", "0.2", "0.9", 0.064),
            ("use_responds", "switch", "northern_defeat", "on", "off", 0.012),
            ("barrel_life", "parameter", "war_goes_on", "1,500", "3,500", -0.002),
        ]:
            moves.append(
                {
                    "view": view,
                    "what": what,
                    "kind": kind,
                    "ending": ending,
                    "from": before,
                    "to": after,
                    "difference": change,
                    "se": 0.0035,
                }
            )
    return {
        "case": {
            "id": "northland",
            "title": "The war between Northland and Southland",
            "about": "Five documents argue that a war will end the way another war once did. "
            "They mean four different things by it.",
            "cautions": ["All five documents come from one side, and most figures from one belligerent."],
            "default_view": "pooled@2024-11-14",
        },
        "version": "0.1.0",
        "seed": 1953,
        "futures": 16384,
        "generated": "2026-11-21T22:48:00",
        "headline": "From November 2024 the war most often just goes on: in 32 to 44 of 100 futures. "
        "Which theory is right matters more than any figure in the documents.",
        "sublines": [
            "No document’s own premises lead to the armistice that it speaks of.",
            "What moves the endings most is whether each side fears that the other breaks a treaty, "
            "not barrels, shells or foreign troops.",
        ],
        "views": views,
        "endings": [{"id": key, "label": label, "about": about} for key, (label, about) in ENDINGS.items()],
        "questions": [{"id": key, "text": text, "about": ""} for key, text in QUESTIONS.items()],
        "bands": make_bands("pooled@2024-11-14", 2025) + make_bands("columnist", 2025),
        "moves": moves,
        "parameters": parameters,
        "switches": switches,
        "claims": claims,
        "sources": [
            {
                "id": source,
                "title": TITLES[source],
                "author": "A. Writer",
                "publisher": "a newspaper",
                "published": STARTS[source],
                "reliability": "C",
                "stance": "writes for one side",
                "dated_by": "what it says of the week’s events",
            }
            for source in SOURCES
        ],
        "run": {
            "seconds": {"load": 0.41, "compile": 0.83, "run": 21.7, "total": 24.9},
            "futures": 16384,
            "verdict_futures": 2048,
            "switch_futures": 2048,
            "nonfinite": 3,
            "limited": [{"stock": "shells[southland]", "share": 0.021}],
            "hashes": {"case": "9f2c51d07be1", "world": "0c77aa19e2d4"},
        },
        "warnings": [
            "pooled@2022-04-01: “undecided” comes out in fewer than 0.1% of futures, "
            "because a truce rarely starts in the last year."
        ],
    }
