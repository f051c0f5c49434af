"""Text that a user puts around every question of one model: a system prompt, a template."""

from __future__ import annotations

from dataclasses import dataclass, replace

from harness.core import Message, Prompt, UsageError
from harness.core.errors import backend_options

PLACE = "{prompt}"


@dataclass(frozen=True, slots=True)
class Frame:
    """`system` comes before a task's own system message; `template` contains `{prompt}` for the
    question. Both are part of the rendered prompt, and so of a sample's identity."""

    system: str | None = None
    template: str | None = None

    def __post_init__(self) -> None:
        if self.template is not None and PLACE not in self.template:
            raise UsageError(
                f"{{model_args.prompt_template}}: must contain {PLACE} where the question goes",
                **backend_options(prompt_template=self.template),
            )

    def around(self, prompt: Prompt) -> Prompt:
        """The prompt in its frame; unchanged if there is none."""
        if self.system is None and self.template is None:
            return prompt
        messages = list(prompt.messages)
        if self.template is not None:
            last = messages[-1]
            messages[-1] = replace(last, content=self.template.replace(PLACE, last.content))
        if self.system is not None and prompt.plain:
            messages[-1] = replace(messages[-1], content=f"{self.system}\n\n{messages[-1].content}")
        elif self.system is not None:
            own = messages[0].role == "system"
            text = f"{self.system}\n\n{messages[0].content}" if own else self.system
            messages = [Message("system", text), *messages[own:]]
        return replace(prompt, messages=tuple(messages))


NO_FRAME = Frame()
