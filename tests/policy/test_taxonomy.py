"""The taxonomy as data: complete, agreeing with every other list of the same words, and located when it is wrong."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import get_args

import orjson
import py3langid
import pytest
from pydantic import ValidationError

from counterveil.errors import SettingsError
from counterveil.lab import corpus, packs
from counterveil.observe import heads
from counterveil.policy.taxonomy import Behaviour, forms, load_taxonomy, stances, taxonomy

SHIPPED = (files("counterveil.policy") / "taxonomy.toml").read_text(encoding="utf-8")
TECHNIQUE = re.compile(r"T\d{4}(\.\d{3})?")
ATLAS = re.compile(r"AML\.T\d{4}(\.\d{3})?")
# What a row needs at least, to be checked without 22 of them.
ROW = """
[[behaviour]]
id = "IO-1"
name = "Covert content"
definition = "Origin hidden."
severity = 2
disarm = ["T0101"]
attack = []
atlas = []
signs = ["one", "two"]
examples = ["a", "b", "c", "d"]
non_examples = [
  { text = "e", stance = "victim" }, { text = "f", stance = "victim" },
  { text = "g", stance = "victim" }, { text = "h", stance = "victim" },
]
"""
WORDS = """
[[stance]]
id = "doing"
name = "Doing"
definition = "Does it."
separates = "The measure."
[[stance]]
id = "victim"
name = "Victim"
definition = "Suffers it."
separates = "Asks what to do."
[[form]]
id = "ask"
name = "Ask"
definition = "A question."
"""
SMALL = f"version = 1\n{ROW}{WORDS}"

every_behaviour = pytest.mark.parametrize("behaviour", taxonomy().values(), ids=taxonomy())


def texts(behaviour: Behaviour) -> list[str]:
    return [*behaviour.examples, *(near.text for near in behaviour.non_examples)]


def strings(value: object) -> Iterator[str]:
    """Every text in a JSON value, and the parts of a turn as they are joined when sent."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        parts = value.get("parts")
        if isinstance(parts, list):
            yield "".join(part[1] for part in parts)
        for inner in value.values():
            yield from strings(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from strings(inner)


def plain(text: str) -> str:
    return " ".join(text.casefold().split())


def texts_in(path: Traversable) -> Iterator[str]:
    data = path.read_text(encoding="utf-8")
    if not path.name.endswith(".jsonl"):
        yield data
        return
    for line in data.split("\n"):
        if line.strip():
            yield from strings(orjson.loads(line))


@pytest.fixture(scope="module")
def lab() -> str:
    """All that the generator may write and all that trains."""
    found = [path for folder in (packs.packs_folder(), corpus.folder()) for path in folder.iterdir() if path.is_file()]
    assert len(found) > 50
    return "\n".join(plain(text) for path in found for text in texts_in(path))


def written(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "taxonomy.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_there_are_22_behaviours_with_unique_ids_in_the_order_of_the_file() -> None:
    ids = re.findall(r'^id = "([A-Z]{2}-\d)"$', SHIPPED, re.MULTILINE)
    assert list(taxonomy()) == ids
    assert len(set(ids)) == len(ids) == 22
    assert all(key == behaviour.behaviour_id for key, behaviour in taxonomy().items())
    assert len({behaviour.name for behaviour in taxonomy().values()}) == 22


@every_behaviour
def test_a_row_says_what_it_is_how_bad_and_what_others_call_it(behaviour: Behaviour) -> None:
    assert behaviour.severity in (1, 2, 3, 4)
    assert behaviour.name
    assert len(behaviour.definition) >= 60
    # A bar would break the table of docs/evidence.md apart.
    assert "|" not in behaviour.definition
    assert len(re.findall(r"[.?!](?= |$)", behaviour.definition)) <= 2
    assert all(TECHNIQUE.fullmatch(found) for found in (*behaviour.disarm, *behaviour.attack))
    assert all(ATLAS.fullmatch(found) for found in behaviour.atlas)
    for ids in (behaviour.disarm, behaviour.attack, behaviour.atlas, behaviour.signs):
        assert len(set(ids)) == len(ids)


@every_behaviour
def test_a_row_shows_operators_and_their_look_alikes_in_several_languages(behaviour: Behaviour) -> None:
    """Language must not tell them apart, so both sides have several."""
    assert 4 <= len(behaviour.examples) <= 6
    assert 4 <= len(behaviour.non_examples) <= 6
    assert len(behaviour.signs) >= 2
    near = [found.text for found in behaviour.non_examples]
    assert all(len({py3langid.classify(text)[0] for text in side}) >= 3 for side in (behaviour.examples, near))


@every_behaviour
def test_look_alikes_have_a_stance_that_is_not_doing_and_more_than_one_of_them(behaviour: Behaviour) -> None:
    found = {near.stance for near in behaviour.non_examples}
    assert found <= stances().keys() - {heads.DOING}
    assert len(found) >= 2


def test_every_innocent_stance_is_shown_often_enough() -> None:
    shown = Counter(near.stance for behaviour in taxonomy().values() for near in behaviour.non_examples)
    assert set(shown) == set(heads.STANCES)
    assert min(shown.values()) >= 5


@every_behaviour
def test_no_example_stands_in_a_pack_or_a_training_account(behaviour: Behaviour, lab: str) -> None:
    """What explains a behaviour must neither train nor be measured on."""
    assert [text for text in texts(behaviour) if plain(text) in lab] == []


def test_the_search_for_examples_finds_what_is_there(lab: str) -> None:
    account = next(iter(corpus.load().accounts))
    assert all(plain(turn.text) in lab for turn in account.turns)
    line = next(line for line in packs.load_pack("op_romance").lines if line.kind == "line")
    assert plain(line.text) in lab


@every_behaviour
def test_examples_name_no_real_address(behaviour: Behaviour) -> None:
    said = " ".join(texts(behaviour))
    assert not re.search(r"https?://|www\.|\d{1,3}(\.\d{1,3}){3}|\+\d{6}", said)
    assert all(domain.endswith(".example") for domain in re.findall(r"[\w.+-]+@[\w.-]+", said))


def test_stances_agree_with_the_heads_the_corpus_and_the_packs() -> None:
    assert tuple(stances()) == (heads.DOING, *heads.STANCES) == get_args(corpus.Stance)
    assert set(packs.STANCES) <= set(stances())


def test_forms_agree_with_the_heads_and_the_corpus() -> None:
    assert tuple(forms()) == heads.FORMS == get_args(corpus.Form)


def test_stances_and_forms_are_told() -> None:
    assert all(stance.name and stance.definition and stance.separates for stance in stances().values())
    assert all(form.name and form.definition for form in forms().values())


def test_entries_are_frozen() -> None:
    with pytest.raises(ValidationError, match="frozen"):
        setattr(taxonomy()["IO-1"], "severity", 1)  # noqa: B010


def test_a_small_file_is_read(tmp_path: Path) -> None:
    found = load_taxonomy(written(tmp_path, SMALL))
    assert [behaviour.behaviour_id for behaviour in found.behaviour] == ["IO-1"]


@pytest.mark.parametrize(
    ("before", "after", "where"),
    [
        ("severity = 2", "severity = 5", "taxonomy.toml: [[behaviour]] IO-1, severity: "),
        ("severity = 2", 'severity = "2"', "taxonomy.toml: [[behaviour]] IO-1, severity: "),
        ("severity = 2", "severity = 2\ncolour = 1", "taxonomy.toml: [[behaviour]] IO-1, colour: "),
        ('name = "Covert content"', 'name = ""', "taxonomy.toml: [[behaviour]] IO-1, name: "),
        ('["T0101"]', '["T0101", "T101"]', "taxonomy.toml: [[behaviour]] IO-1, disarm 2: "),
        ("attack = []", 'attack = ["AML.T0052"]', "taxonomy.toml: [[behaviour]] IO-1, attack 1: "),
        ("atlas = []", 'atlas = ["AML.CS0030"]', "taxonomy.toml: [[behaviour]] IO-1, atlas 1: "),
        ("attack = []\n", "", "taxonomy.toml: [[behaviour]] IO-1, attack: "),
        ('["a", "b", "c", "d"]', '["a"]', "taxonomy.toml: [[behaviour]] IO-1, examples: "),
        ('["a", "b", "c", "d"]', '["a", "b", "c", "a"]', "taxonomy.toml: [[behaviour]] IO-1, examples 4: "),
        ('text = "f"', 'text = "a"', "taxonomy.toml: [[behaviour]] IO-1, non_examples 2, text: "),
        ('text = "f", ', "", "taxonomy.toml: [[behaviour]] IO-1, non_examples 2, text: "),
        (
            '"g", stance = "victim"',
            '"g", stance = "doing"',
            "taxonomy.toml: [[behaviour]] IO-1, non_examples 3, stance: 'doing'",
        ),
        (
            '"g", stance = "victim"',
            '"g", stance = "clerk"',
            "taxonomy.toml: [[behaviour]] IO-1, non_examples 3, stance: 'clerk'",
        ),
        ('id = "IO-1"', 'id = "IO1"', "taxonomy.toml: [[behaviour]] IO1, id: "),
        ('id = "IO-1"\n', "", "taxonomy.toml: [[behaviour]] number 1, id: "),
        ('separates = "Asks what to do."\n', "", "taxonomy.toml: [[stance]] victim, separates: "),
        ('id = "victim"', 'id = "doing"', "taxonomy.toml: [[stance]] doing, id: appears twice"),
        ('id = "doing"', 'id = "making"', "taxonomy.toml: [[stance]] doing: missing"),
        ('definition = "A question."\n', "", "taxonomy.toml: [[form]] ask, definition: "),
        ("version = 1", "version = 0", "taxonomy.toml: version: "),
        ("version = 1", "version = 1\nseverity = 2", "taxonomy.toml: severity: "),
        (ROW, "", "taxonomy.toml: behaviour: "),
        (ROW, ROW + ROW, "taxonomy.toml: [[behaviour]] IO-1, id: appears twice"),
        (ROW, "behaviour = 3\n", "taxonomy.toml: behaviour: "),
        (ROW, "behaviour = [3]\n", "taxonomy.toml: [[behaviour]] number 1: "),
        ("severity = 2", "severity = ", "taxonomy.toml: not valid TOML: "),
    ],
)
def test_a_broken_file_is_refused_with_file_table_and_field(
    tmp_path: Path, before: str, after: str, where: str
) -> None:
    assert before in SMALL
    with pytest.raises(SettingsError) as refused:
        load_taxonomy(written(tmp_path, SMALL.replace(before, after, 1)))
    assert refused.value.message.startswith(where)
    assert refused.value.remedy


def test_a_file_that_is_no_text_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "taxonomy.toml"
    path.write_bytes(b"version = 1 # \xff")
    with pytest.raises(SettingsError, match=re.escape("taxonomy.toml: not valid TOML")):
        load_taxonomy(path)
