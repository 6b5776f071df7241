"""One writing process a workspace."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from counterveil.errors import BusyError, StateError
from counterveil.store.lock import writing


def test_a_second_writer_is_told_to_wait(tmp_path: Path) -> None:
    with writing(tmp_path), pytest.raises(BusyError) as refused, writing(tmp_path):
        pass
    assert str(tmp_path) in refused.value.message
    assert refused.value.remedy


def test_another_workspace_is_free(tmp_path: Path) -> None:
    with writing(tmp_path / "a"), writing(tmp_path / "b"):
        assert (tmp_path / "a" / ".lock").exists()
        assert (tmp_path / "b" / ".lock").exists()


def test_the_lock_goes_with_its_holder(tmp_path: Path) -> None:
    """Also when the holder is killed: the operating system drops it, no file has to be removed by hand."""
    code = (
        "import fcntl, sys, time\n"
        "lock = open(sys.argv[1], 'a')\n"
        "fcntl.flock(lock, fcntl.LOCK_EX)\n"
        "print('held', flush=True)\n"
        "time.sleep(60)\n"
    )
    holder = subprocess.Popen([sys.executable, "-c", code, str(tmp_path / ".lock")], stdout=subprocess.PIPE)
    assert holder.stdout is not None
    with holder.stdout as said:
        assert said.readline() == b"held\n"
        with pytest.raises(BusyError), writing(tmp_path):
            pass
        holder.kill()
        holder.wait()
    with writing(tmp_path):
        pass


def test_an_error_inside_frees_the_workspace(tmp_path: Path) -> None:
    def fails() -> None:
        with writing(tmp_path):
            raise RuntimeError("inside")

    with pytest.raises(RuntimeError, match="inside"):
        fails()
    with writing(tmp_path):
        pass


@pytest.mark.parametrize("below", ["", "sub"])
def test_a_workspace_where_a_file_is_has_a_remedy(tmp_path: Path, below: str) -> None:
    (tmp_path / "file").write_text("not a folder")
    with pytest.raises(StateError) as refused, writing(tmp_path / "file" / below):
        pass
    assert refused.value.remedy
