"""A plugin file: a model whose skill is in its name, and a task with as many problems as wanted.

`skilled:80` answers 80% of its samples right, each by a draw from its seed alone: models of nearly
the same skill agree on nearly all samples. `skilled:80-fail3` fails at its third call.
"""

from __future__ import annotations

import random

import harness
from harness.core import (
    BackendError,
    Completion,
    Finish,
    ModelInfo,
    Problem,
    Prompt,
    Reply,
    Usage,
    VerifierSpec,
)


class Skilled:
    """The model; `calls` counts over all of its instances."""

    calls = 0

    def __init__(self, spec):
        skill, _, fail_at = spec.name.partition("-fail")
        self._skill, self._fail_at = int(skill) / 100, int(fail_at or 0)
        self.info = ModelInfo(
            spec=str(spec),
            name=f"skilled-{skill}",
            fingerprint=f"skilled-{skill}",
            context=4096,
            concurrency=1,
        )

    def render(self, prompt, prefix=""):
        return "".join(m.content for m in prompt.messages) + prefix

    def count_tokens(self, rendered):
        return len(rendered)

    async def generate(self, request):
        Skilled.calls += 1
        if Skilled.calls == self._fail_at:
            raise BackendError("the server hung up")
        rendered = self.render(request.prompt, request.prefix)
        completions = []
        for seed in request.seeds:
            right = random.Random(f"{rendered}|{seed}").random() < self._skill
            text = f"The answer is {rendered.split()[-1] if right else '-1'}"
            completions.append(
                Completion(text=text, finish=Finish.STOP, output_tokens=10, reasoning_tokens=0)
            )
        usage = Usage(
            prompt_tokens=len(rendered), output_tokens=10 * len(completions), reasoning_tokens=0
        )
        return Reply(completions=tuple(completions), usage=usage, latency_s=0.001)

    async def close(self):
        pass


class Echo:
    """Say a number again; clusters of two."""

    name = "echo"
    version = "1"
    summary = "say a number again (for tests)"

    def load(self, source):
        count = source.limit or int(source.options.get("n", 300))
        return [
            Problem(id=f"p{i}", question=f"Say {i + 10}", gold=str(i + 10), cluster=f"c{i // 2}")
            for i in range(count)
        ]

    def prompt(self, problem):
        return Prompt.user(problem.question)

    def verifier(self):
        return VerifierSpec("math")

    def metrics(self, scored):
        return {}


harness.register("models", "skilled", Skilled)
harness.register("tasks", "echo", Echo)
