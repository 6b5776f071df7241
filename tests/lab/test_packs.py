"""The packs that ship are valid, and a bad line says where it is."""

from __future__ import annotations

from pathlib import Path

import pytest

from counterveil.errors import InputError
from counterveil.lab.packs import load_pack, pack_names


@pytest.mark.parametrize("name", pack_names())
def test_pack_is_valid(name: str) -> None:
    assert load_pack(name).lines


@pytest.mark.parametrize(
    ("line", "field"),
    [
        ("{", "not JSON"),
        ("[]", "not an object"),
        ('{"kind":"poem","lang":"en","text":"x"}', "kind"),
        ('{"kind":"line","lang":"English!","text":"x"}', "lang"),
        ('{"kind":"line","lang":"en"}', "text"),
        ('{"kind":"line","lang":"en","text":" "}', "text"),
        ('{"kind":"line","lang":"en","text":"x","behaviour":"bad"}', "behaviour"),
        ('{"kind":"line","lang":"en","text":"x","stance":"angry"}', "stance"),
        ('{"kind":"line","lang":"en","text":"x","cover":"yes"}', "cover"),
        ('{"kind":"line","lang":"en","text":"x","colour":"red"}', "colour"),
    ],
)
def test_bad_line_is_located(tmp_path: Path, line: str, field: str) -> None:
    (tmp_path / "p.jsonl").write_text('{"kind":"line","lang":"en","text":"fine"}\n' + line + "\n")
    with pytest.raises(InputError, match=r"p\.jsonl:2") as caught:
        load_pack("p", tmp_path)
    assert field in caught.value.message
    assert caught.value.remedy


def test_missing_and_empty_packs(tmp_path: Path) -> None:
    (tmp_path / "empty.jsonl").write_text("\n")
    for name in ("nothing", "empty"):
        with pytest.raises(InputError, match=name):
            load_pack(name, tmp_path)


def test_units_keep_threads_together(tmp_path: Path) -> None:
    lines = [("a", "t1"), ("b", None), ("c", "t1"), ("d", None)]
    rows = [
        f'{{"kind":"line","lang":"en","text":"{text}"' + (f',"thread":"{thread}"' if thread else "") + "}"
        for text, thread in lines
    ]
    (tmp_path / "p.jsonl").write_text("\n".join(rows))
    units = load_pack("p", tmp_path).units
    assert [[line.text for line in unit] for unit in units] == [["a", "c"], ["b"], ["d"]]
