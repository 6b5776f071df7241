"""Account linking on a real operation: its accounts among ordinary people of the same weeks, content alone.

    python -m bench.quality.linking.real --peers-python PEERS/bin/python [--window w2015_08] [--retweets] [--only NAME]

Trolls and ordinary accounts as in ``bench/real``; accounts whose sub-team is not known are left out. Every method sees the
whole log. Trolls write more, and who writes more shares more, so figures are given against all ordinary accounts and
against *matched* ones: in each bin of numbers of posts as many trolls as ordinary accounts are drawn, 20 times.
Sub-teams are divisions of one operator, not operations: grouping across them is no error of the kind that grouping an
ordinary account is, and few sub-teams act as one. The ordinary posts are of one evening and morning, the trolls' of two
weeks; the trolls' times are whole minutes.
"""

from __future__ import annotations

import argparse
import re
from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean

import numpy as np

from bench.machine import lines, machine
from bench.quality.linking.metrics import Report, Truth, evaluate
from bench.quality.linking.peers import own
from bench.quality.linking.peers.base import Failed, Grouped, Log, Missing, OutOfTime, Peer, best_threshold, strengths
from bench.quality.linking.peers.every import PEERS
from bench.quality.linking.peers.process import LIMIT_S
from bench.quality.linking.people import INDEPENDENT, OPERATION
from bench.quality.linking.plan import NONE
from bench.real.data import ORDINARY, WINDOWS, Shares, posts
from counterveil.ids import digest_hex
from counterveil.lab.measures import roc_auc

# The product's row comes first: Peer("Counterveil", run) with run(log, python=…, limit_s=…) -> Grouped. It may ignore both.
OWN: tuple[Peer, ...] = (Peer("Counterveil", own.run),)

RATE = 0.001
DRAWS = 20
_BINS = (1, 2, 3, 5, 10, 20, 50)
_NO_TEAM = "Unknown"
_LINK = re.compile(r"https?://[^\s…]+(?!\S*…)")
_HEADS = (
    "method, threshold",
    "CPU s / MiB",
    "trolls at 0.1 % ordinary",
    "matched: at none",
    "matched: AUC",
    "grouped: trolls / ordinary",
    "B³ P / R",
    "pairs of one sub-team",
    "groups",
)


@dataclass(frozen=True, slots=True)
class Real:
    """A window as a log, with what is true of its accounts: ``team`` is a troll's sub-team, None for ordinary accounts."""

    log: Log
    team: Mapping[str, str | None]
    posts: Counter[str]

    def truth(self) -> tuple[Truth, dict[str, int]]:
        """In the form of :mod:`metrics`, and each account's place in it. Sub-teams stand for operations."""
        teams = sorted({team for team in self.team.values() if team})
        group = np.array([teams.index(team) if team else NONE for team in self.team.values()], np.int32)
        kind = np.where(group == NONE, INDEPENDENT, OPERATION).astype(np.int8)
        level, household = np.zeros(len(group), np.int8), np.full(len(group), NONE, np.int32)
        return Truth(kind, group, level, household), {account: n for n, account in enumerate(self.team)}

    def matched(self, draws: int = DRAWS, *, seed: int = 1) -> Iterator[tuple[list[str], list[str]]]:
        """Samples of trolls and of ordinary accounts, equally many of each bin of numbers of posts."""
        bins: defaultdict[int, tuple[list[str], list[str]]] = defaultdict(lambda: ([], []))
        for account, team in self.team.items():
            bins[bisect_right(_BINS, self.posts[account])][team is None].append(account)
        for draw in range(draws):
            rng = np.random.default_rng([seed, draw])
            sample: tuple[list[str], list[str]] = [], []
            for sides in bins.values():
                for drawn, side in zip(sample, sides, strict=True):
                    drawn += [side[n] for n in rng.permutation(len(side))[: min(map(len, sides))]]
            yield sample


def load(data: Path, window: str = "w2015_08", *, retweets: bool = False, seed: int = 1) -> Real:
    """One window of the outside data; ids are digests, so that a name tells nothing."""
    found = [p for p in posts(data, window, Shares(seed=seed), retweets=retweets) if p.kind != _NO_TEAM]
    found.sort(key=lambda p: p.time)
    names = [digest_hex(p.account.encode(), "twitter")[:14] for p in found]
    links = [match.group() if (match := _LINK.search(p.text)) else "" for p in found]
    ts = np.array([int(p.time.timestamp()) for p in found], np.int64)
    log = Log([f"tw{n}" for n in range(len(found))], names, ts, [p.text for p in found], url=links)
    team = {name: None if p.kind == ORDINARY else p.kind for name, p in zip(names, found, strict=True)}
    return Real(log, team, Counter(names))


def recall(trolls: list[float], ordinary: list[float], rate: float = RATE) -> float:
    """Share of trolls above the strength that at most this share of ordinary accounts exceeds."""
    limit = sorted(ordinary, reverse=True)[int(rate * len(ordinary))]
    return fmean(score > limit for score in trolls)


