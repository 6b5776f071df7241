"""Two things that an operator could do without Counterveil, to show what the rest is worth.

Both take ``(account_id, text)`` for every new turn of a user; see :func:`read_turns`.
"""

from __future__ import annotations

import re
import tomllib
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from itertools import combinations
from pathlib import Path

import orjson

from counterveil.errors import InputError
from counterveil.ids import key64

_RULES = "keywords.toml"
# With fewer turns than this, one unlucky match would give a share that a busy account can never reach.
_PRIOR_TURNS = 5
# "thanks" and "continue" are shared by everybody.
_MIN_CHARS = 24
_HALF_AT = 3.0
# A prompt with more users has gone round; an operator would see that at once. It also bounds the number of pairs.
_VIRAL_FROM = 50


@dataclass(frozen=True, slots=True)
class Baseline:
    """Scores in [0, 1] and found groups, in the form that ``metrics.evaluate`` takes."""

    scores: dict[str, float]
    groups: dict[str, str | None]


@dataclass(frozen=True, slots=True)
class KeywordRule:
    """One expression that a worried operator would search the log for."""

    id: str
    lang: str
    pattern: re.Pattern[str]


@lru_cache(maxsize=1)
def keyword_rules() -> tuple[KeywordRule, ...]:
    """The written rules, in several languages (``keywords.toml``).

    Raises:
        InputError: a rule without id, language or valid expression.
    """
    data = tomllib.loads((files("counterveil.lab") / _RULES).read_text(encoding="utf-8"))
    rules = []
    for number, rule in enumerate(data.get("rule", []), 1):
        try:
            rules.append(KeywordRule(str(rule["id"]), str(rule["lang"]), re.compile(rule["pattern"], re.IGNORECASE)))
        except (KeyError, TypeError, re.error) as error:
            raise InputError(
                f"{_RULES}: rule {number}: {error}", remedy="A rule needs id, lang and a valid pattern."
            ) from error
    return tuple(rules)


def keyword_baseline(turns: Iterable[tuple[str, str]]) -> Baseline:
    """Flag by words: an account's score is the share of its turns that any rule matches.

    The share is shrunk as if every account had five more harmless turns. Nobody is grouped.
    """
    # One alternation is several times faster than a search per rule, and only "any" is asked.
    anything = re.compile("|".join(f"(?:{rule.pattern.pattern})" for rule in keyword_rules()), re.IGNORECASE)
    seen: Counter[str] = Counter()
    hits: Counter[str] = Counter()
    for account, text in turns:
        seen[account] += 1
        hits[account] += anything.search(text) is not None
    scores = {account: hits[account] / (count + _PRIOR_TURNS) for account, count in sorted(seen.items())}
    return Baseline(scores, dict.fromkeys(scores))


def duplicate_baseline(turns: Iterable[tuple[str, str]], *, min_shared: int = 2) -> Baseline:
    """Flag by copies: accounts that typed the same prompts, character for character, are joined.

    Two accounts are joined from ``min_shared`` common prompts on: with one, a single "write a birthday card" would join
    strangers into one heap. The score grows with the common prompts over all partners; it is 1/2 at three, and nears 1.
    """
    users: defaultdict[int, set[str]] = defaultdict(set)
    accounts: set[str] = set()
    for account, text in turns:
        accounts.add(account)
        trimmed = text.strip()
        if len(trimmed) >= _MIN_CHARS:
            users[key64(trimmed)].add(account)
    pairs: Counter[tuple[str, str]] = Counter()
    for shared in users.values():
        if 1 < len(shared) <= _VIRAL_FROM:
            pairs.update(combinations(sorted(shared), 2))
    strength: Counter[str] = Counter()
    roots: dict[str, str] = {}
    for (one, other), count in pairs.items():
        if count >= min_shared:
            strength[one] += count
            strength[other] += count
            _join(roots, one, other)
    scores = {account: strength[account] / (strength[account] + _HALF_AT) for account in sorted(accounts)}
    return Baseline(scores, {account: _root(roots, account) if strength[account] else None for account in scores})


def read_turns(events: Path) -> Iterator[tuple[str, str]]:
    """The new turn of each event of a generated log: its last user message.

    Raises:
        InputError: a line that is no event, with its number.
    """
    with events.open("rb") as lines:
        for number, line in enumerate(lines, 1):
            try:
                record = orjson.loads(line)
                text = next(m["content"] for m in reversed(record["input"]) if m["role"] == "user")
                yield record["account_id"], text
            except (orjson.JSONDecodeError, KeyError, TypeError, StopIteration) as error:
                raise InputError(
                    f"{events}:{number}: no event with a user message: {error!r}",
                    remedy="The baselines read logs that `counterveil lab generate` wrote.",
                ) from error


def _root(roots: dict[str, str], name: str) -> str:
    while (above := roots.get(name, name)) != name:
        roots[name] = roots.get(above, above)
        name = above
    return name


def _join(roots: dict[str, str], one: str, other: str) -> None:
    first, second = sorted((_root(roots, one), _root(roots, other)))
    # The smaller name is the root, so that a group's name does not depend on the order of the log.
    roots[second] = first
