"""Simple rule-based verifiers, for tasks whose answers are not mathematical expressions."""

from harness.verifiers.rules.base import RuleVerifier
from harness.verifiers.rules.matching import AcceptedVerifier, ExactVerifier, RegexVerifier
from harness.verifiers.rules.numbers import DecimalVerifier, NumericVerifier, OrderingVerifier
from harness.verifiers.rules.options import ChoiceVerifier
from harness.verifiers.rules.structured import JsonVerifier

__all__ = [
    "AcceptedVerifier",
    "ChoiceVerifier",
    "DecimalVerifier",
    "ExactVerifier",
    "JsonVerifier",
    "NumericVerifier",
    "OrderingVerifier",
    "RegexVerifier",
    "RuleVerifier",
]
