"""Real texts laid over the form of an AI service's log. What is invented here, and nothing else, is simulated."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
import orjson

from bench.real.data import CONVERSATION, ORDINARY, WINDOWS, Chunk, Post, Shares, conversations, posts
from counterveil.ids import digest_hex, key64
from counterveil.lab.truth import Truth, TruthAccount, TruthOperation

STATEMENT = """\
REAL:      the texts; which account wrote which tweet and when; the trolls' operator (the Internet Research Agency, as named
           by Twitter to the US Congress) and its sub-teams (account_category, coded by Linvill & Warren); the ordinary
           accounts; the conversations' messages and their order, the model's answers included.
SIMULATED: that a tweet is sent to a model as a prompt (alone in its conversation, with no answer logged); that each
           conversation is one account, and its times (spread over the window, about two minutes between turns); all ids
           (digests of the real ones). The clients re-send history, as real ones do.
ABSENT:    any infrastructure, device, address, payment or registration: the accounts file holds account_id only. What
           links accounts here is content alone. Tweets' times are taken as UTC."""
_MEAN_GAP_S = 120.0


@dataclass(frozen=True, slots=True)
class Request:
    """One line of the log before it has its id."""

    time: datetime
    account: str
    conversation: str
    sent: list[dict[str, str]]
    answer: list[dict[str, str]]

    def line(self, number: int) -> bytes:
        """As the native form has it."""
        record = {
            "event_id": f"ev_{number:08d}",
            "time": self.time,
            "account_id": self.account,
            "conversation_id": self.conversation,
            "input": self.sent,
            "output": self.answer,
        }
        return orjson.dumps(record, option=orjson.OPT_UTC_Z) + b"\n"


@dataclass(slots=True)
class Overlay:
    """A written log and its answer key. ``posts`` counts what each account itself wrote."""

    log: Path
    accounts: Path
    truth: Truth
    n_events: int = 0
    n_user_messages_sent: int = 0
    posts: Counter[str] = field(default_factory=Counter)

    def n_posts(self, kind: str) -> int:
        """What all accounts of a kind wrote; ``troll`` for all sub-teams."""
        accounts = self.truth.accounts
        return sum(n for a, n in self.posts.items() if kind == ("troll" if accounts[a].malicious else accounts[a].kind))


def write(folder: Path, data: Path, window: str, shares: Shares, *, retweets: bool) -> Overlay:
    """One window as ``events.jsonl`` and ``accounts.jsonl`` in ``folder``, in the order of time."""
    folder.mkdir(parents=True, exist_ok=True)
    tweets = list(posts(data, window, shares, retweets=retweets))
    span = min(p.time for p in tweets), max(p.time for p in tweets)
    chunks = conversations(data, shares)
    made = Overlay(folder / "events.jsonl", folder / "accounts.jsonl", _truth(tweets, chunks))
    requests = [_tweet(post, number) for number, post in enumerate(tweets)]
    for number, (moment, chunk) in enumerate(_begun(chunks, span, shares.seed)):
        requests += _requests(chunk, moment, number, shares.seed)
    requests.sort(key=lambda request: request.time)
    with made.log.open("wb") as out:
        for number, request in enumerate(requests):
            out.write(request.line(number))
            made.n_user_messages_sent += sum(message["role"] == "user" for message in request.sent)
            made.posts[request.account] += 1
    made.n_events = len(requests)
    made.accounts.write_bytes(b"".join(orjson.dumps({"account_id": name}) + b"\n" for name in made.truth.accounts))
    return made


def described(window: str, overlay: Overlay) -> str:
    """What the log holds, in a sentence."""
    kinds = Counter("troll" if a.malicious else a.kind for a in overlay.truth.accounts.values())
    trolls, ordinary, talks = (
        f"{overlay.n_posts(kind):,} {what} of {kinds[kind]:,}"
        for kind, what in (("troll", "tweets"), (ORDINARY, "tweets"), (CONVERSATION, "requests"))
    )
    return (
        f"{overlay.n_events:,} events, {overlay.log.stat().st_size / 1e6:,.1f} MB: "
        f"{trolls} troll accounts, {WINDOWS[window][0]}; {ordinary} ordinary accounts ({WINDOWS[window][2]}); "
        f"{talks} conversation accounts"
    )


def _tweet(post: Post, number: int) -> Request:
    sent = [{"role": "user", "content": post.text}]
    return Request(post.time, _id(post.kind, post.account), f"tw_{number:08d}", sent, [])


def _begun(chunks: list[Chunk], span: tuple[datetime, datetime], seed: int) -> Iterator[tuple[datetime, Chunk]]:
    """Each chunk with a moment to begin at: drawn evenly from the window, a conversation's chunks in their order."""
    by_conversation: defaultdict[str, list[Chunk]] = defaultdict(list)
    for chunk in chunks:
        by_conversation[chunk.conversation].append(chunk)
    seconds = (span[1] - span[0]).total_seconds()
    for name, of_one in by_conversation.items():
        for at, chunk in zip(np.sort(_random(seed, name).uniform(0, seconds, len(of_one))), of_one, strict=True):
            yield span[0] + timedelta(seconds=int(at)), chunk


def _requests(chunk: Chunk, moment: datetime, number: int, seed: int) -> Iterator[Request]:
    """One request for each user message, with all that came before it in the chunk, and the answer if there is one."""
    messages = [{"role": role, "content": text} for role, text in chunk.messages]
    account, random = _id(CONVERSATION, chunk.conversation), _random(seed, f"{chunk.conversation}/{number}")
    for at, message in enumerate(messages):
        if message["role"] == "user":
            after = messages[at + 1 : at + 2]
            answer = after if after and after[0]["role"] == "assistant" else []
            yield Request(moment, account, f"cv_{number:08d}", messages[: at + 1], answer)
            moment += timedelta(seconds=1 + int(random.exponential(_MEAN_GAP_S)))


def _truth(tweets: list[Post], chunks: list[Chunk]) -> Truth:
    langs: defaultdict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    for post in tweets:
        langs[post.kind, post.account][post.lang] += 1
    for chunk in chunks:
        if any(role == "user" for role, _ in chunk.messages):
            langs[CONVERSATION, chunk.conversation][chunk.lang] += len(chunk.messages)
    accounts, teams = {}, defaultdict(list)
    for (kind, name), spoken in sorted(langs.items()):
        account = _id(kind, name)
        ranked = tuple(sorted(spoken, key=lambda lang: (-spoken[lang], lang)))
        innocent = kind in (ORDINARY, CONVERSATION)
        group = None if innocent else kind
        accounts[account] = TruthAccount(account, "background" if innocent else "malicious", kind, group, ranked)
        if group:
            teams[group].append(account)
    return Truth(accounts, tuple(TruthOperation(team, team, tuple(members)) for team, members in teams.items()))


def _id(kind: str, name: str) -> str:
    # The same shape for all: an id must not tell what an account is.
    place = kind if kind == CONVERSATION else "twitter"
    return f"acct_{digest_hex(name.encode(), place)[:14]}"


def _random(seed: int, name: str) -> np.random.Generator:
    return np.random.default_rng([seed, key64(name) % (1 << 63)])
