"""Proofs: judged by the real Coq where it is installed, and by what their text gives away."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

import pytest

from harness.core import Problem, Status, UnknownNameError, UsageError, VerifierSpec
from harness.verifiers.pool import VerifierPool
from harness.verifiers.proof import Coq, Lean, ProofVerifier
from harness.verifiers.proof.verifier import states

needs_coq = pytest.mark.skipif(not shutil.which("coqc"), reason="coqc is not installed")
GOLD = "Theorem add_zero : forall n : nat, n + 0 = n."
PROOF = "Proof. induction n. reflexivity. simpl. rewrite IHn. reflexivity. Qed."


def judge(code: str, **args: object) -> tuple[Status, str]:
    verifier = ProofVerifier(prover="coq", **args)  # type: ignore[arg-type]
    problem = Problem(id="p", question="?", gold=GOLD)
    verdict = verifier.verify(f"Here it is.\n```coq\n{code}\n```", problem)
    return verdict.status, verdict.reason


@needs_coq
def test_coq_accepts_a_proof() -> None:
    assert judge(f"{GOLD}\n{PROOF}")[0] is Status.CORRECT


@needs_coq
def test_coq_rejects_a_proof_that_does_not_prove() -> None:
    status, reason = judge(f"{GOLD}\nProof. reflexivity. Qed.")
    assert status is Status.WRONG
    assert "unify" in reason.lower() or "unable" in reason.lower()


@needs_coq
def test_coq_is_stopped_at_the_limit_of_time() -> None:
    loop = f"{GOLD}\nProof. repeat (try (assert True by trivial)). Qed.\n"
    status, reason = judge(loop, wall_s=0.5)
    assert status is Status.UNGRADED
    assert "stopped" in reason


@needs_coq
@pytest.mark.usefixtures("cold_workers")
def test_a_proof_has_its_own_limits_in_the_pool() -> None:
    """The pool's limits here are too small for Coq: 0.5 s of CPU, 300 MB."""
    spin = "Fixpoint f (n : nat) : nat := match n with O => 0 | S m => f m + f m end.\n"
    slow = "Goal f 24 = 0. Proof. vm_compute. reflexivity. Qed.\n"
    problem = Problem(id="p", question="?", gold=GOLD)
    code = f"```coq\n{spin}{slow}{GOLD}\n{PROOF}\n```"
    with VerifierPool(1, wall_s=600, cpu_s=0.5, memory_mb=300) as pool:
        judged = pool.submit(VerifierSpec("proof", {"prover": "coq"}), code, problem).result()
        again = pool.submit(VerifierSpec("math"), "7", Problem(id="q", question="?", gold="7"))
        assert again.result().status is Status.CORRECT
    assert judged.status is Status.CORRECT, judged


@needs_coq
def test_a_proof_that_never_ends_is_ungraded_by_its_own_limit() -> None:
    loop = f"```coq\n{GOLD}\nProof. repeat (try (assert True by trivial)). Qed.\n```"
    spec = VerifierSpec("proof", {"prover": "coq", "wall_s": 1.0})
    with VerifierPool(1, wall_s=0.5) as pool:
        verdict = pool.submit(spec, loop, Problem(id="p", question="?", gold=GOLD)).result()
    assert verdict.status is Status.UNGRADED
    assert verdict.reason == "stopped after 1 s"


@needs_coq
def test_memory_beyond_the_limit_is_ungraded() -> None:
    big = "Fixpoint g (n : nat) := match n with O => nil | S m => app (g m) (cons n (g m)) end.\n"
    status, reason = judge(
        f"Require Import List.\n{big}Definition x := Eval vm_compute in g 30.\n{GOLD}\n{PROOF}",
        memory_mb=600,
    )
    assert status is Status.UNGRADED
    assert "memory" in reason


@pytest.mark.parametrize("escape", ["Admitted.", "Proof. admit. Admitted."])
@needs_coq
def test_a_proof_that_leaves_something_out_is_wrong(escape: str) -> None:
    status, reason = judge(f"{GOLD}\n{escape}")
    assert status is Status.WRONG
    assert "uses" in reason


