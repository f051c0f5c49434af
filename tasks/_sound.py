"""Checks of a task's content: what makes a problem fair, besides its form."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from harness.core import DataSource, HarnessError, Problem
from harness.core.hashing import canonical_json, content_hash
from harness.core.origin import blamed
from harness.core.protocols import Certified, CertifiedTogether, Task
from harness.tasks import _calls

_NO_OPTION = "no_such_option"
_MARK = r"(?:answer|solution|gold|key|result|答案)\W{0,4}(?:is|=|:|：|是|为)?\W{0,4}"


def halves(problems: Sequence[Problem], prompts: Sequence[str]) -> list[str]:
    """Texts that UTF-8 cannot encode, so that they could be neither stored nor sent."""
    bad = []
    for problem, prompt in zip(problems, prompts, strict=True):
        fields = {"id": problem.id, "question": problem.question, "gold": problem.gold,
                  "lure": problem.lure, "prompt": prompt}  # fmt: skip
        for name, text in fields.items():
            if text is not None and not _encodable(text):
                shown = problem.id.encode("ascii", "backslashreplace").decode()
                bad.append(f"{shown}: its {name} holds half a character (a lone surrogate)")
                break
    return bad


def not_plain(problem: Problem) -> str | None:
    """Where a problem contains something forbidden; None if nowhere."""
    for name in ("id", "question", "gold", "lure", "variant", "cluster"):
        value = getattr(problem, name)
        if not isinstance(value, str) and not (value is None and name in ("gold", "lure")):
            return f"its {name} is {value!r}, and must be text"
    for name, value in problem.meta.items():
        for kind in (set, frozenset, bytes):
            if isinstance(value, kind):
                return f"meta[{name!r}] holds a {kind.__name__}, which JSON cannot hold: use a list"
        try:
            canonical_json(value)
        except UnicodeEncodeError:
            return f"meta[{name!r}] holds half a character (a lone surrogate)"
        except (TypeError, ValueError, RecursionError) as error:
            return f"meta[{name!r}] is not plain JSON: {error}"
    return None


def _encodable(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def repeated(problems: Sequence[Problem], prompts: Sequence[str]) -> list[str]:
    """Problems that a model sees in the same words: they count twice, or contradict each other."""
    seen: dict[str, list[Problem]] = defaultdict(list)
    for problem, prompt in zip(problems, prompts, strict=True):
        seen[content_hash(prompt)].append(problem)
    bad = []
    for same in seen.values():
        if len(same) > 1:
            names = ", ".join(problem.id for problem in same[:3])
            golds = {problem.gold for problem in same}
            said = "with different answers" if len(golds) > 1 else "each counts"
            bad.append(f"{names}: the same prompt {len(same)} times, {said}")
    return bad + [twice for problem in problems if (twice := _right_twice(problem))]


def _right_twice(problem: Problem) -> str | None:
    """A right choice that stands under two letters, of which one would count as wrong."""
    choices, letter = problem.meta.get("choices"), problem.gold or ""
    if not isinstance(choices, list) or not re.fullmatch(r"[A-J]", letter):
        return None
    place = ord(letter) - ord("A")
    alike = [i for i, text in enumerate(choices) if place < len(choices) and text == choices[place]]
    if len(alike) < 2:
        return None
    letters = " and ".join(chr(ord("A") + i) for i in alike)
    return f"{problem.id}: the right choice stands there twice, as {letters}"


def given_away(problems: Sequence[Problem], prompts: Sequence[str]) -> list[str]:
    """Prompts that state their gold answer as the answer.

    Text that is also given to problems with other answers ("End with Answer: yes or Answer: no")
    is only the form of an answer.
    """
    pairs = [(p, prompt) for p, prompt in zip(problems, prompts, strict=True) if p.gold]
    stated = ((p, _MARK + _whole(p.gold), prompt) for p, prompt in pairs)
    said = [(p, pattern) for p, pattern, prompt in stated if _stands(pattern, prompt)]
    forms = {
        pattern
        for pattern, gold in {(pattern, p.gold) for p, pattern in said}
        if any(other.gold != gold and _stands(pattern, prompt) for other, prompt in pairs)
    }
    return [
        f"{p.id}: its prompt says that the answer is {p.gold!r}"
        for p, pattern in said
        if pattern not in forms
    ]


def stands_in(problems: Sequence[Problem], prompts: Sequence[str]) -> list[str]:
    """The gold appears in most prompts, without choices or a lure next to it."""
    open_ = [
        (problem, prompt)
        for problem, prompt in zip(problems, prompts, strict=True)
        if problem.gold
        and "choices" not in problem.meta
        and not (problem.lure and _stands(_whole(problem.lure), prompt))
    ]
    inside = [problem.id for problem, prompt in open_ if _stands(_whole(problem.gold), prompt)]
    if len(inside) * 2 <= len(problems) or not inside:
        return []
    share = f"{len(inside)} of {len(problems)} prompts ({', '.join(inside[:3])} …)"
    return [f"the gold answer stands in {share}: does it give the answer away?"]


def _whole(text: str | None) -> str:
    return rf"(?<![\w.]){re.escape(text or '')}(?![\w]|\.\d)"


def _stands(pattern: str, text: str) -> bool:
    return re.search(pattern, text, re.I) is not None


def certificates(task: Task, problems: Sequence[Problem]) -> Iterator[str]:
    """Problems that the task fails to certify, by raising or by returning False."""
    if not isinstance(task, Certified):
        return
    certify: Callable[[Problem], object] = task.certify  # a third-party one may return anything
    for problem in problems:
        try:
            with blamed(f"the task {task.name!r}", task), _calls.of(task, "certify"):
                said = certify(problem)
        except HarnessError as error:
            yield str(error)
            continue
        if said is not None and said is not True:
            yield (
                f"{problem.id}: certify gave {said!r}; it raises a HarnessError where it cannot "
                "prove a problem, and returns nothing where it can"
            )
    if isinstance(task, CertifiedTogether):
        with _calls.of(task, "certify_all"):
            bad = list(task.certify_all(problems))
        yield from bad


def ignored_option(task: Task, source: DataSource) -> list[str]:
    """A typo in an option's name that would go unnoticed."""
    options = {**source.options, _NO_OPTION: "1"}
    if _refuses(lambda: _calls.load(task, replace(source, limit=1, options=options))):
        return []
    slip = f"an option that it does not have is ignored (:{_NO_OPTION}=1)"
    return [f"{slip}: a slip would measure other problems than meant; raise UsageError for it"]


def _refuses(load: Callable[[], object]) -> bool:
    try:
        load()
    except HarnessError:
        return True
    return False
