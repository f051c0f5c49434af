"""Alembic's entry point: runs migrations on the connection passed by `harness.store`."""

from alembic import context

from harness.store.schema import Base

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    render_as_batch=True,  # SQLite alters a table by copying it
)
with context.begin_transaction():
    context.run_migrations()
