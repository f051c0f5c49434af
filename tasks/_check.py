"""The checks that every built-in task passes, for third-party tasks too.

    report = check(MyTask())
    report.ok, report.failures

Problems are loaded several times, under another seed and in another process; golds, lures and
an empty answer are graded by the task's own verifier, in the killable workers of an evaluation.
An exception in a task's own code fails the check that called it, and is never a traceback.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from harness.core import (
    DataSource,
    Estimate,
    HarnessError,
    Problem,
    Prompt,
    Scored,
    Status,
    Verdict,
    VerifierSpec,
    watch,
)
from harness.core.hashing import canonical_json, content_hash
from harness.core.origin import blamed
from harness.core.protocols import Certified, Seeded, Task
from harness.core.registry import find, names, plugin_files
from harness.tasks import _calls, _sound
from harness.tasks._check_report import CheckReport
from harness.verifiers.pool import VerifierPool

NO_ANSWER = {
    "en": "The problem as stated has no answer.\n\n\\boxed{no answer}",
    "zh": "这道题的条件有问题，没有答案。\n\n\\boxed{无解}",
}
_FORMS = ("\\boxed{ANSWER}", "Answer: ANSWER", "ANSWER")
_SHOWN = 5
_FORM = ("facts", "unique ids", "plain data", "prompt")
_FIRST = (*_FORM, "verifier")
"""Checks that come first: where one fails, what follows from it is not said as well."""
_LOADING = ("determinism", "seed")
"""Checks that load problems again."""
_OTHER_SEED = 90_001  # any but the public one
_ELSEWHERE_S = 600.0


def check(task: Task, source: DataSource | None = None, *, verifier_s: float = 10.0) -> CheckReport:
    """Run all checks on the problems of `source` (default: the task's own).

    The task's verifier has `verifier_s` seconds for a response, unless it states its own limit.
    """
    source = source or DataSource()
    problems: list[Problem] = []
    if bad := _run(task, lambda: _load(task, source, problems), watch.LOAD):
        return CheckReport(_named(task), 0, ("loads",), {"loads": bad})
    skipped = _does_not_apply(task, problems)
    found: dict[str, list[str]] = {}
    with VerifierPool(wall_s=verifier_s) as pool:
        for name, what in _checks(task, source, problems, pool).items():
            if any(found.get(first) for first in _FIRST) and name not in _FORM:
                skipped[name] = "not tried before the failures above are mended"
            limit = watch.LOAD if name in _LOADING else watch.AWAITED
            found[name] = [] if name in skipped else _run(task, what, limit)
    failures = {name: _some(bad) for name, bad in found.items() if bad}
    well = not failures.keys() & set(_FORM)
    prompts = [_calls.prompt(task, problem) for problem in problems] if well else []
    texts = list(map(_text, prompts))
    warnings = _run(task, lambda: _sound.stands_in(problems, texts)) if well else []
    warnings += _run(task, lambda: _sound.ignored_option(task, source), watch.LOAD) if well else []
    return CheckReport(
        _named(task),
        len(problems),
        tuple(found),
        failures,
        skipped,
        warnings=tuple(warnings),
        examples=tuple(zip(problems[:2], prompts[:2], strict=False)),
    )


def _text(prompt: Prompt) -> str:
    """The last user message."""
    return prompt.messages[-1].content


def _checks(
    task: Task, source: DataSource, problems: Sequence[Problem], pool: VerifierPool
) -> dict[str, Callable[[], list[str]]]:
    return {
        "loads": list,
        "facts": lambda: _facts(task),
        "unique ids": lambda: _unique(problems),
        "plain data": lambda: _plain(problems),
        "prompt": lambda: _prompts(task, problems),
        "verifier": lambda: _verifier(task, problems[0], pool),
        "determinism": lambda: _determinism(task, source, problems),
        "other process": lambda: _elsewhere(task, source, problems),
        "seed": lambda: _seeds(task, source, problems, pool),
        "no repeats": lambda: _sound.repeated(problems, _texts(task, problems)),
        "nothing given away": lambda: _sound.given_away(problems, _texts(task, problems)),
        "gold": lambda: _answers(task, pool, problems, "gold"),
        "lure": lambda: _answers(task, pool, problems, "lure"),
        "no answer": lambda: _nothing(task, pool, problems),
        "certificate": lambda: list(_sound.certificates(task, problems)),
        "metrics": lambda: _metrics(task, problems),
    }


def _named(task: Task) -> str:
    return str(getattr(task, "name", type(task).__name__))


def _run(
    task: Task, what: Callable[[], list[str]], limit: watch.Limit = watch.AWAITED
) -> list[str]:
    try:
        with blamed(f"the task {_named(task)!r}", task, limit):
            return what()
    except HarnessError as error:  # a failing certificate among them
        return [str(error)]
    except Exception as error:  # noqa: BLE001 - the code of ours that a stranger's may disturb
        return [f"{type(error).__name__}: {error}"]


def _some(bad: list[str]) -> list[str]:
    """A few of the messages, with those shared by several problems merged."""
    about: dict[str, list[str]] = {}
    for message in bad:
        name, colon, said = message.partition(": ")
        about.setdefault(said if colon else message, []).append(name if colon else "")
    lines = []
    for said, ids in about.items():
        more = f" (and {len(ids) - 1} more)" if len(ids) > 1 else ""
        lines.append(f"{ids[0]}: {said}{more}" if ids[0] else said)
    left = len(lines) - _SHOWN
    return lines[:_SHOWN] + ([f"and {left} more"] if left > 0 else [])


def _load(task: Task, source: DataSource, problems: list[Problem]) -> list[str]:
    """Fill `problems`."""
    given: object = _calls.load(task, source)
    if not isinstance(given, Sequence) or isinstance(given, str | bytes):
        return [f"load gave a {type(given).__name__}, not a list of Problem"]
    found: list[Any] = list(given)
    if not found:
        return ["the task has no problems"]
    other = next((item for item in found if not isinstance(item, Problem)), None)
    if other is not None:
        return [f"load gave a {type(other).__name__}, not a Problem"]
    problems += found
    return []


def _does_not_apply(task: Task, problems: Sequence[Problem]) -> dict[str, str]:
    reasons = {}
    if not _is_registered(task):
        reasons["other process"] = "the task is not registered under its name"
    if not isinstance(task, Seeded):
        reasons["seed"] = "the task has no public_seed"
    if all(problem.lure is None for problem in problems):
        reasons["lure"] = "no problem has a lure"
    if not isinstance(task, Certified):
        reasons["certificate"] = "the task has no certify method"
    return reasons


def _is_registered(task: Task) -> bool:
    return task.name in names("tasks") and find("tasks", task.name) is type(task)


def _facts(task: Task) -> list[str]:
    bad = []
    for name in ("name", "version", "summary"):
        value = getattr(task, name, None)
        if not isinstance(value, str) or not value.strip() or "\n" in value:
            bad.append(f"{name} must be one line of text, not {value!r}")
    methods = ("load", "prompt", "verifier", "metrics")
    bad += [f"it has no method {m}" for m in methods if not callable(getattr(task, m, None))]
    if bad:
        return bad
    spec: object = _calls.verifier(task)
    if not isinstance(spec, VerifierSpec):
        return [f"verifier gave a {type(spec).__name__}, not a harness.VerifierSpec"]
    find("verifiers", spec.name)
    own = str(task.name)
    for family in names("families"):
        own = own.removeprefix(f"{family}:")
    if set(own) & set(":,= \t"):
        bad.append(f"name {task.name!r}: colons, commas, equals signs and spaces part the options")
    return bad


def _determinism(task: Task, source: DataSource, problems: Sequence[Problem]) -> list[str]:
    again = list(_calls.load(task, source))
    if again != problems:
        return ["a second load gave other problems"]
    half = len(problems) // 2
    if half and list(_calls.load(task, replace(source, limit=half))) != problems[:half]:
        return [f"limit={half} gives other problems than the first {half}"]
    return []


def fingerprint(task: Task, problems: Sequence[Problem]) -> str:
    """A hash of all problems and prompts."""
    turns = [[(m.role, m.content) for m in _calls.prompt(task, p).messages] for p in problems]
    return content_hash([problem.digest() for problem in problems], turns)


def _elsewhere(task: Task, source: DataSource, problems: Sequence[Problem]) -> list[str]:
    """Another process has another string hash seed, so that the order of a set shows."""
    asked = {
        "task": task.name,
        "plugins": list(plugin_files()),
        "data_dir": None if source.data_dir is None else str(source.data_dir),
        "limit": len(problems),
        "options": dict(source.options),
    }
    other = "1" if os.environ.get("PYTHONHASHSEED") != "1" else "2"
    env = {**os.environ, "PYTHONHASHSEED": other, "PYTHONPATH": os.pathsep.join(sys.path)}
    done = subprocess.run(
        [sys.executable, "-m", "harness.tasks._fingerprint", json.dumps(asked)],
        env=env, capture_output=True, text=True, timeout=_ELSEWHERE_S, check=False,
    )  # fmt: skip
    if done.returncode:
        return [f"loading it in another process failed: {(done.stderr.strip() or '?')[-300:]}"]
    if done.stdout.split()[-1] != fingerprint(task, problems):
        return ["another process makes other problems: is a set or a hash in their making?"]
    return []


def _seeds(
    task: Task, source: DataSource, problems: Sequence[Problem], pool: VerifierPool
) -> list[str]:
    """The default is the public seed; another one gives other problems, the same on every load."""
    assert isinstance(task, Seeded)

    def of(seed: int) -> list[Problem]:
        options = {**source.options, "seed": str(seed)}
        return list(_calls.load(task, replace(source, options=options, limit=len(problems))))

    if "seed" not in source.options and of(task.public_seed) != problems:
        return [f"without a seed, the problems are not those of public_seed={task.public_seed}"]
    other = of(_OTHER_SEED)
    if other != of(_OTHER_SEED):
        return [f"seed={_OTHER_SEED} gave other problems at a second load"]
    if len(other) != len(problems):
        return [f"seed={_OTHER_SEED} gave {len(other)} problems, not {len(problems)}"]
    if {p.question for p in other} <= {p.question for p in problems}:
        return [f"seed={_OTHER_SEED} gave no new question"]
    return [
        *_unique(other),
        *_answers(task, pool, other, "gold"),
        *_answers(task, pool, other, "lure"),
        *_sound.certificates(task, other),
    ]


def _unique(problems: Sequence[Problem]) -> list[str]:
    return [
        f"id {name} comes {n} times" for name, n in Counter(p.id for p in problems).items() if n > 1
    ]


def _plain(problems: Sequence[Problem]) -> list[str]:
    """What is stored must be unchanged after a round trip through JSON."""
    bad = []
    for problem in problems:
        if why := _sound.not_plain(problem):
            bad.append(f"{problem.id}: {why}")
            continue
        try:
            same = Problem(**json.loads(canonical_json(problem.to_json()))) == problem
        except UnicodeEncodeError:
            bad.append(f"{problem.id!a}: it holds half a character (a lone surrogate)")
            continue
        except (TypeError, ValueError, RecursionError) as error:
            bad.append(f"{problem.id}: not plain JSON: {error}")
            continue
        if not same:
            bad.append(f"{problem.id}: meta changes on its way through JSON: use text keys, lists")
    return bad


def _texts(task: Task, problems: Sequence[Problem]) -> list[str]:
    return [_text(_calls.prompt(task, problem)) for problem in problems]


def _prompts(task: Task, problems: Sequence[Problem]) -> list[str]:
    bad = []
    for problem in problems:
        given: object = _calls.prompt(task, problem)  # a third-party task may return anything
        if not isinstance(given, Prompt):
            kind = type(given).__name__
            bad.append(f"{problem.id}: prompt gave a {kind}, not a harness.Prompt")
            continue
        prompt = given
        messages = prompt.messages
        if not messages or messages[-1].role != "user" or not messages[-1].content.strip():
            bad.append(f"{problem.id}: the prompt does not end with a user's turn")
        elif _calls.prompt(task, problem) != prompt:
            bad.append(f"{problem.id}: the prompt is another one at every call")
    return bad or _sound.halves(problems, _texts(task, problems))


def _verifier(task: Task, first: Problem, pool: VerifierPool) -> list[str]:
    """One response, before many: whether the verifier's process survives it, in time."""
    [verdict] = _judge(task, pool, [first], [0], [answer_text(first, first.gold)])
    return [f"{first.id}: {verdict.reason}"] if verdict.method == "pool" else []


def answer_text(problem: Problem, answer: str | None, form: str = _FORMS[0]) -> str:
    """The shortest response that gives `answer`; None: that there is none."""
    if answer is None:
        return NO_ANSWER["zh" if problem.meta.get("language") == "zh" else "en"]
    return form.replace("ANSWER", answer)


def _answers(task: Task, pool: VerifierPool, problems: Sequence[Problem], kind: str) -> list[str]:
    """Gold is correct and the lure lured: boxed, after "Answer:" or bare."""
    wanted = Status.CORRECT if kind == "gold" else Status.LURED
    kind_of = find("verifiers", _calls.verifier(task).name)
    stated = getattr(kind_of, "stated", lambda gold: (gold,))
    answers: list[tuple[int, str | None]] = []
    for i, p in enumerate(problems):
        if kind == "lure" and p.lure is not None:
            answers.append((i, p.lure))
        elif kind == "gold":
            answers += [(i, text) for text in ((None,) if p.gold is None else stated(p.gold))]
    said: dict[tuple[int, str | None], Verdict] = {}
    for form in _FORMS:
        left = [one for one in answers if one not in said or said[one].status is not wanted]
        texts = [answer_text(problems[i], answer, form) for i, answer in left]
        which = [i for i, _ in left]
        for one, verdict in zip(left, _judge(task, pool, problems, which, texts), strict=True):
            if one not in said or verdict.status is wanted:
                said[one] = verdict
    return [
        f"{problems[i].id}: {kind} {answer!r} is graded {verdict.status} ({verdict.reason})"
        for (i, answer), verdict in said.items()
        if verdict.status is not wanted
    ]


def _nothing(task: Task, pool: VerifierPool, problems: Sequence[Problem]) -> list[str]:
    every = range(len(problems))
    verdicts = _judge(task, pool, problems, every, [""] * len(problems))
    return [
        f"{problem.id}: an empty answer is graded correct ({verdict.reason})"
        for problem, verdict in zip(problems, verdicts, strict=True)
        if verdict.status is Status.CORRECT
    ]


def _judge(
    task: Task,
    pool: VerifierPool,
    problems: Sequence[Problem],
    which: Sequence[int],
    texts: Sequence[str],
) -> list[Verdict]:
    spec = _calls.verifier(task)
    asked = [pool.submit(spec, t, problems[i]) for i, t in zip(which, texts, strict=True)]
    return [future.result() for future in asked]


def _metrics(task: Task, problems: Sequence[Problem]) -> list[str]:
    """The task's own figures on made-up scores: estimates, in order, by name."""
    scored = [
        Scored(problem=p, statuses={Status.CORRECT if i % 3 else Status.WRONG: 1.0})
        for i, p in enumerate(problems)
    ]
    bad = []
    given: Any = _calls.metrics(task, scored)
    if not isinstance(given, Mapping):
        return [f"metrics gave a {type(given).__name__}, not a mapping of names to Estimate"]
    figures: dict[str, Any] = dict(given)
    for name, figure in figures.items():
        if not isinstance(figure, Estimate):
            bad.append(f"{name} is no Estimate but {type(figure).__name__}")
        elif not figure.low <= figure.value <= figure.high:
            bad.append(f"{name} = {figure.value} lies outside [{figure.low}, {figure.high}]")
    return bad
