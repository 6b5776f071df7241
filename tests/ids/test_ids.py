"""Names from content: the same for the same, different for what differs, and within what the engine can hold."""

from __future__ import annotations

import re
import subprocess
import sys

from hypothesis import given
from hypothesis import strategies as st

from counterveil.ids import digest_hex, key64, key128, short_id, utc_now

# Ids and field values hold no unit separator after ingest would be too much to ask: it is what keeps parts apart.
part = st.text(st.characters(exclude_characters="\x1f"), max_size=8)
parts = st.lists(part, min_size=1, max_size=4)
LIMIT = 1 << 63


@given(one=parts, other=parts)
def test_keys_differ_as_soon_as_any_part_does(one: list[str], other: list[str]) -> None:
    assert (key64(*one) == key64(*other)) is (one == other)


@given(text=st.text())
def test_keys_are_signed_64_bit_numbers(text: str) -> None:
    assert -LIMIT <= key64(text) < LIMIT
    assert all(-LIMIT <= half < LIMIT for half in key128(text))


@given(one=st.text(max_size=6), other=st.text(max_size=6))
def test_event_keys_tell_event_ids_apart(one: str, other: str) -> None:
    assert (key128(one) == key128(other)) is (one == other)


def test_a_lone_surrogate_has_a_key() -> None:
    assert key64("\ud800") != key64("\udfff")
    assert key128("\ud800") != key128("?")


@given(of=parts, data=st.data())
def test_short_ids_do_not_depend_on_order(of: list[str], data: st.DataObject) -> None:
    assert short_id("OP", data.draw(st.permutations(of))) == short_id("OP", of)
    assert short_id("OP", of) != short_id("LD", of)
    assert re.fullmatch(r"OP-[0-9a-f]{8,16}", short_id("OP", of))


@given(data=st.binary(max_size=20), label=part)
def test_a_batch_is_named_by_its_bytes_and_its_reading(data: bytes, label: str) -> None:
    assert digest_hex(data, label) != digest_hex(data)
    assert digest_hex(data, label, "a") != digest_hex(data, label, "b")
    assert len(digest_hex(data)) == 32


def test_keys_are_the_same_in_every_process() -> None:
    """Unlike ``hash()``: a workspace is read by later runs and by worker processes."""
    code = "from counterveil.ids import key64; print(key64('domain', 'outlet.example'))"
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert int(said) == key64("domain", "outlet.example")


def test_now_is_aware() -> None:
    assert utc_now().utcoffset() is not None
