"""`reward=rubric:FILE`: the weighted score of a rubric (rule-based rewards, Mu et al. 2024).

`rubric:FILE#NAME` names the behaviour that is wanted, where the file has several. Rules are judged
in the pool of workers. What a model must judge is put to the model itself, in one question a
response, with the role "reward", so that its tokens are charged; an unreadable reply is asked for
again, three times at most, and a response that still has none has the value 0.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from harness.budgets.answering import DEFAULT_TEMPERATURE, without_thought
from harness.budgets.strategy import Caller, Draw, Graded, together
from harness.core import (
    BackendError,
    Finish,
    ModelInfo,
    Problem,
    Sampling,
    Status,
    ThinkMarks,
    UnknownNameError,
    UsageError,
    Verdict,
    VerifierSpec,
)
from harness.core.hashing import content_hash

VERSION = "1"
_TRIES = 4


class RubricReward:
    """One value for the whole response."""

    has_model = False  # its calls are the generator's own
    version = VERSION

    def __init__(self, argument: str | None = None) -> None:
        from harness.verifiers.rubric.file import read_table_file, rubric_of

        file, _, name = (argument or "").partition("#")
        if not file:
            raise UsageError("reward 'rubric' needs a file: write reward=rubric:my.toml")
        self._table: dict[str, Any] = read_table_file(Path(file))
        self._rubric = rubric_of(self._table, file)
        names = [b.name for b in self._rubric.file.behaviours]
        if len(names) > 1 and name not in names:
            if name:
                raise UnknownNameError(f"behaviour of {file}", name, names)
            raise UsageError(
                f"{file} has several behaviours: write reward=rubric:{file}#{names[0]}, or "
                f"another of {', '.join(names)}"
            )
        self._wanted = name or names[0]
        digest = content_hash("rubric", self._table, self._wanted)[:16]
        self.info = ModelInfo(
            spec=f"reward:rubric:{argument}",
            name="rubric",
            fingerprint=f"reward:rubric@{VERSION}:{digest}",
        )

    def most_tokens(self, max_output_tokens: int) -> int:
        """The maximum tokens for judging one response."""
        asks = any(one.ask is not None for one in self._rubric.propositions.values())
        return _TRIES * max_output_tokens if asks else 0

    async def score(self, caller: Caller, responses: Sequence[str]) -> list[Graded]:
        """The weighted score of each response; BackendError where it cannot be had for any."""
        spec = VerifierSpec("rubric", {"rubric": self._table, "behaviour": self._wanted})
        verdicts = await caller.check(spec, responses)
        graded = await together(
            self._graded(caller, response, verdict)
            for response, verdict in zip(responses, verdicts, strict=True)
        )
        if all(value is None for value, _ in graded):
            raise BackendError(f"reward 'rubric' has no score: {verdicts[0].reason}")
        return [Graded(steps=(value or 0.0,), parts=tuple(draws)) for value, draws in graded]

    async def _graded(
        self, caller: Caller, response: str, verdict: Verdict
    ) -> tuple[float | None, list[Draw]]:
        from harness.verifiers.rubric.asking import question, read_reply
        from harness.verifiers.rubric.judging import judge
        from harness.verifiers.rubric.verifier import read_answer

        if verdict.answer is None:  # nothing was said, or it could not be judged
            return (0.0 if verdict.status is not Status.UNGRADED else None), []
        _, values = read_answer(verdict.answer)
        behaviour = self._rubric.behaviour(self._wanted)
        assert behaviour is not None  # looked at when it was built
        found, said = judge(self._rubric, behaviour, values), []
        asked = Problem(id="", question=caller.prompt.messages[-1].content, gold=None)
        text = without_thought(response, caller.marks or ThinkMarks())
        for attempt in range(_TRIES):
            if found.value is not None:
                break
            sampling = Sampling(
                max_tokens=caller.max_output_tokens,
                temperature=DEFAULT_TEMPERATURE if attempt else 0.0,
            )
            prompt = question(self._rubric, found.unknown, text, asked)
            [draw] = await caller.sample([attempt], sampling, prompt=prompt, role="reward")
            said.append(draw)
            if draw.finish is not Finish.LENGTH:
                reply = without_thought(draw.response, caller.marks or ThinkMarks())
                told = read_reply(reply, found.unknown)
                found = judge(self._rubric, behaviour, {**found.values, **told})
        return found.value, said
