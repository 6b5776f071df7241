"""People decide about leads, and adjusted weights are proposed, applied and reverted."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "lead_decision",
        sa.Column("seq", sa.Integer, nullable=False, autoincrement=True),
        sa.Column("lead_id", sa.String(32), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("author", sa.Text, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("evidence", sa.JSON, nullable=False),
        sa.Column("ledger", sa.JSON, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("seq", name="pk_lead_decision"),
    )
    op.create_index("ix_lead_decision_lead_id", "lead_decision", ["lead_id"])
    op.create_table(
        "weight_event",
        sa.Column("seq", sa.Integer, nullable=False, autoincrement=True),
        sa.Column("version", sa.String(32), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("author", sa.Text, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("seq", name="pk_weight_event"),
    )


def downgrade() -> None:
    """Drop the tables."""
    op.drop_table("weight_event")
    op.drop_table("lead_decision")
