"""Links and groups of the workspace as it stands: evidence, chance, thresholds, communities."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from counterveil.detectors.likeness import LIKENESS
from counterveil.detectors.pairs import PAIRS
from counterveil.encoders.chosen import encoders
from counterveil.engine.duck import Engine
from counterveil.link import statements
from counterveil.link.alike import LIKE_ALL, Chance
from counterveil.link.groups import borne_out, communities
from counterveil.link.near import Ids
from counterveil.link.null import Discovery, discovery, shuffled
from counterveil.model.link import Judgement, Link, SharedThing
from counterveil.model.signal import EvidenceClass, Family
from counterveil.pipeline.linking import features, likeness
from counterveil.pipeline.linking.likeness import ALIKE_SCHEMA, Likeness
from counterveil.pipeline.linking.rhythm import timing
from counterveil.pipeline.progress import Progress
from counterveil.pipeline.reader import encoder_choice
from counterveil.pipeline.workspace import Workspace
from counterveil.policy.evidence import EvidencePolicy, evidence
from counterveil.store.judgements import judgements

# Worlds of the null: more where the log is small, since each of them is. Chosen by us, see bench/quality/linking.
_REPLICATES, _REPLICATES_UP_TO = (10, 3, 1), (2000, 20_000)


@dataclass(frozen=True, slots=True)
class Hub:
    """A thing that so many subjects share that it links nobody: shown as ignored, with its size."""

    kind: str
    value: str
    n_subjects: int


@dataclass(frozen=True, slots=True)
class Linked:
    """Everything that linking found.

    ``threshold_bits`` is what a pair at least needed; ``discoveries`` the thresholds by the hardest evidence of a pair
    (``statements.STRATA``) with what was measured there.
    """

    links: dict[tuple[str, str], Link]
    groups: list[list[str]]
    hubs: list[Hub]
    n_population: int
    threshold_bits: float
    discoveries: tuple[Discovery, ...]
    funnel: dict[str, int]


@dataclass(frozen=True, slots=True)
class _Strange:
    """What subjects that nothing links share: the stock of every null world.

    ``rows`` of the incidence, with the stratum (``place``) and the ``unit`` in which each moves; of each likeness the meetings ``kept``.
    """

    rows: pa.Table
    place: npt.NDArray[np.int64]
    unit: npt.NDArray[np.int64]
    kept: list[npt.NDArray[np.bool_]]


class Linker:
    """The evidence of one workspace, gathered once; links can be drawn from it before and after texts are read."""

    def __init__(self, workspace: Workspace, engine: Engine, policy: EvidencePolicy) -> None:
        self._workspace, self._engine, self._policy = workspace, engine, policy
        self._values = features.register(workspace, engine, policy)
        people = engine.query("select subject_id, log2_activity from people order by subject")
        self.names: list[str] = people["subject_id"].to_pylist()
        self._activity = np.nan_to_num(people["log2_activity"].to_numpy(zero_copy_only=False).astype(np.float64))
        self._likeness: list[Likeness] = [likeness.by_words(workspace, engine, policy)]
        engine.run(statements.COMMONNESS)
        engine.run(statements.PAIRS.format(w=""))
        engine.run(statements.EMBEDDED_PAIRS.format(w=""))

    @property
    def n_population(self) -> int:
        """All subjects of the log."""
        return len(self.names)

    def read_meaning(self) -> None:
        """Add what the vectors of texts say, once they have been made."""
        self._likeness = self._likeness[:1]
        for reader, encoder in enumerate(encoders(encoder_choice(self._workspace.settings))):
            found = likeness.by_meaning(self._workspace, self._engine, self._policy, reader=reader, encoder=encoder)
            if len(found.met.left):
                self._likeness.append(found)

    def draft(self) -> list[list[str]]:
        """Groups for deciding what to read first: weighed as ``draw`` does, at the prior's threshold, without a null."""
        self._round()
        links = {
            (self.names[row["left_subject"]], self.names[row["right_subject"]]): row["mb"] / 1000
            for row in self._engine.rows(statements.LINK_ROWS)
        }
        return communities(links, links.keys(), threshold_bits=threshold_bits(self._policy, self.n_population))

    def draw(self) -> Linked:
        """Weigh everything, measure what chance does, and group."""
        chances, linked = self._round()
        return self._chosen(chances, linked)

    def _round(self) -> tuple[list[Chance], npt.NDArray[np.int64]]:
        """Weigh everything twice: chance is measured again among pairs that the first round did not link."""
        engine, policy = self._engine, self._policy
        floor = threshold_bits(policy, self.n_population)
        engine.table("measured", _MEASURED.empty_table())
        linked: npt.NDArray[np.int64] = np.zeros(0, np.int64)
        for strangers_known in (False, True, True):
            chances = [
                likeness.measured(found, self.n_population, linked if strangers_known else None)
                for found in self._likeness
            ]
            self._alike("", chances)
            self._weigh("")
            self._accept([floor] * len(statements.STRATA), [floor] * len(statements.STRATA))
            pairs = engine.query("select left_subject, right_subject from links")
            linked = np.sort(
                pairs["left_subject"].to_numpy().astype(np.int64) * self.n_population
                + pairs["right_subject"].to_numpy()
            )
            engine.run(statements.MEASURED, self._priors() | {"like_all": LIKE_ALL})
        return chances, linked

    def _chosen(self, chances: Sequence[Chance], linked: npt.NDArray[np.int64]) -> Linked:
        floor = threshold_bits(self._policy, self.n_population)
        found, probable = self._discoveries(chances, self._among_strangers(linked), floor)
        self._accept([d.bits for d in found], [d.bits for d in probable])
        return self._linked(floor, found)

    def _among_strangers(self, linked: npt.NDArray[np.int64]) -> _Strange:
        """What linked pairs share is not chance: placed elsewhere, each such thing would make its link again."""
        rows = self._engine.query(
            "with met as ("
            "select left_subject, right_subject, kind, thing_key, l.mb is not null as is_linked "
            "from shared left join links l using (left_subject, right_subject)), sides as ("
            "select left_subject as subject, kind, thing_key, is_linked from met "
            "union all select right_subject as subject, kind, thing_key, is_linked from met), among_strangers as ("
            "select subject, kind, thing_key from sides group by all having not bool_or(is_linked)) "
            "select i.subject, i.kind, i.thing_key, i.unit, i.lang from incidence i "
            "semi join among_strangers using (subject, kind, thing_key) order by i.subject, i.kind, i.thing_key"
        )
        own = rows["unit"].is_null().to_numpy(zero_copy_only=False)
        # Fields move alone, among rows of their kind; texts with all that is in them, among those of their language.
        _, kinds = np.unique(np.array(rows["kind"].to_pylist(), dtype=str), return_inverse=True)
        return _Strange(
            rows,
            place=np.where(own, -kinds - 1, rows["lang"].to_numpy()),
            unit=np.where(own, rows["thing_key"].to_numpy(), rows["unit"].fill_null(0).to_numpy()),
            kept=[likeness.strangers(found, self.n_population, linked) for found in self._likeness],
        )

    def _accept(self, sure: Sequence[float], least: Sequence[float]) -> None:
        rows = [
            {"stratum": at, "sure_mb": round(1000 * a), "least_mb": round(1000 * b)}
            for at, (a, b) in enumerate(zip(sure, least, strict=True))
        ]
        schema = pa.schema([("stratum", pa.int32()), ("sure_mb", pa.int64()), ("least_mb", pa.int64())])
        self._engine.table("thresholds", pa.Table.from_pylist(rows, schema=schema))
        self._engine.run(statements.LINKS)

    def _priors(self) -> dict[str, float]:
        population = self._policy.population
        return {
            "n_population": self.n_population,
            "prior_subjects": population.prior_subjects,
            "prior_count": population.prior_count,
        }

    def _alike(
        self,
        world: str,
        chances: Sequence[Chance],
        drawn: Sequence[Ids] | None = None,
        kept: Sequence[npt.NDArray[np.bool_]] | None = None,
    ) -> None:
        parts = [
            likeness.weighed(
                found,
                by_chance,
                self._activity,
                least_bits=self._policy.decision.min_family_bits,
                subject=None if drawn is None else drawn[at],
                kept=None if kept is None else kept[at],
            )
            for at, (found, by_chance) in enumerate(zip(self._likeness, chances, strict=True))
        ]
        # A pair may be near in both spaces of meaning: the heavier one counts.
        self._engine.table("every_alike", pa.concat_tables([ALIKE_SCHEMA.empty_table(), *parts]))
        self._engine.run(
            f"create or replace table alike{world} as select * exclude (nth) from (select *, row_number() over ("
            "partition by left_subject, right_subject, kind order by mb desc, thing_key) as nth from every_alike) where nth = 1"
        )

    def _weigh(self, world: str) -> None:
        decision = self._policy.decision
        self._engine.run(statements.WEIGHED.format(w=world), self._priors() | {"damping": decision.damping})
        ruled = {"damping": decision.damping, "min_family_mb": round(1000 * decision.min_family_bits)}
        self._engine.run(statements.TOTALS.format(w=world), ruled)

    def _discoveries(self, chances: Sequence[Chance], strange: _Strange, floor: float) -> list[tuple[Discovery, ...]]:
        """The thresholds at which few enough links are chance, by stratum: for sure and for probable ones."""
        least = max(0.0, floor - self._policy.decision.posterior_bits)
        observed = self._reached("", least)
        null: list[Counter[int]] = [Counter() for _ in statements.STRATA]
        replicates = _REPLICATES[sum(self.n_population > n for n in _REPLICATES_UP_TO)]
        for replicate in range(replicates):
            self._shuffle(chances, strange, replicate)
            for counts, more in zip(null, self._reached("_null", least), strict=True):
                counts.update(more)
        decision = self._policy.decision
        probable = decision.probable_discovery
        asked = ((decision.false_discovery, floor), (probable, least + math.log2((1 - probable) / probable)))
        return [
            tuple(
                discovery(seen, chance, replicates=replicates, wanted=wanted, least_bits=bits)
                for seen, chance in zip(observed, null, strict=True)
            )
            for wanted, bits in asked
        ]

    def _reached(self, world: str, least_bits: float) -> list[Counter[int]]:
        found: list[Counter[int]] = [Counter() for _ in statements.STRATA]
        for row in self._engine.rows(statements.REACHED.format(w=world), {"least_mb": round(1000 * least_bits)}):
            found[int(row["stratum"])][int(row["quarters"])] = int(row["n"])
        return found

    def _shuffle(self, chances: Sequence[Chance], strange: _Strange, replicate: int) -> None:
        """Make one null world, and weigh it."""
        engine, rows = self._engine, strange.rows
        drawn = [
            shuffled(f.uses.subject, f.language.of_text[f.uses.text], np.arange(len(f.uses.subject)), replicate)
            for f in self._likeness
        ]
        self._alike("_null", chances, drawn, strange.kept)
        subject = shuffled(rows["subject"].to_numpy().astype(np.int32), strange.place, strange.unit, replicate)
        engine.table(
            "drawn", rows.select(["kind", "thing_key", "subject"]).append_column("drawn", pa.array(subject, pa.int32()))
        )
        engine.run(
            "create or replace table incidence_null as "
            "select d.drawn as subject, kind, thing_key, max(i.n_turns) as n_turns, max(i.n_own_turns) as n_own_turns, "
            "coalesce(min(p.log2_activity), 0) as log2_activity, min(i.unit) as unit, min(i.lang) as lang "
            "from drawn d join incidence i using (subject, kind, thing_key) join people p on p.subject = d.drawn "
            "group by d.drawn, kind, thing_key"
        )
        engine.run(statements.PAIRS.format(w="_null"))
        engine.run(statements.EMBEDDED_PAIRS.format(w="_null"))
        self._weigh("_null")

    def _linked(self, floor: float, discoveries: tuple[Discovery, ...]) -> Linked:
        engine = self._engine
        totals = engine.rows(statements.LINK_ROWS)
        ledger = engine.rows(statements.LEDGER_ROWS, {"listed": self._policy.decision.listed_things})
        hub_rows = engine.rows(statements.HUB_ROWS)
        funnel = {name: int(value) for name, value in engine.rows(statements.FUNNEL)[0].items()}
        funnel["n_meetings"] = sum(len(f.met.left) for f in self._likeness)
        values = self._shown({row["thing_key"] for row in (*ledger, *hub_rows)})
        links = self._links(totals, ledger, values)
        hubs = [Hub(row["kind"], values.get(row["thing_key"], "?"), int(row["n_subjects"])) for row in hub_rows]
        held = borne_out(links.keys(), {pair for pair, found in links.items() if found.sure})
        links = {pair: replace(found, sure=found.sure or pair in held) for pair, found in links.items()}
        apart = self._judged(links, floor)
        groups = communities(
            {pair: found.bits for pair, found in links.items()},
            {pair for pair, found in links.items() if found.sure},
            threshold_bits=floor,
            apart=apart,
        )
        return Linked(links, groups, hubs, self.n_population, floor, discoveries, funnel)

    def _judged(self, links: dict[tuple[str, str], Link], floor: float) -> list[tuple[str, str]]:
        """Let investigators' judgements override: pairs that are the same are linked; pairs that are not come back."""
        with self._workspace.database.begin() as connection:
            said = judgements(connection)
        here = set(self.names)
        for pair, verdict in said.items():
            found = links.pop(pair, None)
            if verdict is Judgement.SAME and here.issuperset(pair):
                by_hand = SharedThing(
                    "judgement", "an investigator's judgement", Family.EXTERNAL, EvidenceClass.A, 2, self.n_population,
                    _JUDGED * floor, _JUDGED * floor,
                )  # fmt: skip
                shared = (by_hand, *(found.shared if found else ()))
                links[pair] = Link(*pair, bits=by_hand.bits + (found.bits if found else 0.0), shared=shared)
        return [pair for pair, verdict in said.items() if verdict is Judgement.NOT_SAME]

    def _shown(self, keys: set[int]) -> dict[int, str]:
        """What a person is shown for each key that is shown at all."""
        self._engine.table("wanted", pa.table({"thing_key": pa.array(sorted(keys), pa.int64())}))
        rows = self._engine.rows(
            "select thing_key, min(value) as value from things join wanted using (thing_key) group by thing_key"
        )
        return {row["thing_key"]: row["value"] for row in rows} | {k: v for k, v in self._values.items() if k in keys}

    def _links(
        self, totals: list[dict[str, Any]], ledger: list[dict[str, Any]], values: Mapping[int, str]
    ) -> dict[tuple[str, str], Link]:
        alike = {
            (r["left_subject"], r["right_subject"], r["kind"]): r
            for r in self._engine.rows("select alike.* from alike semi join links using (left_subject, right_subject)")
        }
        shared: dict[tuple[int, int], list[SharedThing]] = {}
        for row in ledger:
            pair = (row["left_subject"], row["right_subject"])
            told = alike.get((*pair, row["kind"]))
            shared.setdefault(pair, []).append(
                SharedThing(
                    kind=row["kind"],
                    value=_told(told) if told else values.get(row["thing_key"], "?"),
                    family=Family(row["family"]),
                    evidence_class=features.CLASSES[row["evidence_class"]],
                    n_subjects=int(row["n_subjects"]),
                    n_population=self.n_population,
                    bits_alone=row["alone_mb"] / 1000,
                    bits=row["mb"] / 1000,
                )
            )
        in_time = self._in_time()
        found = {}
        for row in totals:
            pair = (row["left_subject"], row["right_subject"])
            names = (self.names[pair[0]], self.names[pair[1]])
            context = in_time.get(pair, [])
            bits = row["mb"] / 1000 + sum(thing.bits for thing in context)
            found[names] = Link(*names, bits=bits, shared=(*shared.get(pair, ()), *context), sure=row["is_sure"])
        return found

    def _in_time(self) -> dict[tuple[int, int], list[SharedThing]]:
        """What linked pairs do in time: context (C), so it is only looked for where a link stands already."""
        meanings = {detector.info.kind: detector.info.meaning for detector in PAIRS}
        pairs = self._engine.query("select left_subject, right_subject from links order by left_subject, right_subject")
        found: dict[tuple[int, int], list[SharedThing]] = {}
        for row in timing(self._engine, pairs).to_pylist():
            bits = row["mb"] / 1000
            thing = SharedThing(
                row["kind"], meanings[row["kind"]], Family.TIMING, EvidenceClass.C, 2, self.n_population, bits, bits
            )
            found.setdefault((row["left_subject"], row["right_subject"]), []).append(thing)
        return found


