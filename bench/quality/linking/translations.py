"""Whether one text in many languages links as well as one text in one language: real translations, simulated accounts.

Real: news sentences and their translations by people (NTREX-128, Federmann, Kocmi & Xin 2022, CC BY-SA 4.0; outside the
repository). Simulated: that accounts send them to a model, who sends what, and when. Every account sends sentences that
nobody else sends, in one language; the members of an operation send the same sentences within an hour of each other, each member in a
language of their own (``across``), all in one language but each with a third of the words exchanged (``within``), or as
they are (``copied``).
"""

from __future__ import annotations

import argparse
import itertools
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import orjson
import pyarrow.parquet as pq

from bench.quality.linking.scans import scanned

# Those that the first encoder was trained on; columns of the file.
LANGUAGES = ("en", "es", "zh", "ko", "ru", "fr", "pt_BR")
WAYS = ("across", "within", "copied")
_START = datetime(2026, 3, 2, tzinfo=UTC)
_DAYS = 30


@dataclass(frozen=True, slots=True)
class Plan:
    """How many operations of how many members, how many shared sentences each, how many strangers with how many sentences."""

    n_operations: int = 10
    n_members: int = 5
    n_shared: int = 8
    n_strangers: int = 200
    n_own: int = 3
    seed: int = 1


def sentences(path: Path) -> Mapping[str, Sequence[str]]:
    """By language, the same sentences in the same order."""
    table = pq.read_table(path)
    return {lang: table[lang].to_pylist() for lang in LANGUAGES}


def write(folder: Path, texts: Mapping[str, Sequence[str]], plan: Plan, way: str) -> dict[str, str]:
    """The log as ``events.jsonl``; which operation each account belongs to."""
    random = np.random.default_rng(plan.seed)
    order = random.permutation(len(texts["en"]))
    shared = order[: plan.n_operations * plan.n_shared].reshape(plan.n_operations, plan.n_shared)
    rest = iter(order[plan.n_operations * plan.n_shared :].tolist())
    rows: list[tuple[datetime, str, str]] = []
    truth: dict[str, str] = {}
    for operation, member in itertools.product(range(plan.n_operations), range(plan.n_members)):
        account = f"m{operation:02d}_{member}"
        truth[account] = f"op{operation}"
        for nth, at in enumerate(shared[operation]):
            lang = (
                LANGUAGES[(operation + member) % len(LANGUAGES)]
                if way == "across"
                else LANGUAGES[operation % len(LANGUAGES)]
            )
            text = texts[lang][at]
            base = _START + timedelta(days=(operation * 7 + nth * 3) % _DAYS, hours=9)
            moment = base + timedelta(seconds=int(random.integers(0, 3600)))
            rows.append((moment, account, _exchanged(text, texts[lang], random) if way == "within" else text))
        rows += _own(account, texts, LANGUAGES[member % len(LANGUAGES)], rest, plan, random=random)
    for stranger in range(plan.n_strangers):
        account = f"s{stranger:04d}"
        rows += _own(account, texts, LANGUAGES[stranger % len(LANGUAGES)], rest, plan, random=random)
    folder.mkdir(parents=True, exist_ok=True)
    lines = [
        orjson.dumps(
            {
                "event_id": f"e{n:07d}",
                "time": moment,
                "account_id": account,
                "input": [{"role": "user", "content": text}],
            },
            option=orjson.OPT_UTC_Z,
        )
        for n, (moment, account, text) in enumerate(sorted(rows))
    ]
    (folder / "events.jsonl").write_bytes(b"\n".join(lines) + b"\n")
    return truth


def _own(
    account: str,
    texts: Mapping[str, Sequence[str]],
    lang: str,
    rest: Iterator[int],
    plan: Plan,
    *,
    random: np.random.Generator,
) -> Iterator[tuple[datetime, str, str]]:
    for at in itertools.islice(rest, plan.n_own):
        yield _START + timedelta(seconds=int(random.integers(0, _DAYS * 86400))), account, texts[lang][at]


def _exchanged(text: str, others: Sequence[str], random: np.random.Generator) -> str:
    """A third of the words (signs, where no spaces are written) put in from another sentence."""
    spaced = " " in text
    words = text.split() if spaced else list(text)
    other = others[int(random.integers(len(others)))]
    pool = other.split() if spaced else list(other)
    for at in random.choice(len(words), len(words) // 3, replace=False):
        words[at] = pool[int(random.integers(len(pool)))]
    return (" " if spaced else "").join(words)


def main() -> int:
    """Print, for each way, how many of the operations' pairs are linked and how many other pairs."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--data", type=Path, default=Path("../shared/data"), help="folder with parallel_sentences.parquet"
    )
    parser.add_argument("--seeds", default="1,2,3")
    asked = parser.parse_args()
    texts = sentences(asked.data / "parallel_sentences.parquet")
    print("| way | seed | pairs linked | other pairs linked | operations in one group |\n|---|---|---|---|---|")
    for way, seed in itertools.product(WAYS, map(int, asked.seeds.split(","))):
        with tempfile.TemporaryDirectory(prefix="counterveil-translations-") as folder:
            print(
                f"| {way} | {seed} | {' | '.join(_measured(Path(folder), texts, Plan(seed=seed), way))} |", flush=True
            )
    return 0


def _measured(folder: Path, texts: Mapping[str, Sequence[str]], plan: Plan, way: str) -> list[str]:
    truth = write(folder, texts, plan, way)
    settings = {"COUNTERVEIL_SECOND_ENCODER": "none", "COUNTERVEIL_MAX_READ_SHARE": "1.0"}
    found = scanned(folder, settings)
    sure = {(link["left"], link["right"]) for o in found for link in o["links"] if link["sure"]}
    true = sum(a in truth and truth[a] == truth.get(b) for a, b in sure)
    whole = sum(len({m["subject_id"] for m in o["members"]} & truth.keys()) >= plan.n_members for o in found)
    n = plan.n_operations * plan.n_members * (plan.n_members - 1) // 2
    return [f"{true} of {n}", str(len(sure) - true), f"{whole} of {plan.n_operations}"]


if __name__ == "__main__":
    sys.exit(main())
