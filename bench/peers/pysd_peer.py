"""PySD: the model as Vensim text, translated to Python, one future a run, nothing kept but the last day."""

from __future__ import annotations

import shutil
import tempfile
import warnings
from pathlib import Path

import numpy as np

from .. import worlds
from ..models import attrition
from ..prepared import Missing, Prepared

FUTURES = 4


def prepare(model: worlds.Model) -> Prepared:
    """Written out without subscripts, which PySD runs faster than arrays of two."""
    try:
        import pysd
    except ImportError:
        raise Missing("pysd is not installed") from None
    warnings.simplefilter("ignore")
    with tempfile.TemporaryDirectory() as folder:
        text = Path(shutil.copy(worlds.MODELS / "attrition.mdl", folder))
        translated = pysd.read_vensim(str(text))
    table = model.rows(FUTURES)
    names = [r.name.replace("_", " ").replace("[", " ").replace("]", "") for r in model.graph.rows]
    wanted = [f"{stock} {side}" for stock in attrition.STOCKS for side in attrition.SIDES]
    rows = [{n: float(table[i, k]) for i, n in enumerate(names)} for k in range(FUTURES)]
    last: list[np.ndarray] = []

    def run() -> None:
        last.clear()
        for row in rows:
            found = translated.run(params=row, return_columns=wanted, return_timestamps=[model.plan.count])
            last.append(found[wanted].to_numpy()[-1])

    run()
    return Prepared(run, FUTURES, np.array(last).T)
