"""Grading mathematical answers: extraction from free text, parsing, staged equivalence.

    from harness.verifiers import math
    math.verify("So the answer is 0.5.", "1/2").status      # Status.CORRECT

Usable standalone: it imports the core's verdict types and nothing of the engine.
"""

from harness.verifiers.math.verifier import MathVerifier, verify

__all__ = ["MathVerifier", "verify"]
