"""The cache of compiled code: it gives back what it was given, and nothing that is not whole or not ours."""

from __future__ import annotations

import os
import stat
import sys
from pathlib import Path

import numpy as np
import pytest

from panmunjom.engine import cache, vecarrays

TEXT = """
define void @twice(ptr %x) {
  %v = load double, ptr %x
  %w = fadd double %v, %v
  store double %w, ptr %x
  ret void
}
"""
POSIX = pytest.mark.skipif(sys.platform == "win32", reason="modes and owners of POSIX")


@pytest.fixture
def where(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A cache folder of this test alone."""
    found = tmp_path / "deep" / "cache"
    monkeypatch.setenv(cache.VARIABLE, str(found))
    return found


def only_file(where: Path) -> Path:
    (found,) = where.iterdir()
    return found


def twice(text: str = TEXT) -> float:
    """2 x 21, by the compiled function."""
    import ctypes

    engine = vecarrays.compile_ir(text)
    x = np.array([21.0])
    ctypes.CFUNCTYPE(None, ctypes.c_void_p)(engine.get_function_address("twice"))(x.ctypes.data)
    return float(x[0])


def test_gives_back_what_was_written(where: Path) -> None:
    name = cache.key(["a"])
    assert cache.read(name) is None
    cache.write(name, b"\x00code")
    assert cache.read(name) == b"\x00code"
    assert cache.read(cache.key(["b"])) is None


def test_a_key_knows_where_its_parts_end() -> None:
    assert cache.key(["ab", "c"]) != cache.key(["a", "bc"]) != cache.key(["abc"])
    assert cache.key(["a"]) == cache.key(iter(["a"]))


@pytest.mark.parametrize("spoil", ["cut", "bit", "empty", "head"])
def test_a_spoilt_file_is_ignored_and_replaced(where: Path, spoil: str) -> None:
    name = cache.key(["a"])
    cache.write(name, b"machine code" * 100)
    path = only_file(where)
    data = bytearray(path.read_bytes())
    if spoil == "cut":
        data = data[:-1]
    elif spoil == "empty":
        data = bytearray()
    else:
        data[-5 if spoil == "bit" else 0] ^= 1
    path.write_bytes(data)
    assert cache.read(name) is None
    cache.write(name, b"new")
    assert cache.read(name) == b"new"


@POSIX
def test_the_folder_is_private(where: Path) -> None:
    cache.write(cache.key(["a"]), b"code")
    assert stat.S_IMODE(where.stat().st_mode) == 0o700
    assert stat.S_IMODE(only_file(where).stat().st_mode) == 0o600


@POSIX
def test_a_folder_that_others_can_write_to_is_not_believed(where: Path) -> None:
    name = cache.key(["a"])
    cache.write(name, b"code")
    where.chmod(0o777)
    assert cache.read(name) is None
    cache.write(cache.key(["b"]), b"code")
    assert len(list(where.iterdir())) == 1


@POSIX
@pytest.mark.parametrize("planted", ["writable", "pipe", "folder", "dangling", "other owner"])
def test_a_planted_file_is_not_run(where: Path, planted: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Machine code that another could have put there is compiled anew instead, without a word."""
    assert twice() == 42.0
    path = only_file(where)
    if planted == "writable":
        path.chmod(0o666)
    elif planted == "other owner":
        monkeypatch.setattr(os, "getuid", lambda: where.stat().st_uid + 1)
    else:
        path.unlink()
        {"pipe": os.mkfifo, "folder": os.mkdir, "dangling": lambda p: os.symlink("nowhere", p)}[planted](path)
    assert cache.read(path.name.removesuffix(cache.SUFFIX)) is None
    assert twice() == 42.0


@POSIX
def test_a_link_to_a_folder_that_others_can_write_to_is_not_believed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shared = tmp_path / "shared"
    shared.mkdir()
    shared.chmod(0o777)
    (tmp_path / "link").symlink_to(shared)
    monkeypatch.setenv(cache.VARIABLE, str(tmp_path / "link"))
    assert twice() == 42.0 and list(shared.iterdir()) == []


@pytest.mark.parametrize("named", ["OFF", "~", "  ", "x" * 5_000, "/dev/null", "/proc/self/mem", "a\x1b[31m"])
def test_odd_names_of_the_folder_are_no_error(
    named: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv(cache.VARIABLE, named)
    assert twice() == 42.0


def test_not_being_able_to_write_is_no_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    in_the_way = tmp_path / "file"
    in_the_way.write_text("")
    for folder in (in_the_way, in_the_way / "below"):
        monkeypatch.setenv(cache.VARIABLE, str(folder))
        cache.write(cache.key(["a"]), b"code")
        assert cache.read(cache.key(["a"])) is None
        assert twice() == 42.0


def test_off_keeps_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(cache.VARIABLE, "off")
    assert cache.folder() is None
    cache.write(cache.key(["a"]), b"code")
    assert cache.read(cache.key(["a"])) is None


@pytest.mark.skipif(sys.platform in ("win32", "darwin"), reason="the folders of XDG")
def test_the_usual_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(cache.VARIABLE, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "elsewhere"))
    assert cache.folder() == tmp_path / "elsewhere" / "panmunjom"
    monkeypatch.setenv("XDG_CACHE_HOME", "relative")
    assert cache.folder() == tmp_path / ".cache" / "panmunjom"


def test_no_more_than_so_many_files(where: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cache, "MOST", 3)
    names = [cache.key([str(k)]) for k in range(5)]
    for age, name in enumerate(names):
        cache.write(name, b"code")
        os.utime(where / (name + cache.SUFFIX), (1e9 + age, 1e9 + age))
    cache.write(cache.key(["last"]), b"code")
    assert [cache.read(name) is not None for name in names] == [False, False, False, True, True]


def test_compiled_code_comes_from_the_cache(where: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert twice() == 42.0
    path = only_file(where)

    def never(*_: object) -> None:
        raise AssertionError("compiled again")

    with monkeypatch.context() as patch:
        patch.setattr(vecarrays, "optimise", never)
        assert twice() == 42.0
        with pytest.raises(AssertionError, match="compiled again"):
            twice(TEXT + "\n; another text\n")
    path.write_bytes(b"not an object file")
    assert twice() == 42.0
    assert len(path.read_bytes()) > 100
