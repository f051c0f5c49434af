"""What every verifier needs to know about a text: where it ends, and whether it answers."""

from harness.verifiers.text.evasion import evasion, is_evasive
from harness.verifiers.text.loops import is_loop
from harness.verifiers.text.response import LOOP, Response, closed, read_response
from harness.verifiers.text.turns import next_turn

__all__ = [
    "LOOP",
    "Response",
    "closed",
    "evasion",
    "is_evasive",
    "is_loop",
    "next_turn",
    "read_response",
]