@needs_coq
def test_a_bullet_of_coq_is_no_comment() -> None:
    status, reason = judge(f"{GOLD}\nProof. induction n.\n-- admit.\n-- admit.\nAdmitted.")
    assert (status, reason) == (Status.WRONG, "the proof uses 'admit'")


def test_another_theorem_is_wrong_without_asking_the_prover() -> None:
    status, reason = judge("Theorem add_zero : 0 = 0.\nProof. reflexivity. Qed.")
    assert status is Status.WRONG
    assert "does not state" in reason


def test_the_theorem_may_not_hide_in_a_comment() -> None:
    assert not states(f"(* {GOLD} *) Theorem add_zero : 0 = 0.", GOLD, "coq")
    assert states(f"(* note *) {GOLD}", GOLD, "coq")
    doc = "/-- Its limbs -- two legs. -/"  # a line comment that is none
    assert states(f"{doc}\n{LEAN_GOLD} decide", LEAN_GOLD, "lean")


@pytest.mark.parametrize(
    ("code", "escape"),
    [
        ("theorem t : 1 = 2 := by sorry", "sorry"),
        ("axiom a : False", "axiom"),
        ("theorem t : 1 + 1 = 2 := by decide", None),
        ("-- sorry\ntheorem t : 1 + 1 = 2 := by decide", None),
    ],
)
def test_what_lean_code_leaves_out(code: str, escape: str | None) -> None:
    from harness.verifiers.proof.provers import strip_comments

    assert Lean().left_out(strip_comments(code, "lean")) == escape


def test_a_missing_toolchain_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shutil.which", lambda name: None)
    with pytest.raises(UsageError, match=r"need lean, which is not installed: .*elan"):
        Lean().check("theorem t : True := trivial")
    with pytest.raises(UsageError, match=r"need lake, which is not installed: .*elan"):
        ProofVerifier(prover="lean", project="/p").refuse()
    with pytest.raises(UsageError, match="apt-get install coq"):
        ProofVerifier(prover="coq").refuse()


def test_an_unknown_prover_is_named() -> None:
    with pytest.raises(UnknownNameError, match="coq"):
        ProofVerifier(prover="coqq")


@pytest.mark.parametrize(
    ("code", "why"),
    [
        (f"Section S.\nContext (h : False).\n{GOLD}\nProof. destruct h. Qed.\nEnd S.", "False ->"),
        (
            f"Section S.\nContext (h : False).\n{GOLD}\nProof. destruct h. Qed.",
            "needs to be closed",
        ),
        (
            f"Inductive nat := O.\nDefinition add (a b : nat) := a.\n{GOLD}\nProof. auto. Qed.",
            "nat",
        ),
        (
            f"Class C := c : False.\nDeclare Instance i : C.\n{GOLD}\nProof. destruct i. Qed.",
            "uses",
        ),
        (f"Module M.\n{GOLD}\n{PROOF}\nEnd M.", "not found"),
        (f'Notation "a = b" := True.\n{GOLD}\nProof. auto. Qed.', "uses 'Notation'"),
    ],
)
@needs_coq
def test_a_theorem_that_only_looks_the_same_is_wrong(code: str, why: str) -> None:
    status, reason = judge(code)
    assert status is Status.WRONG
    assert why in reason


@needs_coq
def test_axioms_of_the_standard_library_pass_and_others_do_not() -> None:
    gold = "Theorem em : forall P : Prop, P \\/ ~ P."
    proof = "Proof. intros. apply classic. Qed."
    known = Coq().check(f"{gold}\n{proof}", theorem=gold, preamble="Require Import Classical.")
    assert (known.complete, known.reason) == (True, "no errors")
    # the preamble is the task's own: here it brings an axiom that no library has
    own = "Axiom classic_ : forall P : Prop, P \\/ ~ P."
    other = Coq().check(f"{gold}\nProof. apply classic_. Qed.", theorem=gold, preamble=own)
    assert (other.complete, other.reason) == (False, "the theorem rests on 'classic_'")


