"""What judge models and people say of operations and lone subjects."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "opinion",
        sa.Column("seq", sa.Integer, nullable=False, autoincrement=True),
        sa.Column("cache_key", sa.String(32), nullable=False),
        sa.Column("run", sa.Integer, nullable=False),
        sa.Column("target", sa.Text, nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("package", sa.String(32), nullable=False),
        sa.Column("policies", sa.Text, nullable=False),
        sa.Column("prompt", sa.String(32), nullable=False),
        sa.Column("model", sa.Text, nullable=False),
        sa.Column("body", sa.JSON, nullable=False),
        sa.Column("tokens_in", sa.BigInteger, nullable=False),
        sa.Column("tokens_out", sa.BigInteger, nullable=False),
        sa.Column("is_estimate", sa.Boolean, nullable=False),
        sa.Column("usd", sa.Float, nullable=False),
        sa.Column("seconds", sa.Float, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("seq", name="pk_opinion"),
    )
    op.create_index("ix_opinion_cache_key", "opinion", ["cache_key"])
    op.create_index("ix_opinion_target", "opinion", ["target"])
    op.create_table(
        "opinion_label",
        sa.Column("seq", sa.Integer, nullable=False, autoincrement=True),
        sa.Column("target", sa.Text, nullable=False),
        sa.Column("verdict", sa.String(16), nullable=False),
        sa.Column("author", sa.Text, nullable=False),
        sa.Column("note", sa.Text, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("seq", name="pk_opinion_label"),
    )
    op.create_index("ix_opinion_label_target", "opinion_label", ["target"])


def downgrade() -> None:
    """Drop the tables."""
    op.drop_table("opinion_label")
    op.drop_table("opinion")
