"""Operations are remembered: what became of each, and what investigators say of pairs."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "operation_event",
        sa.Column("seq", sa.Integer, nullable=False, autoincrement=True),
        sa.Column("operation_id", sa.String(32), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("other_id", sa.String(32), nullable=True),
        sa.Column("detail", sa.JSON, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("seq", name="pk_operation_event"),
    )
    op.create_index("ix_operation_event_operation_id", "operation_event", ["operation_id"])
    op.create_table(
        "judgement",
        sa.Column("seq", sa.Integer, nullable=False, autoincrement=True),
        sa.Column("left_subject", sa.Text, nullable=False),
        sa.Column("right_subject", sa.Text, nullable=False),
        sa.Column("verdict", sa.String(16), nullable=False),
        sa.Column("author", sa.Text, nullable=False),
        sa.Column("note", sa.Text, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("seq", name="pk_judgement"),
    )
    op.create_index("ix_judgement_left_subject", "judgement", ["left_subject"])


def downgrade() -> None:
    """Drop the tables."""
    op.drop_table("judgement")
    op.drop_table("operation_event")
