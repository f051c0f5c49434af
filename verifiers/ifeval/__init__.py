"""IFEval: whether a response follows instructions that can be checked by rules."""

from harness.verifiers.ifeval.verifier import IfevalVerifier

__all__ = ["IfevalVerifier"]
