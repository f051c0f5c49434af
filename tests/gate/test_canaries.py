"""Known answers: sound verifiers pass, broken ones are named before anything is spent."""

from __future__ import annotations

from pathlib import Path

import pytest

import harness
from harness.core import DataError, Problem, VerifierSpec
from harness.core.problem import DataSource
from harness.core.registry import find
from harness.gate.canaries import check_verifier

harness.load_plugin(Path(__file__).with_name("canary_plugin.py"))
NUMBERS = [Problem(id=f"p{i}", question="?", gold=str(i), cluster="c") for i in range(100)]
WORDS = [Problem(id=w, question="?", gold=w, cluster="c") for w in ("yes", "no", "maybe")]


@pytest.mark.parametrize("name", ["arithmetic", "decimals", "traps"])
def test_the_verifiers_of_built_in_tasks_pass(name):
    task = find("tasks", name)()
    check_verifier(task.verifier(), task.load(DataSource(limit=60)))


@pytest.mark.parametrize("problems", [NUMBERS, WORDS], ids=["numbers", "words"])
def test_broken_verifiers_are_named(problems):
    with pytest.raises(DataError, match="takes-all accepts wrong answers"):
        check_verifier(VerifierSpec("takes-all"), problems)
    with pytest.raises(DataError, match="takes-none rejects gold answers"):
        check_verifier(VerifierSpec("takes-none"), problems)


def test_what_proves_nothing_is_let_pass():
    check_verifier(VerifierSpec("finds-nothing"), NUMBERS)
    unanswerable = [Problem(id="p", question="?", gold=None, cluster="c")]
    check_verifier(VerifierSpec("takes-all"), unanswerable)