@pytest.fixture
def lake(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project for which a script stands for `lake`: how Lean is called and read, not Lean."""
    script = tmp_path / "bin" / "lake"
    script.parent.mkdir()
    source = Path(__file__).with_name("fake_lake.py").read_text(encoding="utf-8")
    script.write_text(source.replace("/usr/bin/env python3", sys.executable), encoding="utf-8")
    script.chmod(0o755)
    monkeypatch.setenv("PATH", f"{script.parent}{os.pathsep}{os.environ['PATH']}")
    project = tmp_path / "project"
    project.mkdir()
    (project / "lakefile.toml").write_text('name = "project"\n', encoding="utf-8")
    return project


LEAN_GOLD = "theorem two : 1 + 1 = 2 := by"


@pytest.mark.parametrize(
    ("marks", "status", "reason"),
    [
        ("", Status.CORRECT, "no errors"),
        ("-- axioms: propext, Classical.choice, Quot.sound", Status.CORRECT, "no errors"),
        ("-- axioms: propext, sorryAx", Status.WRONG, "the theorem rests on 'sorryAx'"),
        ("-- axioms: mine", Status.WRONG, "the theorem rests on 'mine'"),
        ("-- mute", Status.WRONG, "the axioms of the theorem could not be told"),
        ("-- says: P.lean:1:2: error: unsolved goals", Status.WRONG, "unsolved goals"),
        ("-- says: P.lean:1:2: warning: declaration uses 'sorry'", Status.WRONG, "'sorry'"),
        ("-- exit: 1", Status.WRONG, "lean ended with exit code 1"),
        (
            "-- says: P.lean:1:0: error: unknown module prefix 'Mathlib'",
            Status.UNGRADED,
            "lean lacks Mathlib, which the header imports",
        ),
        (
            "-- says: P.lean:1:0: error: object file '/p/M.olean' of module Mathlib does not exist",
            Status.UNGRADED,
            "lean lacks Mathlib",
        ),
        (
            "-- says: P.lean:4:2: error: unknown identifier ':1:0: error: unknown module prefix'",
            Status.WRONG,
            "unknown identifier",
        ),
    ],
)
def test_lean_is_asked_through_lake_and_has_the_last_word_on_axioms(
    lake: Path, marks: str, status: Status, reason: str
) -> None:
    verifier = ProofVerifier(prover="lean", project=str(lake))
    header = "import Mathlib\nopen Nat\n"
    problem = Problem(id="p", question="?", gold=LEAN_GOLD, meta={"header": header})
    code = f"import Mathlib\n{LEAN_GOLD}\n  decide\n{marks}"
    verdict = verifier.verify(f"```lean4\n{code}\n```", problem)
    assert verdict.status is status, verdict
    assert reason in verdict.reason
    asked = (lake / "calls.txt").read_text(encoding="utf-8").split("=====")[-2].strip()
    assert asked.startswith("import Mathlib\nopen Nat")
    assert asked.count("import Mathlib") == 1
    assert asked.endswith("#print axioms two")


def test_a_folder_that_is_no_project_is_refused_before_anything_is_asked(lake: Path) -> None:
    ProofVerifier(prover="lean", project=str(lake)).refuse()
    (lake / "lakefile.toml").unlink()
    with pytest.raises(UsageError, match="no Lean project, which has a lakefile"):
        ProofVerifier(prover="lean", project=str(lake)).refuse()


@pytest.mark.parametrize(
    "line",
    ["variable (h : False)", "notation a = b => True", "macro x", "instance : Add Nat := sorry",
     "theorem u : True := by native_decide", "#print axioms two"],
)  # fmt: skip
def test_lean_code_that_could_change_the_statement_is_refused(line: str) -> None:
    from harness.verifiers.proof.provers import strip_comments

    assert Lean().left_out(strip_comments(f"{line}\n{LEAN_GOLD} rfl", "lean")) is not None


def test_the_project_may_stand_in_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HARNESS_LEAN_PROJECT", "/p")
    assert Lean().command(Path("/x/Proof.lean")) == [
        "lake", "--dir", str(Path("/p").resolve()), "env", "lean", "/x/Proof.lean",
    ]  # fmt: skip
    assert Lean("/q").project == "/q"
