"""The vector routines as functions over NumPy arrays, compiled once per process.

``exp``, ``log``, ``power`` and ``norm_inv`` run the same IR as a compiled model does, so a plain evaluator
that calls them gets the same bits. There is no scalar path: whole blocks of ``width`` values go through the
vector routine, and the rest is copied into a padded block.
"""

from __future__ import annotations

import ctypes
import threading
from collections.abc import Callable
from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt

from panmunjom.engine import cache
from panmunjom.engine.vecmath import definitions

WIDTH = 8
PIPELINE = "2"  # to be changed with what ``optimise`` or ``target_machine`` do
ARITY = {"exp": 1, "log": 1, "pow": 2, "norm_inv": 1}

_lock = threading.RLock()
_ready = False


def binding() -> Any:
    """``llvmlite.binding`` with the native target and its assembly printer initialised (once)."""
    global _ready
    import llvmlite.binding as llvm

    with _lock:
        if not _ready:
            llvm.initialize_native_target()
            llvm.initialize_native_asmprinter()
            _ready = True
    return llvm


def target_machine(cpu: str | None = None, features: str | None = None) -> Any:
    """A target machine at level 3 for this processor, or for another of its family by LLVM's name."""
    llvm = binding()
    if cpu is None:
        cpu = llvm.get_host_cpu_name()
        features = llvm.get_host_cpu_features().flatten() if features is None else features
    return llvm.Target.from_default_triple().create_target_machine(
        cpu=cpu, features=features or "", opt=3, jit=True
    )


def optimise(text: str, machine: Any) -> Any:
    """The module that ``text`` (LLVM IR) describes, verified, with the routines put where they are called and those
    that nobody calls left out.

    No more than that: our texts compute nothing twice, and what LLVM's general passes still find in them
    costs more time than it saves, and registers besides.
    """
    llvm = binding()
    module = llvm.parse_assembly(text)
    module.triple = machine.triple
    module.verify()
    builder = llvm.create_pass_builder(machine, llvm.create_pipeline_tuning_options(0))
    passes = llvm.create_new_module_pass_manager()
    passes.add_always_inliner_pass()
    passes.add_simplify_cfg_pass()
    passes.add_global_dead_code_eliminate_pass()
    passes.run(module, builder)
    return module


def machine_code(text: str, machine: Any, cpu: str, features: str) -> bytes:
    """The object file of ``text`` for ``machine``, from the cache where it has it."""
    import llvmlite

    llvm = binding()
    versions = [
        llvmlite.__version__,
        ".".join(map(str, llvm.llvm_version_info)),
        machine.triple,
        cpu,
        features,
    ]
    name = cache.key([PIPELINE, *versions, text])
    found = cache.read(name)
    if found is None:
        found = machine.emit_object(optimise(text, machine))
        cache.write(name, found)
    return found


def compile_ir(text: str, cpu: str | None = None, features: str | None = None) -> Any:
    """An execution engine holding the compiled ``text``; its functions live as long as it does."""
    llvm = binding()
    with _lock:
        machine = target_machine(cpu, features)
        used_cpu = cpu or llvm.get_host_cpu_name()
        used_features = features or ("" if cpu else llvm.get_host_cpu_features().flatten())
        code = machine_code(text, machine, used_cpu, used_features)
        engine = llvm.create_mcjit_compiler(llvm.parse_assembly(""), machine)
        engine.add_object_file(llvm.ObjectFileRef.from_data(code))
        engine.finalize_object()
    return engine


