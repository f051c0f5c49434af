"""Did the response identify the flaw in a problem that has no answer?

    FlawVerifier().verify("The angles add up to 190°, so no such triangle exists.", problem)

Rules over the final answer and the conclusion, in English and Chinese.
"""

from harness.verifiers.flaw.rules import Stance, stance
from harness.verifiers.flaw.verifier import FlawVerifier

__all__ = ["FlawVerifier", "Stance", "stance"]
