"""First schema: ingest ledger, lake files, facts, operations, leads."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "batch",
        sa.Column("digest", sa.String(32), nullable=False),
        sa.Column("seq", sa.Integer, nullable=False),
        sa.Column("label", sa.Text, nullable=False),
        sa.Column("format", sa.String(32), nullable=False),
        sa.Column("first_record", sa.BigInteger, nullable=False),
        sa.Column("n_records", sa.BigInteger, nullable=False),
        sa.Column("n_events", sa.BigInteger, nullable=False),
        sa.Column("n_duplicates", sa.BigInteger, nullable=False),
        sa.Column("n_accounts", sa.BigInteger, nullable=False),
        sa.Column("n_rejects", sa.BigInteger, nullable=False),
        sa.Column("skipped", sa.JSON, nullable=False),
        sa.Column("committed_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("digest", name="pk_batch"),
        sa.UniqueConstraint("seq", name="uq_batch_seq"),
    )
    op.create_table(
        "lake_file",
        sa.Column("path", sa.Text, nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("batch", sa.String(32), nullable=True),
        sa.Column("bucket", sa.Integer, nullable=True),
        sa.Column("version", sa.String(32), nullable=False),
        sa.Column("n_rows", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("path", name="pk_lake_file"),
        sa.ForeignKeyConstraint(["batch"], ["batch.digest"], name="fk_lake_file_batch_batch"),
    )
    op.create_index("ix_lake_file_kind_version", "lake_file", ["kind", "version"])
    op.create_table(
        "fact",
        sa.Column("name", sa.String(64), nullable=False),
        sa.Column("value", sa.JSON, nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_fact"),
    )
    op.create_table(
        "operation",
        sa.Column("operation_id", sa.String(32), nullable=False),
        sa.Column("verdict", sa.String(16), nullable=False),
        sa.Column("confidence", sa.Float, nullable=False),
        sa.Column("n_members", sa.Integer, nullable=False),
        *_finding_columns(),
        sa.PrimaryKeyConstraint("operation_id", name="pk_operation"),
    )
    op.create_table(
        "lead",
        sa.Column("lead_id", sa.String(32), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("about", sa.Text, nullable=False),
        sa.Column("rank_score", sa.Float, nullable=False),
        *_finding_columns(),
        sa.PrimaryKeyConstraint("lead_id", name="pk_lead"),
    )


def _finding_columns() -> list[sa.Column]:
    return [
        sa.Column("body", sa.JSON, nullable=False),
        sa.Column("body_digest", sa.String(32), nullable=False),
        sa.Column("first_found_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
    ]


def downgrade() -> None:
    """Drop the tables."""
    for name in ("lead", "operation", "fact", "lake_file", "batch"):
        op.drop_table(name)
