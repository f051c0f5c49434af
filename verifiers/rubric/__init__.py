"""Rule-based rewards (Mu et al. 2024, arXiv 2411.01111): propositions, classes, weights.

A rubric is a file. Its propositions say something of a response that holds or does not; a model or
a rule decides. Classes, best first, are rules in terms of propositions. Weights, fitted to labelled
responses, say how far a response is from the best one.
"""

from harness.verifiers.rubric.file import Rubric, read_rubric, rubric_of
from harness.verifiers.rubric.judging import Judgement, judge
from harness.verifiers.rubric.verifier import RubricVerifier

__all__ = ["Judgement", "Rubric", "RubricVerifier", "judge", "read_rubric", "rubric_of"]
