"""Proofs: judged by the real Coq where it is installed, and by what their text gives away."""

from __future__ import annotations

import shutil

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
    status, reason = judge(loop, wall_s=1.5)
    assert status is Status.UNGRADED
    assert "stopped" in reason


@needs_coq
def test_a_proof_has_its_own_limits_in_the_pool() -> None:
    """The pool's limits here are too small for Coq: 2 s of CPU, 300 MB."""
    spin = "Fixpoint f (n : nat) : nat := match n with O => 0 | S m => f m + f m end.\n"
    slow = "Goal f 24 = 0. Proof. vm_compute. reflexivity. Qed.\n" * 2
    problem = Problem(id="p", question="?", gold=GOLD)
    code = f"```coq\n{spin}{slow}{GOLD}\n{PROOF}\n```"
    with VerifierPool(1, wall_s=600, cpu_s=2, memory_mb=300) as pool:
        judged = pool.submit(VerifierSpec("proof", {"prover": "coq"}), code, problem).result()
        again = pool.submit(VerifierSpec("math"), "7", Problem(id="q", question="?", gold="7"))
        assert again.result().status is Status.CORRECT
    assert judged.status is Status.CORRECT, judged


@needs_coq
def test_a_proof_that_never_ends_is_ungraded_by_its_own_limit() -> None:
    loop = f"```coq\n{GOLD}\nProof. repeat (try (assert True by trivial)). Qed.\n```"
    spec = VerifierSpec("proof", {"prover": "coq", "wall_s": 2.0})
    with VerifierPool(1, wall_s=1) as pool:
        verdict = pool.submit(spec, loop, Problem(id="p", question="?", gold=GOLD)).result()
    assert verdict.status is Status.UNGRADED
    assert verdict.reason == "stopped after 2 s"


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


def test_another_theorem_is_wrong_without_asking_the_prover() -> None:
    status, reason = judge("Theorem add_zero : 0 = 0.\nProof. reflexivity. Qed.")
    assert status is Status.WRONG
    assert "does not state" in reason


def test_the_theorem_may_not_hide_in_a_comment() -> None:
    assert not states(f"(* {GOLD} *) Theorem add_zero : 0 = 0.", GOLD)
    assert states(f"(* note *) {GOLD}", GOLD)


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

    assert Lean().left_out(strip_comments(code)) == escape


def test_a_missing_toolchain_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shutil.which", lambda name: None)
    with pytest.raises(UsageError, match="lean toolchain is not installed"):
        Lean().check("theorem t : True := trivial")
    assert not Coq().available()


def test_an_unknown_prover_is_named() -> None:
    with pytest.raises(UnknownNameError, match="coq"):
        ProofVerifier(prover="coqq")
