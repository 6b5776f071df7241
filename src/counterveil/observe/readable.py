"""Undoing what only hides from filters: letters set apart by spaces, digits in the place of letters.

Only what the encoder reads is changed: identifiers, models and wallets have digits for good reasons, so detectors of
shared things see the text as written. Each word undone is counted, since hiding is itself a signal.
"""

from __future__ import annotations

import re

_LEET = str.maketrans("013457@$", "oieastas")
# A digit between letters, in a word of letters mostly: "inv3stment", not "b2b", "mp3", "x86", "3rd" or "covid19".
_LEET_WORD = re.compile(r"(?<![\w./@#-])(?=[^\W\d_]*[^\W\d_][013457@$][^\W\d_])[a-z013457@$]{4,24}(?![\w./@-])")
_LETTER = re.compile(r"[a-z]")
_SPACED = re.compile(r"(?<!\w)(?:[^\W\d_][ .\-_*]){4,40}[^\W\d_](?!\w)")
_MIN_WORDS = 2
_MOSTLY = 0.55


def readable(text: str) -> tuple[str, int]:
    """The text for the encoder, and how many words were disguised.

    One odd word is a product name; two are a habit.

    >>> readable("the inv3stment gives m0ney b4ck, see b2b and mp3")
    ('the investment gives money back, see b2b and mp3', 3)
    >>> readable("join our t e l e g r a m group"), readable("write f_0 as a 3x3 matrix of h4sh values")[1]
    (('join our telegram group', 1), 0)
    """
    words = 0

    def closed(match: re.Match[str]) -> str:
        nonlocal words
        words += 1
        return re.sub(r"[ .\-_*]", "", match.group())

    plain = _SPACED.sub(closed, text)
    hits = [m for m in _LEET_WORD.finditer(plain) if len(_LETTER.findall(m.group())) >= _MOSTLY * len(m.group())]
    if len({m.group() for m in hits}) >= _MIN_WORDS:
        words += len(hits)
        out, at = [], 0
        for match in hits:
            out += [plain[at : match.start()], match.group().translate(_LEET)]
            at = match.end()
        plain = "".join([*out, plain[at:]])
    return plain, words
