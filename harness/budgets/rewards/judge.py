"""`reward=judge`, `reward=judge:3`: the model itself says how good a solution is.

Its words are ordinary draws with the role "reward": their tokens are charged. One judgement is at
temperature 0; `judge:3` is the mean of three at temperature 0.7.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from harness.budgets.answering import DEFAULT_TEMPERATURE, without_thought
from harness.budgets.strategy import Caller, Draw, Graded, together
from harness.core import BackendError, ModelInfo, Prompt, Sampling, UsageError

VERSION = "1"
QUESTION = """\
Below are a problem and a solution to it, which may be unfinished. Check every step that is \
written. Do not punish what is still missing.

Problem:
{problem}

Solution:
{solution}

How likely is it that all of these steps are right? End with a line "Score: N", N from 0 (surely \
wrong) to 10 (surely right)."""

_SCORE = re.compile(r"score\W{0,6}(\d+(?:\.\d+)?)(?!\d*%)", re.I)
_HIGHEST = 10.0


class Judge:
    """One value for the whole response."""

    has_model = False  # its calls are the generator's own

    def __init__(self, argument: str | None = None) -> None:
        if argument is not None and not re.fullmatch("[1-9][0-9]{0,2}", argument):
            raise UsageError(f"reward 'judge:{argument}': write judge, or judge:3 for three votes")
        self.votes = int(argument or 1)
        self.info = ModelInfo(
            spec=f"reward:judge:{self.votes}",
            name="judge",
            fingerprint=f"reward:judge@{VERSION}:{self.votes}",
        )

    async def score(self, caller: Caller, responses: Sequence[str]) -> list[Graded]:
        """The model's own judgement of each response, between 0 and 1."""
        return await together(self._judge(caller, r) for r in responses)

    async def _judge(self, caller: Caller, response: str) -> Graded:
        problem = caller.prompt.messages[-1].content
        prompt = Prompt.user(QUESTION.format(problem=problem, solution=response))
        sampling = Sampling(
            max_tokens=caller.max_output_tokens,
            temperature=0.0 if self.votes == 1 else DEFAULT_TEMPERATURE,
        )
        draws = await caller.sample(range(self.votes), sampling, prompt=prompt, role="reward")
        said = [without_thought(draw.response, caller.marks) for draw in draws]
        values = [value for text in said if (value := read_score(text)) is not None]
        if not values:
            raise BackendError(
                f"reward 'judge': the model gave no score; it said {_end(draws[0])!r}. Take "
                "another reward, as reward=steps, or a model that follows instructions"
            )
        return Graded(steps=(sum(values) / len(values),), parts=tuple(draws))


def read_score(text: str) -> float | None:
    """The last "Score: N" of a judgement, in [0, 1]; None when there is none from 0 to 10."""
    found = _SCORE.findall(text)
    value = float(found[-1]) / _HIGHEST if found else None
    return value if value is not None and value <= 1 else None


def _end(draw: Draw) -> str:
    return draw.text.strip()[-60:]
