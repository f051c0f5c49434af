"""What searches need: why a sample stopped, which samples were asked for together, scores.

Revision ID: 0002
Revises: 0001
"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add three columns; old rows know none of it."""
    op.add_column("sample", sa.Column("stopped_by", sa.Text(), nullable=True))
    op.add_column("charge", sa.Column("ask", sa.Integer(), nullable=True))
    op.add_column(
        "charge", sa.Column("score", sa.Boolean(), nullable=False, server_default=sa.false())
    )


def downgrade() -> None:
    """Drop them again."""
    op.drop_column("charge", "score")
    op.drop_column("charge", "ask")
    op.drop_column("sample", "stopped_by")
