"""Text as it was meant: disguises undone, and counted, since hiding is itself a signal.

Method and measurements: a script-aware wrapper over the ``disarm`` primitives. Applying its stock canonicaliser to
everything rewrote 40 of 40 Russian sentences; deciding per word by the script of the text keeps them.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from dataclasses import dataclass

import disarm

_TOKEN = re.compile(r"\w[\w\u0300-\u036f]*|[^\w]+")
_ALIKE = frozenset(("Cyrl", "Grek", "Cher", "Armn"))
# Zero-width characters between two Latin or Cyrillic letters hide a word; in Persian, Hindi, Khmer or emoji they are
# ordinary spelling.
_HIDDEN = re.compile(r"(?<=[A-Za-z\u0400-\u04ff])[\u200b-\u200d\u2060\ufeff\u00ad]+(?=[A-Za-z\u0400-\u04ff])")
_BIDI_OVERRIDE = re.compile("[\u202d\u202e]")


@dataclass(frozen=True, slots=True)
class Canonical:
    """The text without disguise, and how many of each kind were undone.

    ``n_invisible``: hidden characters inside words, bidi overrides; ``n_confusable``: words written with letters of a
    foreign script that look the same; ``n_smuggled``: characters of text hidden in Unicode tags.
    """

    text: str
    n_invisible: int = 0
    n_confusable: int = 0
    n_smuggled: int = 0

    @property
    def n_changes(self) -> int:
        """All disguises together."""
        return self.n_invisible + self.n_confusable + self.n_smuggled


def canonical(text: str) -> Canonical:
    r"""Undo disguises. Plain ASCII returns at once; otherwise linear in the text.

    >>> canonical("plain").n_changes
    0
    >>> canonical("p\u0430yp\u0430l login").text
    'paypal login'
    >>> canonical("Это обычный текст").n_changes, canonical('коротко по английски: "The firm moved in March"').n_changes
    (0, 0)
    """
    if text.isascii():
        return Canonical(text)
    smuggled = "".join(part.text or "" for part in disarm.decode_smuggled(text)) if max(text) >= "\U000e0000" else ""
    n_invisible = len(_HIDDEN.findall(text)) + len(_BIDI_OVERRIDE.findall(text))
    plain = unicodedata.normalize("NFKC", text)
    for strip in (
        disarm.strip_tags,
        disarm.strip_variation_selectors,
        disarm.strip_bidi,
        disarm.strip_zero_width_chars,
        disarm.strip_control_chars,
    ):
        plain = strip(plain)
    if disarm.is_zalgo(plain):
        plain = disarm.strip_zalgo(plain)
        n_invisible += 1
    plain, n_confusable = _undo_confusables(unicodedata.normalize("NFC", plain))
    if smuggled:
        plain = f"{plain}\n{smuggled}"
    return Canonical(plain, n_invisible, n_confusable, len(smuggled))


def script_of(char: str) -> str | None:
    """The script of a letter as far as look-alikes need it; None for digits, marks and punctuation."""
    point = ord(char)
    if point < 0x80 or 0xC0 <= point <= 0x24F:
        return "Latn" if char.isalpha() else None
    if 0x370 <= point <= 0x3FF or 0x1F00 <= point <= 0x1FFF:
        return "Grek"
    if 0x400 <= point <= 0x52F:
        return "Cyrl"
    if 0x530 <= point <= 0x58F:
        return "Armn"
    if 0x13A0 <= point <= 0x13FF:
        return "Cher"
    return "Othr" if char.isalpha() else None


def _undo_confusables(text: str) -> tuple[str, int]:
    if not any(0x370 <= ord(c) <= 0x58F or 0x13A0 <= ord(c) <= 0x13FF for c in text):
        return text, 0
    tokens = _TOKEN.findall(text)
    scripts = [{s for c in token if (s := script_of(c))} for token in tokens]
    # Words of one script only tell what the text is really written in.
    pure = Counter(next(iter(s)) for s in scripts if len(s) == 1)
    if pure["Latn"] < max((pure[s] for s in _ALIKE), default=0) or not pure["Latn"]:
        return text, 0
    folded = {t: disarm.normalize_confusables(t) for t, s in zip(tokens, scripts, strict=True) if s & _ALIKE}
    # A word that has letters without a Latin twin is really in that script: then its neighbours are too, and only words
    # that mix scripts inside themselves are disguised ("коротко по-английски" is not; "pаypal" is).
    really_foreign = any(
        not folded[t].isascii() for t, s in zip(tokens, scripts, strict=True) if len(s) == 1 and t in folded
    )
    changed = 0
    out = []
    for token, found in zip(tokens, scripts, strict=True):
        twin = folded.get(token, token)
        disguised = twin != token and twin.isascii() and (len(found) > 1 or not really_foreign)
        changed += disguised
        out.append(twin if disguised else token)
    return "".join(out), changed
