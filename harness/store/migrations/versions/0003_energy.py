"""What a call drew from the GPUs.

Revision ID: 0003
Revises: 0002
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add a column; old rows do not know it."""
    op.add_column("call", sa.Column("joules", sa.Float(), nullable=True))


def downgrade() -> None:
    """Drop it again."""
    op.drop_column("call", "joules")
