"""A database on a real PostgreSQL server, where one is installed."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
from pathlib import Path

import pytest

from harness.store import Writer, open_store
from harness.store.verify import verify

pytest.importorskip("psycopg")
BIN = next(iter(sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)), None)
if BIN is None and (found := shutil.which("initdb")):
    BIN = Path(found).parent
if BIN is None:
    pytest.skip("no PostgreSQL server is installed", allow_module_level=True)


@pytest.fixture(scope="module")
def url():
    """A server of its own on a free port of this machine."""
    home = Path(tempfile.mkdtemp(prefix="harness-pg-"))
    owner = {}
    if os.getuid() == 0:  # the server refuses to run as root
        try:
            shutil.chown(home, "postgres")
        except LookupError:
            pytest.skip("no user postgres")
        owner = {"user": "postgres"}
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    data, options = home / "data", f"-p {port} -k {home} -c listen_addresses=127.0.0.1"

    def call(*words):
        subprocess.run(
            [str(BIN / words[0]), *map(str, words[1:])],
            check=True,
            capture_output=True,
            cwd=home,
            **owner,
        )

    call("initdb", "-D", data, "-A", "trust", "-U", "postgres")
    call("pg_ctl", "-D", data, "-o", options, "-l", home / "log", "-w", "start")
    yield f"postgresql+psycopg://postgres@127.0.0.1:{port}/postgres"
    call("pg_ctl", "-D", data, "-m", "immediate", "stop")
    shutil.rmtree(home)


def test_an_eval_its_report_and_its_site(url, tmp_path):
    from harness.testing import ScriptedEngine, attempt

    done = attempt("best@2:reward=steps tokens<=80", ScriptedEngine(), problems=4, db=url)
    on_file = attempt("best@2:reward=steps tokens<=80", ScriptedEngine(), problems=4)
    assert done.report.verdicts == on_file.report.verdicts
    assert done.report.charged == on_file.report.charged
    with open_store(url) as store:
        assert verify(store)[1] == []
    from click.testing import CliRunner

    from harness.cli import cli

    out = str(tmp_path / "site")
    built = CliRunner().invoke(cli, ["site", "build", "--db", url, "--out", out])
    assert built.exit_code == 0, built.output
    assert (tmp_path / "site" / "index.html").is_file()


def test_a_connection_that_is_dropped_ends_nothing(url):
    from sqlalchemy import text

    from harness.store.identity import prompt_id
    from harness.store.schema import PromptRow

    with open_store(url, create=True) as store:
        writer = Writer(store)
        for number in range(3):
            said = f"dropped {number}"
            writer.put([(PromptRow, {"id": prompt_id(said), "text": said})])
            writer.flush()
            with store.engine.connect() as connection:
                connection.execute(
                    text(
                        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                        "WHERE pid <> pg_backend_pid() AND datname = current_database()"
                    )
                )
        writer.close()
        assert writer.error is None
        with store.engine.connect() as connection:
            found = connection.scalar(
                text("SELECT count(*) FROM prompt WHERE text LIKE 'dropped %'")
            )
    assert found == 3


def test_claims_belong_to_a_connection(url):
    from harness.store.claims import ServerClaims, open_claims

    one, two = "1" * 32, "2" * 32
    with open_store(url, create=True) as store:
        first = open_claims(store)
        second = open_claims(store)
        assert isinstance(first, ServerClaims)
        assert (first.second, second.second) == (False, True)
        assert first.take([one]) == {one}
        assert second.take([one, two]) == {two}
        first.release([one])
        assert second.take([one]) == {one}
        second.close()  # as if its process had ended
        assert first.take([one, two]) == {one, two}
        first.close()
