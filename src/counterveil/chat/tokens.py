"""How many tokens a text is, roughly, where no endpoint has counted them."""

from __future__ import annotations

import math


def estimated(text: str) -> int:
    """One token for 3.5 ASCII characters, one for each other character: above what common tokenizers need, chosen by us.

    >>> estimated(""), estimated("seven letters"), estimated("一二")
    (0, 4, 2)
    """
    ascii_chars = sum(char < "\x80" for char in text)
    return math.ceil(ascii_chars / 3.5) + len(text) - ascii_chars
