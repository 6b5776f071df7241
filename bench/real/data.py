"""The outside texts as they are: who wrote what, when. Read, never written anywhere but the folder of a run."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pyarrow.parquet as pq

from counterveil.ids import key64

ORDINARY, CONVERSATION = "ordinary poster", "conversation"
WINDOWS = {
    "w2015_08": ("1–15 August 2015", "gop_debate_2015", "posts on the Republican debate, 7 August 2015, 00:44–17:12"),
    "w2015_02": ("14–26 February 2015", "airline_2015", "complaints to six US airlines, 17–24 February 2015"),
    "w2016_fall": ("15 September – 15 November 2016", "", "none in the data"),
}
# Trolls' retweets come without this prefix, ordinary people's with it: left in, it would tell the two apart, and the name
# in it would be a shared handle for one side only.
_RETWEET_OF = re.compile(r"^RT @\w+: ?")
_MILLION = 1_000_000


@dataclass(frozen=True, slots=True)
class Post:
    """One tweet. ``kind`` is the sub-team of a troll account, or ``ordinary poster``."""

    kind: str
    account: str
    time: datetime
    text: str
    lang: str
    retweet: bool


@dataclass(frozen=True, slots=True)
class Chunk:
    """An unbroken part of a real conversation: (role, text) in order. The source leaves out parts between chunks."""

    conversation: str
    messages: tuple[tuple[str, str], ...]
    lang: str


@dataclass(frozen=True, slots=True)
class Shares:
    """Which part of the accounts of each class to take; the same seed takes the same ones."""

    troll: float = 1.0
    ordinary: float = 1.0
    conversation: float = 1.0
    seed: int = 1

    def takes(self, share: float, name: str) -> bool:
        """Whether an account is in the sample."""
        return key64(str(self.seed), name) % _MILLION < share * _MILLION


def posts(data: Path, window: str, shares: Shares, *, retweets: bool) -> Iterator[Post]:
    """Tweets of the troll accounts in a window, and of the ordinary accounts of the same weeks."""
    accounts = pq.read_table(data / "troll_accounts.parquet", columns=["account_id", "account_category"])
    teams = dict(zip(accounts["account_id"].to_pylist(), accounts["account_category"].to_pylist(), strict=True))
    trolls = pq.read_table(data / "troll_tweets.parquet", filters=[("window", "=", window)])
    for row in trolls.select(["account_id", "ts", "text", "lang", "post_type"]).to_pylist():
        if shares.takes(shares.troll, row["account_id"]):
            yield from _post(row, teams.get(row["account_id"]) or "Unknown", retweets=retweets)
    ordinary = pq.read_table(data / "ordinary_posts.parquet", filters=[("source", "=", WINDOWS[window][1])])
    for row in ordinary.select(["account_id", "ts", "text", "lang", "post_type"]).to_pylist():
        if shares.takes(shares.ordinary, row["account_id"]):
            yield from _post(row, ORDINARY, retweets=retweets)


def _post(row: Mapping[str, str | datetime | None], kind: str, *, retweets: bool) -> Iterator[Post]:
    text, time = str(row["text"] or ""), row["ts"]
    retweet = row["post_type"] == "R" or text.startswith("RT @")
    if text.strip() and isinstance(time, datetime) and (retweets or not retweet):
        lang = str(row["lang"] or "und")
        yield Post(kind, str(row["account_id"]), time.replace(tzinfo=UTC), _RETWEET_OF.sub("", text), lang, retweet)


def conversations(data: Path, shares: Shares) -> list[Chunk]:
    """The chunks of every conversation in order, without empty messages."""
    table = pq.read_table(
        data / "benign_conversations.parquet", columns=["conv_id", "chunk", "turn", "role", "text", "lang"]
    )
    ordered = table.sort_by([("conv_id", "ascending"), ("chunk", "ascending"), ("turn", "ascending")])
    found: defaultdict[tuple[str, int], list[tuple[str, str, str]]] = defaultdict(list)
    for row in ordered.to_pylist():
        if shares.takes(shares.conversation, row["conv_id"]) and (row["text"] or "").strip():
            found[row["conv_id"], row["chunk"]].append((row["role"], row["text"], row["lang"] or ""))
    return [_chunk(name, messages) for (name, _), messages in found.items()]


def _chunk(name: str, messages: Iterable[tuple[str, str, str]]) -> Chunk:
    parts = list(messages)
    langs = [lang for role, _, lang in parts if role == "user" and lang]
    return Chunk(name, tuple((role, text) for role, text, _ in parts), max(langs, key=langs.count) if langs else "und")
