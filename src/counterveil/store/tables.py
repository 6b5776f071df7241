"""The tables of the state database. Change them only together with a migration in ``store/migrations``."""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    DateTime,
    Float,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
)

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(column_0_label)s",
        "uq": "uq_%(table_name)s_%(column_0_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)

# One unit of input that is wholly in: the ledger of ingest. Its digest is over bytes, format and mapping.
batch = Table(
    "batch",
    metadata,
    Column("digest", String(32), primary_key=True),
    Column("seq", Integer, nullable=False, unique=True),
    Column("label", Text, nullable=False),
    Column("format", String(32), nullable=False),
    Column("first_record", BigInteger, nullable=False),
    Column("n_records", BigInteger, nullable=False),
    Column("n_events", BigInteger, nullable=False),
    Column("n_duplicates", BigInteger, nullable=False),
    Column("n_accounts", BigInteger, nullable=False),
    Column("n_rejects", BigInteger, nullable=False),
    Column("skipped", JSON, nullable=False),
    Column("committed_at", DateTime(timezone=True), nullable=False),
)

# Every live file of the lake. ``version`` is the detectors' version for computed files, empty for logged ones.
lake_file = Table(
    "lake_file",
    metadata,
    Column("path", Text, primary_key=True),
    Column("kind", String(32), nullable=False),
    Column("batch", String(32), ForeignKey("batch.digest"), nullable=True),
    Column("bucket", Integer, nullable=True),
    Column("version", String(32), nullable=False, default=""),
    Column("n_rows", BigInteger, nullable=False),
    Index("ix_lake_file_kind_version", "kind", "version"),
)

# Small facts about the workspace: which batches the account buckets include, the last run's figures.
fact = Table(
    "fact",
    metadata,
    Column("name", String(64), primary_key=True),
    Column("value", JSON, nullable=False),
)

# Operations and leads as last computed. ``body`` is the whole object; ``body_digest`` tells whether it changed, so a
# run leaves rows that it did not change untouched.
operation = Table(
    "operation",
    metadata,
    Column("operation_id", String(32), primary_key=True),
    Column("verdict", String(16), nullable=False),
    Column("confidence", Float, nullable=False),
    Column("n_members", Integer, nullable=False),
    Column("body", JSON, nullable=False),
    Column("body_digest", String(32), nullable=False),
    Column("first_found_at", DateTime(timezone=True), nullable=False),
    Column("changed_at", DateTime(timezone=True), nullable=False),
)

lead = Table(
    "lead",
    metadata,
    Column("lead_id", String(32), primary_key=True),
    Column("kind", String(16), nullable=False),
    Column("about", Text, nullable=False),
    Column("rank_score", Float, nullable=False),
    Column("body", JSON, nullable=False),
    Column("body_digest", String(32), nullable=False),
    Column("first_found_at", DateTime(timezone=True), nullable=False),
    Column("changed_at", DateTime(timezone=True), nullable=False),
)

# What became of each operation, in order: opened, changed, merged, split, closed. Never changed, never removed.
operation_event = Table(
    "operation_event",
    metadata,
    Column("seq", Integer, primary_key=True, autoincrement=True),
    Column("operation_id", String(32), nullable=False),
    Column("kind", String(16), nullable=False),
    Column("other_id", String(32), nullable=True),
    Column("detail", JSON, nullable=False),
    Column("at", DateTime(timezone=True), nullable=False),
    Index("ix_operation_event_operation_id", "operation_id"),
)

# What investigators say of pairs of subjects. A later judgement replaces an earlier one; a withdrawn one stays on record.
judgement = Table(
    "judgement",
    metadata,
    Column("seq", Integer, primary_key=True, autoincrement=True),
    Column("left_subject", Text, nullable=False),
    Column("right_subject", Text, nullable=False),
    Column("verdict", String(16), nullable=False),
    Column("author", Text, nullable=False),
    Column("note", Text, nullable=False),
    Column("at", DateTime(timezone=True), nullable=False),
    Column("withdrawn_at", DateTime(timezone=True), nullable=True),
    Index("ix_judgement_left_subject", "left_subject"),
)

# What judge models said: one row an answer, never changed. ``run`` 0 counts; others are repetitions that measure agreement.
# ``body`` holds ratings, places of quotes and the model's own words, no text of the log.
opinion = Table(
    "opinion",
    metadata,
    Column("seq", Integer, primary_key=True, autoincrement=True),
    Column("cache_key", String(32), nullable=False),
    Column("run", Integer, nullable=False),
    Column("target", Text, nullable=False),
    Column("kind", String(16), nullable=False),
    Column("package", String(32), nullable=False),
    Column("policies", Text, nullable=False),
    Column("prompt", String(32), nullable=False),
    Column("model", Text, nullable=False),
    Column("body", JSON, nullable=False),
    Column("tokens_in", BigInteger, nullable=False),
    Column("tokens_out", BigInteger, nullable=False),
    Column("is_estimate", Boolean, nullable=False),
    Column("usd", Float, nullable=False),
    Column("seconds", Float, nullable=False),
    Column("at", DateTime(timezone=True), nullable=False),
    Index("ix_opinion_cache_key", "cache_key"),
    Index("ix_opinion_target", "target"),
)

# What people say of the same targets, to measure the judge by. The latest of an author counts.
opinion_label = Table(
    "opinion_label",
    metadata,
    Column("seq", Integer, primary_key=True, autoincrement=True),
    Column("target", Text, nullable=False),
    Column("verdict", String(16), nullable=False),
    Column("author", Text, nullable=False),
    Column("note", Text, nullable=False),
    Column("at", DateTime(timezone=True), nullable=False),
    Index("ix_opinion_label_target", "target"),
)

# What people decide about leads: dismissed, snoozed, confirmed, reopened. Never changed, never removed, never written by the machine.
lead_decision = Table(
    "lead_decision",
    metadata,
    Column("seq", Integer, primary_key=True, autoincrement=True),
    Column("lead_id", String(32), nullable=False),
    Column("kind", String(16), nullable=False),
    Column("author", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("evidence", JSON, nullable=False),
    Column("ledger", JSON, nullable=False),
    Column("at", DateTime(timezone=True), nullable=False),
    Index("ix_lead_decision_lead_id", "lead_id"),
)

# What was done to the weights of assessment: a version proposed, applied or reverted, by whom.
weight_event = Table(
    "weight_event",
    metadata,
    Column("seq", Integer, primary_key=True, autoincrement=True),
    Column("version", String(32), nullable=False),
    Column("kind", String(16), nullable=False),
    Column("author", Text, nullable=False),
    Column("at", DateTime(timezone=True), nullable=False),
)