def loop(name: str, routine: str, arguments: int, width: int) -> str:
    """IR text of ``void @name(ptr in.., ptr out, i64 n)``: ``routine`` over n doubles.

    n is a multiple of ``width``; the arrays need no alignment beyond 8 bytes.
    """
    vector = f"<{width} x double>"
    inputs = [f"%a{i}" for i in range(arguments)]
    loads = "".join(
        f"  %p{a[1:]} = getelementptr double, ptr {a}, i64 %i\n"
        f"  %x{a[1:]} = load {vector}, ptr %p{a[1:]}, align 8\n"
        for a in inputs
    )
    values = ", ".join(f"{vector} %x{a[1:]}" for a in inputs)
    pointers = ", ".join(f"ptr noalias {a}" for a in inputs)
    return f"""
define void @{name}({pointers}, ptr noalias %out, i64 %n) nounwind {{
entry:
  %some = icmp sgt i64 %n, 0
  br i1 %some, label %body, label %exit
body:
  %i = phi i64 [ 0, %entry ], [ %next, %latch ]
{loads}  %y = call {vector} @pj.{routine}.v{width}({values})
  br label %latch
latch:
  %q = getelementptr double, ptr %out, i64 %i
  store {vector} %y, ptr %q, align 8
  %next = add i64 %i, {width}
  %more = icmp slt i64 %next, %n
  br i1 %more, label %body, label %exit
exit:
  ret void
}}
"""


class Routines:
    """The routines over arrays for one number of lanes; the bits do not depend on it.

    ``cpu`` and ``features`` (LLVM's names) choose another processor than this one, for tests.
    """

    def __init__(self, width: int = WIDTH, cpu: str | None = None, features: str | None = None) -> None:
        self.width = width
        loops = (loop(f"array_{name}", name, arity, width) for name, arity in ARITY.items())
        text = definitions(width) + "".join(loops)
        self._engine = compile_ir(text, cpu, features)
        self._functions: dict[str, Callable[..., None]] = {}
        for name, arity in ARITY.items():
            kind = ctypes.CFUNCTYPE(None, *[ctypes.c_void_p] * (arity + 1), ctypes.c_int64)
            self._functions[name] = kind(self._engine.get_function_address(f"array_{name}"))

    def _apply(self, name: str, *arguments: npt.ArrayLike) -> Any:
        arrays = np.broadcast_arrays(*(np.asarray(a, dtype=np.float64) for a in arguments))
        inputs = [np.ascontiguousarray(a).reshape(-1) for a in arrays]
        function = self._functions[name]
        out = np.empty(inputs[0].size)
        whole = out.size - out.size % self.width
        function(*(a.ctypes.data for a in inputs), out.ctypes.data, whole)
        if whole < out.size:
            padded = [np.full(self.width, 0.5) for _ in inputs]
            for block, values in zip(padded, inputs, strict=True):
                block[: out.size - whole] = values[whole:]
            last = np.empty(self.width)
            function(*(a.ctypes.data for a in padded), last.ctypes.data, self.width)
            out[whole:] = last[: out.size - whole]
        return out.reshape(arrays[0].shape)[()]

    def exp(self, x: npt.ArrayLike) -> Any:
        """e^x; overflow gives infinity, underflow subnormals and 0."""
        return self._apply("exp", x)

    def log(self, x: npt.ArrayLike) -> Any:
        """The natural logarithm; 0 gives minus infinity, negative numbers NaN."""
        return self._apply("log", x)

    def power(self, x: npt.ArrayLike, y: npt.ArrayLike) -> Any:
        """x^y with the special cases of IEEE 754 ``pow``; the two are broadcast against each other."""
        return self._apply("pow", x, y)

    def norm_inv(self, u: npt.ArrayLike) -> Any:
        """The standard normal's quantile of u; 0 and 1 give infinities, numbers outside NaN."""
        return self._apply("norm_inv", u)


@lru_cache(maxsize=1)
def _built() -> Routines:
    return Routines()


def routines() -> Routines:
    """The routines of this process, compiled at the first call, whichever thread makes it."""
    with _lock:
        return _built()


def exp(x: npt.ArrayLike) -> Any:
    """e^x over an array of any shape (float64 in and out); see ``Routines.exp``."""
    return routines().exp(x)


def log(x: npt.ArrayLike) -> Any:
    """The natural logarithm over an array of any shape; see ``Routines.log``."""
    return routines().log(x)


def power(x: npt.ArrayLike, y: npt.ArrayLike) -> Any:
    """x^y over arrays broadcast against each other; see ``Routines.power``."""
    return routines().power(x, y)


def norm_inv(u: npt.ArrayLike) -> Any:
    """The standard normal's quantile over an array of any shape; see ``Routines.norm_inv``."""
    return routines().norm_inv(u)
