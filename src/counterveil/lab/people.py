"""Names, mailboxes and opaque ids of people who do not exist."""

from __future__ import annotations

from hashlib import blake2b
from random import Random

_STARTS = (
    "ba",
    "ca",
    "da",
    "el",
    "fi",
    "ga",
    "ha",
    "is",
    "jo",
    "ka",
    "le",
    "mi",
    "no",
    "ol",
    "pe",
    "ri",
    "sa",
    "ti",
    "va",
    "yu",
)
_MIDDLES = ("bre", "len", "mar", "nel", "rin", "sol", "tan", "vik", "wen", "zor", "lia", "nko", "qui", "rav", "shi")
_ENDS = ("a", "an", "e", "el", "en", "ia", "in", "o", "or", "u", "us", "y")
# Weights follow nothing but the wish that some providers are common and some rare.
_PROVIDERS = (
    "postmail",
    "inboxly",
    "postmail",
    "lettera",
    "quickpost",
    "postmail",
    "inboxly",
    "yumail",
    "fernpost",
    "mailkite",
)
_WORDS = ("amber", "river", "cloud", "stone", "maple", "happy", "lucky", "north", "green", "silver", "ocean", "tiger")


def opaque(prefix: str, seed: int, *parts: object) -> str:
    """An id that says nothing about who bears it: the digest of the seed and the person's place in the scenario."""
    text = "\x1f".join([str(seed), *(str(part) for part in parts)])
    return f"{prefix}_{blake2b(text.encode(), digest_size=7).hexdigest()}"


def token(prefix: str, rng: Random) -> str:
    """A random opaque id for a thing that one draw creates (a device, a card, a request)."""
    return f"{prefix}_{rng.getrandbits(64):016x}"


def name(rng: Random) -> str:
    """A pronounceable name that belongs to no language and no person."""
    return rng.choice(_STARTS) + rng.choice(_MIDDLES) + rng.choice(_ENDS)


def organisation_domain(rng: Random) -> str:
    """The mail domain of a firm, school or office."""
    return f"{name(rng)}-{rng.choice(_WORDS)}.example"


def email(rng: Random, habit: str, *, domain: str, stem: str) -> str:
    """An address made the way ``habit`` says.

    ``personal`` is what people pick for themselves, ``org`` an employer's mailbox at ``domain``, ``random`` typed by
    rolling over the keys, ``pattern`` one after another from the same ``stem`` at one provider.
    """
    if habit == "org":
        return f"{name(rng)}.{name(rng)}@{domain}"
    provider = f"{rng.choice(_PROVIDERS)}.example"
    if habit == "random":
        letters = "".join(rng.choice("abcdefghijkmnpqrstuvwxyz23456789") for _ in range(rng.randint(9, 12)))
        return f"{letters}@{provider}"
    if habit == "pattern":
        return f"{stem}{rng.choice(_WORDS)}{rng.randint(10, 99)}@{domain}"
    draw = rng.random()
    if draw < 0.4:
        return f"{name(rng)}.{name(rng)}@{provider}"
    if draw < 0.75:
        return f"{name(rng)}{rng.randint(1, 2010)}@{provider}"
    return f"{rng.choice(_WORDS)}_{name(rng)}@{provider}"


def phone(rng: Random) -> str:
    """A number under country code 999, which is assigned to nobody."""
    return f"+999{rng.randint(10**8, 10**9 - 1)}"
