"""C from the same graph, by ``gcc -O3 -march=native -ffast-math -fopenmp`` with libmvec, in two forms."""

from __future__ import annotations

import ctypes
import shutil
import subprocess
import tempfile
from collections.abc import Callable
from pathlib import Path

import numpy as np

from panmunjom.engine.kernel import Blocks

from .. import cgen, worlds
from ..prepared import Missing, Prepared, mean_and_error, trial

FLAGS = ("-O3", "-march=native", "-ffast-math", "-fopenmp", "-shared", "-fPIC")
# Timers keep NaN for "never", so worlds that have them need comparisons to see it.
WITH_NAN = ("-fno-finite-math-only",)
# What would keep the loop over the lanes from becoming vector code: an exp that is moved into the branch of an `if`, one
# that gcc makes of another and forgets to declare for vectors, more than 1,000 loads and stores. PRE takes minutes.
LARGE = ("-fno-tree-sink", "-fno-builtin-exp", "-fno-builtin-log", "-fno-tree-pre",
         "--param=loop-max-datarefs-for-datadeps=100000")  # fmt: skip
MANY_NODES = 1500  # from here on one width and one register size are tried, because each takes gcc a minute


def one_by_one(model: worlds.Model) -> Prepared:
    """One future after another."""
    return _prepare(model, [(1, 512)])


def blocks(model: worlds.Model) -> Prepared:
    """Blocks of 8 to 64 futures, the best by trial."""
    if len(model.graph.nodes) > MANY_NODES:
        return _prepare(model, [(8, 512)])
    return _prepare(model, [(width, bits) for bits in (512, 256) for width in (8, 16, 32, 64)])


def _prepare(model: worlds.Model, forms: list[tuple[int, int]]) -> Prepared:
    if shutil.which("gcc") is None:
        raise Missing("there is no gcc")
    futures = worlds.FUTURES[model.name] // (4 if forms[0][0] == 1 else 1)
    graph, table = model.graph, model.rows(futures)
    start, hosts = model.start(table), np.ascontiguousarray(model.plan.hosts)
    memory: dict[str, Blocks] = {}
    choices: list[tuple[str, Callable[[], object], int]] = []
    for width, bits in forms:
        run = compiled(model, width, bits)
        block = Blocks(table, worlds.luck(futures), len(graph.slots), width)
        block.set_state(start)
        first = block.state.copy()
        pointers = [ctypes.c_void_p(a.ctypes.data) for a in (block.state, block.rows, block.luck, hosts)]
        sizes = [ctypes.c_long(block.count), ctypes.c_long(model.plan.count)]
        key = [ctypes.c_uint32(worlds.SEED), ctypes.c_uint32(0)]

        def again(run=run, block=block, first=first, given=(*pointers, *sizes, *key)) -> None:
            block.state[...] = first
            run(*given)

        name = "one by one" if width == 1 else f"blocks of {width}, {bits}-bit registers"
        memory[name] = block
        choices.append((name, again, futures))
    name, best, futures = trial(choices)
    best()
    levels = memory[name].unpacked()[[s.slot for s in graph.stocks]]
    return Prepared(best, futures, levels, name, mean_and_error(levels))


def compiled(model: worlds.Model, width: int, bits: int) -> Callable[..., object]:
    """The function ``run`` of the graph's program."""
    graph = model.graph
    flags = [*FLAGS, f"-mprefer-vector-width={bits}"]
    if any(n.operation == "isnan" for n in graph.nodes) or graph.events:
        flags += [*WITH_NAN, *LARGE]
    with tempfile.TemporaryDirectory() as folder:
        source, library = Path(folder) / "model.c", Path(folder) / "model.so"
        source.write_text(cgen.source(graph, width), encoding="utf-8")
        done = subprocess.run(
            ["gcc", *flags, str(source), "-o", str(library), "-lmvec", "-lm"], capture_output=True, text=True
        )
        if done.returncode:
            raise Missing(f"gcc: {done.stderr.strip().splitlines()[-1]}")
        return ctypes.CDLL(str(library)).run
