"""A link in a sentence: what is shared, how many others share it, what it weighs, and the innocent reading (DESIGN.md §3.4)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from counterveil.model.link import Link, SharedThing
from counterveil.model.signal import EvidenceClass, Family

# An innocent reading is set aside only by evidence of at least so many bits that it does not account for: 16 to 1, as the
# least weight of a family in ``evidence.toml``.
_TELLING_BITS = 4.0
_LISTED = 3


@dataclass(frozen=True, slots=True)
class Explanation:
    """``sentence`` says what links the two; ``innocent`` the best innocent reading; ``answer`` what speaks against it, or that nothing does."""

    sentence: str
    innocent: str
    answer: str


def explain(link: Link, labels: dict[str, str]) -> Explanation:
    """Explain one link; ``labels`` names kinds of evidence in words."""
    counted = [t for t in link.shared if t.bits > 0 and t.evidence_class is not EvidenceClass.C]
    told = "; ".join(_thing(t, labels) for t in counted[:_LISTED]) or "context only"
    more = f"; and {len(counted) - _LISTED} more" if len(counted) > _LISTED else ""
    sentence = f"Both share {told}{more}: {link.bits:.1f} bits together{'' if link.sure else ', probable only'}."
    innocent, accounted = _innocent(counted)
    rest = [t for t in counted if t.family not in accounted]
    beyond = sum(t.bits for t in rest)
    if beyond >= _TELLING_BITS:
        answer = f"It does not account for {', '.join(dict.fromkeys(labels.get(t.kind, t.kind) for t in rest))} ({beyond:.1f} bits)."
    else:
        answer = "Nothing that the two share speaks against it: that they belong together is not that they do wrong."
    return Explanation(sentence, innocent, answer)


def _thing(thing: SharedThing, labels: dict[str, str]) -> str:
    others = thing.n_subjects - 2
    crowd = "nobody else" if others <= 0 else f"{others:,} other{'s' if others > 1 else ''}"
    label = labels.get(thing.kind, thing.kind)
    # Likeness is told in a sentence that says what it is; a thing needs its kind and quotation marks.
    what = (
        thing.value
        if thing.family in (Family.CONTENT, Family.TIMING) and thing.kind != "passage"
        else f"{label} “{thing.value}”"
    )
    return f"{what} ({crowd} of {thing.n_population:,}, {thing.bits:.1f} bits)"


def _innocent(counted: Sequence[SharedThing]) -> tuple[str, frozenset[Family]]:
    """The reading that accounts for most of the bits, and the families that it accounts for."""
    bits: dict[Family, float] = {}
    for thing in counted:
        bits[thing.family] = bits.get(thing.family, 0.0) + thing.bits
    place = frozenset((Family.INFRASTRUCTURE, Family.IDENTITY, Family.TIMING))
    matter = frozenset((Family.CONTENT,))
    names = frozenset((Family.ARTEFACT, Family.CONTENT))
    readings = [
        ("One household, shared flat or office", place),
        ("A class with one assignment, or a text that went round", matter),
        ("Two people who follow the same public matter, or colleagues in one project", names),
    ]
    # Of readings that account for as much, the narrower one.
    return max(readings, key=lambda r: (sum(bits.get(f, 0.0) for f in r[1]), -len(r[1])))
