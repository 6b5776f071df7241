"""Statements from outside: a file that people keep, and no line of it is passed over."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import orjson
import pytest

from counterveil.errors import InputError
from counterveil.model.hypothesis import Anchor
from counterveil.pipeline.anchors import FILE, anchors

GOOD: dict[str, Any] = {
    "anchor_id": "A1", "kind": "domain", "value": "outlet.example", "origin": "Freedonia", "source": "peer report",
    "reliability": "A", "credibility": 2,
}  # fmt: skip


def put(home: Path, *lines: bytes) -> None:
    (home / FILE).write_bytes(b"\n".join(lines))


def test_no_file_means_that_nobody_said_anything(tmp_path: Path) -> None:
    assert anchors(tmp_path) == ()


def test_statements_are_read_in_order(tmp_path: Path) -> None:
    put(tmp_path, orjson.dumps(GOOD), b"", orjson.dumps(GOOD | {"anchor_id": "A2"}))
    assert anchors(tmp_path) == (Anchor(**GOOD), Anchor(**(GOOD | {"anchor_id": "A2"})))


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (b"{", "line 2: not JSON"),
        (b"[]", "line 2: not JSON"),
        (orjson.dumps({k: v for k, v in GOOD.items() if k != "source"}), "line 2: source"),
        (orjson.dumps(GOOD | {"anchor_id": "A2", "reliability": "G"}), "line 2: reliability"),
        (orjson.dumps(GOOD | {"anchor_id": "A2", "credibility": 0}), "line 2: credibility"),
        (orjson.dumps(GOOD | {"anchor_id": "A2", "credibility": "1"}), "line 2: credibility"),
        (orjson.dumps(GOOD | {"anchor_id": "A2", "origin": " "}), "line 2: origin"),
        (orjson.dumps(GOOD | {"anchor_id": "A2", "more": 1}), "line 2: more"),
        (orjson.dumps(GOOD), "line 2: anchor_id: A1 is there twice"),
        (b"\xff\xfe", "line 2"),
    ],
)
def test_what_is_wrong_is_named_by_line_and_field(tmp_path: Path, line: bytes, said: str) -> None:
    put(tmp_path, orjson.dumps(GOOD), line)
    with pytest.raises(InputError) as caught:
        anchors(tmp_path)
    assert f"{FILE}, {said}" in caught.value.message
    assert "docs/concepts.md" in caught.value.remedy