def rows(name: str, found: Grouped, real: Real) -> Iterator[list[str]]:
    """A method at its own threshold and, where it has pairs, at the best one."""
    truth, at = real.truth()

    def report(groups: Mapping[str, int]) -> Report:
        return evaluate(truth, {at[account]: group for account, group in groups.items()})

    strength = strengths(found)

    def values(accounts: list[str]) -> list[float]:
        return [strength.get(account, -np.inf) for account in accounts]

    sides = [
        [account for account, team in real.team.items() if (team is None) == ordinary] for ordinary in (False, True)
    ]
    samples = [(values(trolls), values(ordinary)) for trolls, ordinary in real.matched()]
    cost = f"{found.cpu_s:,.1f} / {found.peak_mib:,.0f}" if found.cpu_s else "–"
    ranks = [
        f"{recall(values(sides[0]), values(sides[1])):.1%}",
        f"{fmean(recall(*sample) for sample in samples):.1%}",
        f"{fmean(roc_auc(*sample) or 0.0 for sample in samples):.3f}",
    ]
    yield [f"{name}, its own", cost, *ranks, *_grouping(report(found.groups))]
    if found.pairs:
        best, groups = best_threshold(found.pairs, lambda tried: report(tried).bcubed.f1 or 0.0)
        yield [f"{name}, oracle {best:.3g}", "", "", "", "", *_grouping(report(groups))]


def _grouping(measured: Report) -> list[str]:
    shares = [of.value or 0.0 for of in (measured.grouped[0], measured.independents)]
    b3, pairs = measured.bcubed, measured.pairs.precision
    return [
        f"{shares[0]:.1%} / {shares[1]:.2%}",
        " / ".join("–" if value is None else f"{value:.2f}" for value in (b3.precision, b3.recall)),
        "–" if pairs is None else f"{pairs:.1%}",
        str(measured.n_groups),
    ]


def main() -> None:
    """Run every method on the window and print a Markdown table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=Path("../shared/data"), help="folder with the outside data")
    parser.add_argument(
        "--peers-python", help="interpreter of the environment with peers/requirements.txt (default: this)"
    )
    parser.add_argument("--window", choices=[name for name, about in WINDOWS.items() if about[1]], default="w2015_08")
    parser.add_argument("--retweets", action="store_true", help="with retweets, which crowds share as operations do")
    parser.add_argument("--limit-s", type=float, default=LIMIT_S, help="wall seconds a method may take")
    parser.add_argument("--only", default="", help="only methods whose name has this in it")
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    real = load(asked.data, asked.window, retweets=asked.retweets, seed=asked.seed)
    print(lines(machine(seed=asked.seed, workers=1)), end="\n\n")
    print(_described(real), end="\n\n")
    print(f"| {' | '.join(_HEADS)} |\n|{'---|' * len(_HEADS)}")
    activity = Grouped({}, [], 0, 0, strength={account: float(n) for account, n in real.posts.items()})
    for row in rows("number of posts alone", activity, real):
        print(f"| {' | '.join(row)} |", flush=True)
    for peer in (*OWN, *PEERS):
        if asked.only in peer.name:
            _print(peer, real, asked)


def _print(peer: Peer, real: Real, asked: argparse.Namespace) -> None:
    try:
        found = peer.run(real.log, python=asked.peers_python, limit_s=asked.limit_s, **peer.params)
    except (Missing, OutOfTime, Failed) as reason:
        # Of a tool's own words, the last line is the error.
        print(f"| {peer.name} | {str(reason).splitlines()[-1]} |{' |' * (len(_HEADS) - 2)}", flush=True)
        return
    for row in rows(f"{peer.name} ({found.note})" if found.note else peer.name, found, real):
        print(f"| {' | '.join(row)} |", flush=True)


def _described(real: Real) -> str:
    teams = Counter(team for team in real.team.values() if team)
    ordinary = sum(team is None for team in real.team.values())
    trolls, drawn = teams.total(), len(next(real.matched(1))[0])
    chance = sum(n * (n - 1) for n in teams.values()) / (trolls * (trolls - 1))
    parts = ", ".join(f"{team} {n}" for team, n in teams.most_common())
    return (
        f"{len(real.log.event):,} posts; {trolls:,} trolls ({parts}) and {ordinary:,} ordinary accounts; 0.1 % of these are "
        f"{int(RATE * ordinary)}. Matched: {drawn} and {drawn}, mean of {DRAWS} draws. Of all pairs of trolls, {chance:.1%} are "
        "of one sub-team. B³ and pairs: sub-teams as truth, ordinary accounts as strangers to everybody. Oracle: the threshold "
        "of the best B³ F1, chosen with the answers in view."
    )


if __name__ == "__main__":
    main()
