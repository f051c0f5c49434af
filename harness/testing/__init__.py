"""For authors of strategies, rewards or backends: a scripted engine.

    from harness.testing import ScriptedEngine, attempt

    engine = ScriptedEngine(context=200, token_width=3, tells_stop=False, fail_at={5: "no luck"})
    result = attempt("vote@4:think=64", engine)
    result.report.accuracy, result.answers, engine.requests

The engine's text is a function of prompt and seed; other properties of real engines (where tokens
end, how long the context is, what they report) are configurable. `attempt` runs a
budget on it through the full product: sampler, store, ledger and verifier. `ScriptedCaller` stands
in for the sampler if you only want to look at a strategy's own calls.
"""

from __future__ import annotations

from harness.testing.caller import Ceiling, ScriptedCaller
from harness.testing.engine import MARKS, ScriptedEngine, steps_and_answer, tokens_of_width
from harness.testing.runs import QUESTION, Attempted, Scripted, ScriptedReward, attempt

__all__ = [
    "MARKS",
    "QUESTION",
    "Attempted",
    "Ceiling",
    "Scripted",
    "ScriptedCaller",
    "ScriptedEngine",
    "ScriptedReward",
    "attempt",
    "steps_and_answer",
    "tokens_of_width",
]
