"""What people say of runs and samples, what replies say of themselves, and kept figures.

Revision ID: 0005
Revises: 0004
"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add columns that no old row fills, and tables that begin empty."""
    op.add_column("run", sa.Column("name", sa.Text(), nullable=True))
    op.add_column("call", sa.Column("about", sa.JSON(), nullable=True))
    op.add_column("call", sa.Column("repeats", sa.JSON(), nullable=True))
    op.add_column("sample", sa.Column("about", sa.JSON(), nullable=True))
    op.add_column("verdict", sa.Column("loop", sa.Boolean(), nullable=True))
    op.create_table(
        "tag",
        sa.Column("run_id", sa.String(32), nullable=False),
        sa.Column("tag", sa.String(200), nullable=False),
        sa.ForeignKeyConstraint(["run_id"], ["run.id"], name="fk_tag_run_id"),
        sa.PrimaryKeyConstraint("run_id", "tag", name="pk_tag"),
    )
    op.create_table(
        "label",
        sa.Column("sample_id", sa.String(32), nullable=False),
        sa.Column("problem_id", sa.String(32), nullable=False),
        sa.Column("author", sa.String(200), nullable=False),
        sa.Column("status", sa.String(16), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("created", sa.String(32), nullable=False),
        sa.ForeignKeyConstraint(["sample_id"], ["sample.id"], name="fk_label_sample_id"),
        sa.ForeignKeyConstraint(["problem_id"], ["problem.id"], name="fk_label_problem_id"),
        sa.PrimaryKeyConstraint("sample_id", "problem_id", "author", name="pk_label"),
    )
    op.create_table(
        "figures",
        sa.Column("run_id", sa.String(32), nullable=False),
        sa.Column("basis", sa.String(32), nullable=False),
        sa.Column("report", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["run_id"], ["run.id"], name="fk_figures_run_id"),
        sa.PrimaryKeyConstraint("run_id", name="pk_figures"),
    )


def downgrade() -> None:
    """Drop it all again."""
    for table in ("figures", "label", "tag"):
        op.drop_table(table)
    for table, column in (
        ("verdict", "loop"),
        ("sample", "about"),
        ("call", "repeats"),
        ("call", "about"),
        ("run", "name"),
    ):
        op.drop_column(table, column)
