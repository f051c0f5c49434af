"""Log-likelihoods from a completions server: the prompt comes back with those of its tokens.

`echo` with `logprobs`, as OpenAI's Completions had it and vLLM and llama-cpp-python have it. The
prompt is sent as token ids, so that where a choice begins is known; one token is generated, since
some servers take `max_tokens: 0` for no limit, and is not looked at.
"""

from __future__ import annotations

import json
import math
from typing import Any

from harness.core import BackendError, Likelihood, Usage
from harness.models.likelihood import Passage
from harness.models.openai_chat import read_usage


def echo_body(model: str, text: Passage) -> dict[str, Any]:
    """What is asked for one passage."""
    return {
        "model": model,
        "prompt": list(text.ids),
        "max_tokens": 1,
        "temperature": 0.0,
        "echo": True,
        "logprobs": 1,
    }


def read_echo(where: str, reply: str, text: Passage) -> tuple[Likelihood, Usage]:
    """The figure of one passage; BackendError where the server does not tell it."""
    body = json.loads(reply)
    try:
        told = body["choices"][0]["logprobs"]
        said, best = told["token_logprobs"], told["top_logprobs"]
        if len(said) not in (len(text.ids), len(text.ids) + 1):
            raise ValueError
        end = len(text.ids)
        part = [float(value) for value in said[end - text.count : end]]
        top = [max(map(float, one.values())) for one in best[end - text.count : end]]
    except (AttributeError, IndexError, KeyError, TypeError, ValueError) as error:
        raise BackendError(
            f"{where}: the server does not echo the prompt with log-probabilities, which "
            "loglikelihood needs: vLLM and llama-cpp-python (logits_all) do",
            fatal=True,
        ) from error
    likelihood = Likelihood(
        logprob=math.fsum(part),
        greedy=all(value >= high for value, high in zip(part, top, strict=True)),
        tokens=text.count,
    )
    return likelihood, read_usage(body)
