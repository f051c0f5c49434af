"""Rendering chat templates."""

from __future__ import annotations

import pytest

from harness.core import Message, Prompt, UsageError
from harness.models.chat import render_chat

CHAT = Prompt((Message("system", "Be brief."), Message("user", "2+2?")))


def render(template: str | None, prompt: Prompt = CHAT, **more: object) -> str:
    return render_chat(template, prompt, tokens={"bos_token": "<s>"}, **more)  # type: ignore[arg-type]


def test_messages_and_tokens() -> None:
    template = (
        "{{ bos_token }}{%- for m in messages %}\n    [{{ m['role'] }}] {{ m.content | trim }}\n"
        "{%- endfor %}\n{% if add_generation_prompt %}\n[assistant]{% endif %}"
    )
    # a line break behind a block is dropped, as transformers does it
    assert render(template) == "<s>    [system] Be brief.    [user] 2+2?[assistant]"


def test_loop_controls_namespaces_and_tojson() -> None:
    template = (
        "{% set ns = namespace(n=0) %}{% for m in messages %}{% if loop.first %}{% continue %}"
        "{% endif %}{% set ns.n = ns.n + 1 %}{{ m.content | tojson }}{% endfor %}{{ ns.n }}"
    )
    assert render(template, Prompt((*CHAT.messages, Message("user", "<é>")))) == '"2+2?""<é>"2'


def test_the_date_is_fixed_and_can_be_given() -> None:
    template = "{{ strftime_now('%d %b %Y') }}"
    assert render(template) == "26 Jul 2024"
    assert render(template, day="2026-01-02") == "02 Jan 2026"
    with pytest.raises(UsageError, match="'date': 'tomorrow'"):
        render(template, day="tomorrow")


def test_variables_reach_the_template() -> None:
    template = "{{ 'think' if enable_thinking is not defined or enable_thinking else 'answer' }}"
    assert render(template) == "think"
    assert render(template, variables={"enable_thinking": False}) == "answer"


def test_a_refusal_is_told() -> None:
    with pytest.raises(UsageError, match="no system please"):
        render("{{ raise_exception('no system please') }}")


def test_templates_are_fenced_in() -> None:
    with pytest.raises(UsageError, match="unsafe"):
        render("{{ messages.__class__.__mro__[1].__subclasses__() }}")


def test_without_a_template_the_last_message_is_the_prompt() -> None:
    assert render(None) == "2+2?\n"
