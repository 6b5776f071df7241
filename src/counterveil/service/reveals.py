"""Personal values are masked until someone says why they need them; the reason is kept."""

from __future__ import annotations

import getpass
import os
from pathlib import Path

import orjson

from counterveil.errors import UsageError
from counterveil.ids import utc_now

# What identifies a person or their money. Domains, names and identifiers of a group are what an investigator compares.
PERSONAL = frozenset(
    (
        "email",
        "handle",
        "phone",
        "payment",
        "signup_email",
        "signup_phone",
        "signup_ip",
        "client_ip",
        "payment_fingerprint",
    )
)
_MIN_PURPOSE = 8
_KEPT = 3


def masked_value(kind: str, value: str) -> str:
    """The value, or only its first two and last three characters where it is personal."""
    if kind not in PERSONAL:
        return value
    return f"{value[:2]}…{value[-_KEPT:]}" if len(value) > 2 * _KEPT else "…"


def record_reveal(home: Path, about: str, purpose: str) -> None:
    """Append who saw what and why, durably, before anything is shown.

    Raises:
        UsageError: a purpose too short to mean anything.
    """
    if len(purpose.strip()) < _MIN_PURPOSE:
        raise UsageError(f"purpose {purpose!r} is too short", remedy="Say in a few words why the values are needed.")
    entry = {"at": utc_now().isoformat(), "who": getpass.getuser(), "about": about, "purpose": purpose.strip()}
    with (home / "reveals.jsonl").open("ab") as out:
        out.write(orjson.dumps(entry) + b"\n")
        out.flush()
        os.fsync(out.fileno())
