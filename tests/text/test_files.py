"""Files that somebody else may have made: nothing is waited for, nothing is read without an end."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from panmunjom.text.files import TooLarge, read_regular

POSIX = pytest.mark.skipif(sys.platform == "win32", reason="pipes, devices and modes of POSIX")


def test_reads_a_file_and_what_a_link_leads_to(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"\r\n\x00\xff")
    (tmp_path / "b").symlink_to(tmp_path / "a")
    assert read_regular(tmp_path / "a", 4) == read_regular(tmp_path / "b", 4) == b"\r\n\x00\xff"


def test_reads_no_more_than_it_may(tmp_path: Path) -> None:
    """Neither of a file that has more nor, by its first bytes, of a sparse one."""
    (tmp_path / "a").write_bytes(b"12345")
    with pytest.raises(TooLarge) as found:
        read_regular(tmp_path / "a", 4)
    assert found.value.size == 5
    with open(tmp_path / "sparse", "wb") as file:
        file.truncate(2**40)
    with pytest.raises(TooLarge):
        read_regular(tmp_path / "sparse", 2**20)


@POSIX
def test_does_not_wait_for_what_is_no_file(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "folder").mkdir()
    for path in (tmp_path / "pipe", tmp_path / "folder", Path("/dev/zero")):
        with pytest.raises(OSError, match="it is not a file"):
            read_regular(path, 100)


def test_a_name_that_no_file_can_have(tmp_path: Path) -> None:
    for name in ("a\x00b", "x" * 10_000):
        with pytest.raises(OSError):
            read_regular(tmp_path / name, 100)


@POSIX
def test_what_others_can_write_to_is_not_ours(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_bytes(b"code")
    path.chmod(0o600)
    assert read_regular(path, 100, ours=True) == b"code"
    for mode in (0o620, 0o602):
        path.chmod(mode)
        with pytest.raises(OSError, match="others can write"):
            read_regular(path, 100, ours=True)
        assert read_regular(path, 100) == b"code"
