"""Verdicts with partial credit.

Revision ID: 0007
Revises: 0006
"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add a column that no old row fills."""
    op.add_column("verdict", sa.Column("score", sa.Float(), nullable=True))


def downgrade() -> None:
    """Drop it again."""
    op.drop_column("verdict", "score")
