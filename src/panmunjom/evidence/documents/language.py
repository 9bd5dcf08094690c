"""Which language a text is in, by its commonest words and letters."""

from __future__ import annotations

import re
from collections import Counter

from .records import Finding

_SHORT = 60  # words; a shorter text may have few common words
_LEAST = 0.10  # share of common words below which no language is claimed
# The commonest function words of each language; words that two of them share count for both.
_WORDS = {
    "en": "the of and to in is that for on it with as was are be by this have from at not but which they has will their an or "
    "been were",
    "de": "der die und in den von zu das mit sich des auf für ist im dem nicht ein eine als auch es an werden aus er hat dass "
    "sie nach wird "
    "bei einer um noch wie einem über so zum war haben nur oder aber vor zur bis mehr durch kann sind",
    "fr": "le la les de des et en un une du que est pour dans qui par sur au plus pas ce il avec sont aux ne se mais ou cette",
    "es": "el la los las de que y en un una por con para es se del al lo no su como más pero sus fue ha son este",
    "it": "il la di che e un una in per con non del della si è le dei da al sono nel gli alla anche ha come più ma",
    "pl": "w i na z się nie do że to jest o za od po jak są przez ale dla oraz tym może które był",
    "nl": "de het een van en in is dat op te zijn voor met niet aan er om ook als bij door naar wordt maar die worden",
    "pt": "o a os as de que e do da em um uma para com não por mais no na dos das se ao como mas foi são",
    "tr": "ve bir bu için ile da de olarak daha çok olan gibi sonra kadar ise ancak en",
    "uk": "і в на з що не до та за у як це від про але його є для які бути після",
    "ru": "и в на с что не по как это из он за но для от его к все был который после",
}
NAMES = {
    "en": "English", "de": "German", "fr": "French", "es": "Spanish", "it": "Italian", "pl": "Polish", "nl": "Dutch",
    "pt": "Portuguese", "tr": "Turkish", "uk": "Ukrainian", "ru": "Russian",
}  # fmt: skip
_SETS = {code: frozenset(words.split()) for code, words in _WORDS.items()}
_SCRIPTS = (
    ("Arabic", "\u0600-\u06ff"),
    ("Chinese or Japanese", "\u3040-\u30ff\u4e00-\u9fff"),
    ("Korean", "\uac00-\ud7af"),
    ("Hebrew", "\u0590-\u05ff"),
)


def tell(text: str) -> str:
    """The language's code, or empty where too few common words of any are found."""
    words = re.findall(r"[^\W\d_]+", text[:200_000].lower())
    if not words:
        return ""
    counts = Counter(words)
    scores = {
        code: sum(counts[w] for w in known & counts.keys()) / len(words) for code, known in _SETS.items()
    }
    if re.search("[іїєґ]", text) and scores["uk"] > _LEAST / 2:
        scores["uk"] += _LEAST
    elif re.search("[ыэъё]", text) and scores["ru"] > _LEAST / 2:
        scores["ru"] += _LEAST
    best = max(scores, key=lambda code: scores[code])
    return best if scores[best] >= (_LEAST if len(words) >= _SHORT else _LEAST / 3) else ""


def found(text: str) -> Finding | None:
    """The language of a document with how sure that is; None where none is recognised."""
    code = tell(text)
    if not code:
        return None
    words = len(re.findall(r"\w+", text))
    return Finding(code, f"the commonest words among {words}", "high" if words >= 50 else "low")


def script(text: str) -> str:
    """The name of a script that no language here uses, where most letters are of it; else empty."""
    letters = max(1, sum(c.isalpha() for c in text[:20_000]))
    for name, signs in _SCRIPTS:
        if len(re.findall(f"[{signs}]", text[:20_000])) > letters / 2:
            return name
    return ""