# A judgement weighs so many times what a link needs: it holds a pair together whatever else is known. Chosen by us.
_JUDGED = 3.0
_MEASURED = pa.schema([("kind", pa.string()), ("size_bin", pa.int32()), ("lang", pa.int32()), ("bits", pa.float64())])


def _told(row: Mapping[str, Any]) -> str:
    """What is alike between two subjects, in the words of its detector."""
    gap_s = row["gap_s"]
    gap = (
        f"{gap_s / 60:.0f} minutes"
        if gap_s < 7200
        else f"{gap_s / 3600:.0f} hours"
        if gap_s < 172800
        else f"{gap_s / 86400:.0f} days"
    )
    detector = next(d for d in LIKENESS if d.info.kind == row["kind"])
    return detector.told(row["n_things"], row["similarity"], gap)


def threshold_bits(policy: EvidencePolicy, n_population: int) -> float:
    """Bits a pair needs at least: prior odds of a random pair, plus the posterior odds that we ask for."""
    prior = math.log2(max(2.0, n_population / policy.decision.expected_partners))
    return prior + policy.decision.posterior_bits


@contextmanager
def linking(workspace: Workspace, progress: Progress) -> Iterator[Linker]:
    """Gather the evidence of the workspace. Cost: the pairs that rare shared things make, never all pairs."""
    progress.step("link", 1, "steps")
    with workspace.engine() as engine:
        linker = Linker(workspace, engine, evidence())
        progress.advance(1)
        yield linker
