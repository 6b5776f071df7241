"""The best innocent explanation of a group, and what would change the verdict (DESIGN.md §3.4)."""

from __future__ import annotations

from collections.abc import Sequence

from counterveil.model.operation import Entry

# By the consideration that weighs most against abuse: (explanation, what would settle it).
_BY_ENTRY = {
    "one organisation": (
        "Colleagues of one organisation doing its work",
        "a check of the organisation and of what it declared",
    ),
    "one household or office": (
        "A family, shared flat or small office with one card or line",
        "whether one person or several write",
    ),
    "nothing in the texts": (
        "People who share a machine or a card and nothing else",
        "any text evidence that joins them",
    ),
    "pasted once": (
        "A class with one assignment, or a prompt that went round",
        "whether the passage was published somewhere",
    ),
    "links alone": (
        "People with a common interest, or one person with several accounts",
        "what the shared material is used for",
    ),
    "stance": (
        "Analysts, teachers, writers or victims working on the same material",
        "whether they ask for use or for understanding",
    ),
    "declared use": ("Customers who do what they declared", "whether the declared use fits what was asked"),
    "reading": ("Ordinary work on one shared subject", "reading the texts that are unread or in languages not covered"),
    "long history": (
        "Long-standing customers with a new common task",
        "what changed when the shared material appeared",
    ),
}
# Considerations weaker than this explain nothing.
_WEIGHTY = -0.3
_DEFAULT = (
    "Colleagues or friends who work on one thing and registered separately",
    "a declared relation between the accounts",
)


def explanation(ledger: Sequence[Entry]) -> tuple[str, str]:
    """The innocent reading that the evidence supports best, and what would change the verdict."""
    against = [e for e in ledger if e.log_odds <= _WEIGHTY and e.name in _BY_ENTRY]
    if not against:
        return _DEFAULT
    return _BY_ENTRY[min(against, key=lambda e: (e.log_odds, e.name)).name]
