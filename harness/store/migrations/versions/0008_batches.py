"""Batches that providers work on while no process of ours runs.

Revision ID: 0008
Revises: 0007
"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add a table that begins empty."""
    op.create_table(
        "batch",
        sa.Column("id", sa.String(200), nullable=False),
        sa.Column("model_id", sa.String(32), nullable=False),
        sa.Column("calls", sa.JSON(), nullable=False),
        sa.Column("created", sa.String(32), nullable=False),
        sa.Column("collected", sa.String(32), nullable=True),
        sa.ForeignKeyConstraint(["model_id"], ["model.id"], name="fk_batch_model_id"),
        sa.PrimaryKeyConstraint("id", name="pk_batch"),
    )
    op.create_index("ix_batch_model_id", "batch", ["model_id"])


def downgrade() -> None:
    """Drop it again."""
    op.drop_table("batch")
