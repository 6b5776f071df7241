"""The formats that ship, and how a file's format is told from its first records."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from counterveil.errors import InputError, UsageError
from counterveil.sources.base import JsonObject, Source
from counterveil.sources.joining import Joiners
from counterveil.sources.langfuse import Langfuse
from counterveil.sources.langfuse_join import LangfuseJoiner
from counterveil.sources.litellm import LiteLLM
from counterveil.sources.litellm_spend import LiteLLMSpend
from counterveil.sources.native import NativeAccounts, NativeEvents
from counterveil.sources.openai_batch import BatchJoiner, OpenAIBatch
from counterveil.sources.openai_chat import OpenAIChat
from counterveil.sources.openai_stored import StoredMessageJoiner
from counterveil.sources.otel import OTel
from counterveil.sources.otel_join import OTelJoiner

# Order matters where two formats could claim a record: the more specific first.
BUILTIN: tuple[Source, ...] = (
    NativeEvents(),
    OTel(),
    LiteLLMSpend(),
    LiteLLM(),
    Langfuse(),
    OpenAIBatch(),
    OpenAIChat(),
    NativeAccounts(),
)


def new_joiners() -> Joiners:
    """The joiners of one call of ingest; they hold state, so each call has its own."""
    return Joiners((OTelJoiner(), BatchJoiner(), LangfuseJoiner(), StoredMessageJoiner()))


def by_name(name: str) -> Source:
    """The format of that name. Raises UsageError with the list of names."""
    for source in BUILTIN:
        if source.name == name:
            return source
    raise UsageError(f"no format {name!r}", remedy=f"Formats: {', '.join(s.name for s in BUILTIN)}.")


def detect(sample: Sequence[JsonObject], label: str) -> Source:
    """The format that most of the sample's records are of; each record counts for the first format that claims it.

    Raises:
        InputError: no record looks like any format.
    """
    votes: Counter[str] = Counter()
    for record in sample:
        for source in BUILTIN:
            if source.claims(record):
                votes[source.name] += 1
                break
    if not votes:
        keys = ", ".join(sorted({key for record in sample for key in record})[:12]) or "none"
        raise InputError(
            f"{label}: format not recognised (keys seen: {keys})",
            remedy=f"Name it with --format ({', '.join(s.name for s in BUILTIN)}), and fields with --map.",
        )
    return by_name(votes.most_common(1)[0][0])
