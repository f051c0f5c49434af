"""Claims of samples between real processes: on a file beside an SQLite database."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from harness.store import open_store
from harness.store.claims import Claims, FileClaims, open_claims

pytest.importorskip("fcntl")

ONE, TWO, THREE = "1" * 32, "2" * 32, "3" * 32

HOLDER = """
import sys
from pathlib import Path
from harness.store.claims import FileClaims
claims = FileClaims(Path(sys.argv[1]))
print(*sorted(claims.take(sys.argv[2:])), claims.second, flush=True)
sys.stdin.readline()
claims.release(sys.argv[2:3])
print("released", claims.others(), flush=True)
sys.stdin.readline()
"""


@contextmanager
def holding(path: Path, *names: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """Another process that holds claims, and what it said of them."""
    command = [sys.executable, "-c", HOLDER, str(path), *names]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        try:
            yield process, process.stdout.readline().strip()
        finally:
            process.kill()


def _next(process: subprocess.Popen[str]) -> str:
    """Let it go on, and read its next line."""
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write("\n")
    process.stdin.flush()
    return process.stdout.readline().strip()


def test_what_another_process_holds_is_not_granted_until_it_is_released(tmp_path: Path) -> None:
    path = tmp_path / "claims"
    with holding(path, ONE, TWO) as (other, said):
        assert said == f"{ONE} {TWO} False"
        with closing(FileClaims(path)) as claims:
            assert claims.second
            assert claims.others()
            assert claims.take([ONE, TWO, THREE]) == {THREE}
            assert _next(other) == "released True"  # it has seen that we came
            assert claims.take([ONE, TWO]) == {ONE}


def test_claims_end_with_the_process_that_is_killed(tmp_path: Path) -> None:
    path = tmp_path / "claims"
    with holding(path, ONE) as (other, _), closing(FileClaims(path)) as claims:
        assert claims.take([ONE]) == set()
        other.kill()
        other.wait()
        assert claims.take([ONE]) == {ONE}


def test_a_command_alone_looks_nothing_up(tmp_path: Path) -> None:
    path = tmp_path / "claims"
    with closing(FileClaims(path)) as claims:
        assert not claims.second
        assert claims.take([ONE]) == {ONE}
        assert not claims.others()
        with holding(path, TWO):
            pass  # came and went
        assert claims.others()
        assert path.exists()  # the one that went was not the last


def test_the_last_one_deletes_the_file(tmp_path: Path) -> None:
    path = tmp_path / "claims"
    with holding(path, ONE):
        FileClaims(path).close()
        assert path.exists()
    FileClaims(path).close()
    assert not path.exists()


def test_which_databases_have_claims(tmp_path: Path) -> None:
    with open_store(tmp_path / "a.sqlite", create=True) as store:
        with closing(open_claims(store)) as claims:
            assert isinstance(claims, FileClaims)
        (tmp_path / "a.sqlite-claims").mkdir()  # no file can be opened there
        with closing(open_claims(store)) as claims:
            assert type(claims) is Claims
            assert claims.take([ONE]) == {ONE}
    with (
        open_store("sqlite:///:memory:", create=True) as store,
        closing(open_claims(store)) as claims,
    ):
        assert type(claims) is Claims
