"""Which attempts were ended by their budget's ceiling.

Revision ID: 0004
Revises: 0003
"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add a column; no old attempt had a ceiling."""
    op.add_column(
        "attempt", sa.Column("stopped", sa.Boolean(), nullable=False, server_default=sa.false())
    )


def downgrade() -> None:
    """Drop it again."""
    op.drop_column("attempt", "stopped")
