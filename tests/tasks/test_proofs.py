"""The sets of theorems: our own in Coq, which are theorems, and files in their authors' schema."""

from __future__ import annotations

import json
import shutil

import pytest

from harness.core import DataError, DataSource, Problem, Status, UsageError, VerifierSpec
from harness.tasks.proofs import CoqBasics, minif2f, proofnet
from harness.verifiers.proof import Coq
from harness.verifiers.proof.verifier import states

PROOFS = {
    "add_zero": "induction n; simpl; auto.",
    "add_succ": "induction n; simpl; auto.",
    "add_assoc": "induction n; simpl; auto.",
    "mul_zero": "induction n; simpl; auto.",
    "mul_one": "induction n; simpl; auto.",
    "add_comm": "induction n; simpl; intros. apply plus_n_O. rewrite IHn. apply plus_n_Sm.",
    "four_more": "exists 4. reflexivity.",
    "app_nil": "induction l; simpl; auto. rewrite IHl. reflexivity.",
    "app_assoc": "induction l; simpl; intros; auto. rewrite IHl. reflexivity.",
    "app_length": "induction l; simpl; intros; auto.",
    "map_length": "induction l; simpl; auto.",
    "map_app": "induction l; simpl; intros; auto. rewrite IHl. reflexivity.",
    "negb_twice": "destruct b; reflexivity.",
    "andb_comm": "destruct b, c; reflexivity.",
    "and_swap": "intros P Q [p q]. split; assumption.",
    "or_swap": "intros P Q [p | q]; auto.",
    "chain": "auto.",
    "not_not": "intros P p n. apply n. exact p.",
    "contrapositive": "intros P Q f n p. apply n. auto.",
    "and_or": "intros P Q R [p [q | r]]; auto.",
}


@pytest.mark.skipif(not shutil.which("coqc"), reason="coqc is not installed")
def test_all_theorems_are_theorems():
    problems = CoqBasics().load(DataSource())
    assert {p.id for p in problems} == set(PROOFS)
    file = "\n".join(f"{p.gold}\nProof. {PROOFS[p.id]} Qed." for p in problems)
    report = Coq().check(file, preamble=problems[0].meta["header"])
    assert report.complete, report


def test_the_prompt_has_the_statement_that_the_verifier_wants():
    task = CoqBasics()
    for problem in task.load(DataSource(limit=3)):
        text = task.prompt(problem).messages[-1].content
        assert states(text, problem.gold, "coq")
        assert "Require Import List." in text
    assert task.verifier() == VerifierSpec("proof", {"prover": "coq"})


def row(name="t1", split="test", **more):
    fixed = {
        "name": name, "split": split, "informal_prefix": "/-- One is one. -/\n",
        "formal_statement": f"theorem {name} : 1 = 1 := by\n", "goal": "⊢ 1 = 1",
        "header": "import Mathlib\n\nopen Nat\n",
    }  # fmt: skip
    return {**fixed, **more}


def written(folder, name, *rows):
    file = folder / f"{name}.jsonl"
    file.write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    return folder


@pytest.mark.parametrize("made", [minif2f, proofnet], ids=["minif2f", "proofnet"])
def test_a_set_is_read_in_its_authors_schema(made, tmp_path):
    task = made()
    folder = written(tmp_path, task.name, row(), row("t2", "valid"), row("t3"))
    found = task.load(DataSource(data_dir=folder))
    assert {p.id for p in found} == {"test-1-t1", "test-2-t3"}
    problem = next(p for p in found if p.id == "test-1-t1")
    assert problem.gold == "theorem t1 : 1 = 1 := by"
    text = task.prompt(problem).messages[-1].content
    assert "```lean4\nimport Mathlib\n\nopen Nat\n/-- One is one. -/\ntheorem t1" in text
    both = task.load(DataSource(data_dir=folder, options={"split": "all"}))
    assert len(both) == 3
    assert task.verifier() == VerifierSpec("proof", {"prover": "lean"})
    assert task.metrics([]) == {}


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ([{"name": "t", "statement": "x"}], "row 1: no column split, informal_prefix"),
        ([row(formal_statement="")], "row 1: formal_statement should be text"),
        ([row(split="valid")], "the file has no row whose split is test"),
        ([row(), row()], "is also row 1"),
    ],
)
def test_another_schema_is_one_clear_line(rows, said, tmp_path):
    with pytest.raises(DataError) as error:
        minif2f().load(DataSource(data_dir=written(tmp_path, "minif2f", *rows)))
    assert said in str(error.value)
    assert "\n" not in str(error.value)


def test_without_a_folder_the_file_is_named():
    with pytest.raises(UsageError, match=r"minif2f\.jsonl"):
        minif2f().load(DataSource())


@pytest.mark.skipif(not shutil.which("coqc"), reason="coqc is not installed")
def test_a_right_and_a_wrong_proof():
    from harness.verifiers.proof import ProofVerifier

    [problem] = [p for p in CoqBasics().load(DataSource()) if p.id == "app_nil"]
    assert isinstance(problem, Problem)
    verifier = ProofVerifier(prover="coq")
    for proof, status in ((PROOFS["app_nil"], Status.CORRECT), ("reflexivity.", Status.WRONG)):
        text = f"```coq\n{problem.gold}\nProof. {proof} Qed.\n```"
        assert verifier.verify(text, problem).status is status
