"""For those who write strategies, rewards or backends: an engine that does as it is told.

    from harness.testing import ScriptedEngine, attempt

    engine = ScriptedEngine(context=200, token_width=3, tells_stop=False, fail_at={5: "no luck"})
    result = attempt("vote@4:think=64", engine)
    result.report.accuracy, result.answers, engine.requests

The engine's text is a function of prompt and seed; what else real engines differ in (where tokens
end, how long the context is, what they tell and what they do not) is set by hand. `attempt` runs a
budget on it through the whole product: sampler, store, ledger and verifier. `ScriptedCaller` stands
in for the sampler alone, where a strategy's own calls are what is looked at.
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
