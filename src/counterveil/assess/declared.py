"""Whether what an account declared fits what it asks for: by kinds of work, so whatever the language."""

from __future__ import annotations

from collections.abc import Mapping

from counterveil.policy.declared import DeclaredPolicy


def declared_class(text: str, policy: DeclaredPolicy) -> str | None:
    """The class of a declared use: the one with the longest word found in it; None where no word is.

    >>> from counterveil.policy.declared import declared
    >>> declared_class("Agencia de traducción", declared()), declared_class("various", declared())
    ('translation', None)
    """
    plain = text.casefold()
    found = [(-len(word), name) for name, c in policy.classes.items() for word in c.words if word.casefold() in plain]
    return min(found)[1] if found else None


def fits(text: str | None, shares: Mapping[str, float], policy: DeclaredPolicy) -> bool | None:
    """Whether enough of the work read is of the declared kinds; None where that cannot be told.

    ``shares``: of the turns read, the share whose foremost kind of work is this one.
    """
    if not text or not shares:
        return None
    name = declared_class(text, policy)
    if name is None:
        return None
    return sum(shares.get(form, 0.0) for form in policy.classes[name].forms) >= policy.fits_from
