"""Tasks of EleutherAI's lm-eval as tasks of ours: `--task lm-eval:gsm8k` (extra `[lm-eval]`).

lm-eval builds the prompts (description, few-shot examples, turns, `gen_prefix`), names the strings
at which an answer ends or the choices that are compared, filters the answer and scores it; budgets,
samples, ledger and statistics are ours. A problem carries its row and everything needed for
grading, so that stored answers can be graded again without the data set.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from harness.core import (
    Choice,
    DataError,
    DataSource,
    Estimate,
    Message,
    Problem,
    Prompt,
    Scored,
    TaskGroup,
    UnknownNameError,
    UsageError,
    VerifierSpec,
)
from harness.core.hashing import canonical_json
from harness.interop import lm_eval_yaml
from harness.interop.lm_eval_groups import find_group
from harness.tasks._faults import sound_figure

OPTIONS = ("shots", "shots_seed", "filter", "metric", "chat", "multiturn")
SHOTS_SEED = 1234  # lm-eval's own default


def family(name: str) -> Callable[[], LmEvalTask]:
    """Implements `lm-eval:NAME`; nothing is imported before its problems are loaded."""
    return lambda: LmEvalTask(name)


class LmEvalTask:
    """A task of lm-eval, by its own name, or a user's in `--include-path`.

    Options: shots=N and shots_seed=S (few-shot examples, by default as in the YAML), filter=
    and metric= (which of the YAML's decide; by default the first ones), multiturn=no (examples in
    one turn) and chat=no (plain text, no turns, for models without a chat template). If
    likelihoods are compared, plain text is the default, and chat=yes overrides it.
    """

    version = "1"

    def __init__(self, name: str) -> None:
        if not name:
            raise UsageError("lm-eval: names no task: write lm-eval:NAME, such as lm-eval:gsm8k")
        self._name = name
        self.name = f"lm-eval:{name}"
        self.summary = f"{name} of lm-eval, with its own prompts, filters and metrics"

    def group(self) -> TaskGroup | None:
        """The tasks that this name stands for, where it is a group's; None for a task."""
        found = find_group(self._name)
        if found is None:
            return None
        return TaskGroup(
            name=self.name,
            members=tuple(f"lm-eval:{name}" for name in found.members),
            weighted=found.weighted,
        )

    def load(self, source: DataSource) -> Sequence[Problem]:
        """The rows in lm-eval's order, limited to the first `source.limit`; ids are doc_ids."""
        for option in source.options:
            if option not in OPTIONS:
                raise UnknownNameError(f"option of task {self.name}", option, OPTIONS)
        if source.data_dir is not None:
            raise UsageError(
                f"task {self.name}: {{data_dir}} is for tasks of this package; a YAML of lm-eval "
                "names local files by `dataset_path: json` and `dataset_kwargs: {data_files: …}`",
                data_dir=str(source.data_dir),
            )
        task = lm_eval_yaml.build(self._name)
        judging = lm_eval_yaml.judging(self._name, task, source.options)
        wording = _Wording(self.name, task, source.options)
        return list(self._problems(task, wording, judging, source.limit))

    def _problems(
        self, task: Any, wording: _Wording, judging: Mapping[str, Any], limit: int | None
    ) -> Iterator[Problem]:
        for number, doc in task.doc_iterator(limit=limit):
            plain = _plain(self.name, number, doc)
            # Grading uses the row as read back from JSON; the prompt is made from the same.
            fields = wording.fields(plain)
            yield Problem(
                id=f"doc-{number}",
                question=fields["turns"][-1][1],
                gold=_gold(task, plain),
                meta={**fields, "doc": plain, "lm_eval": dict(judging)},
            )

    def prompt(self, problem: Problem) -> Prompt:
        """The turns (or the plain text) built by lm-eval."""
        meta = problem.meta
        turns = tuple(Message(role, content) for role, content in meta["turns"])
        return Prompt(
            turns,
            begin=meta["begin"],
            stop=tuple(meta["lm_eval"]["until"]),
            plain=meta["plain"],
            choices=tuple(Choice(*parts) for parts in meta.get("choices", ())),
        )

    def verifier(self) -> VerifierSpec:
        """lm-eval's filters and metrics."""
        return VerifierSpec("lm-eval")

    def metrics(self, scored: Sequence[Scored]) -> Mapping[str, Estimate]:
        """The chosen metric is the accuracy; here, that without problems with known faults."""
        return sound_figure(self.name, scored)


class _Wording:
    """Gets the prompts from lm-eval row by row: few-shot draws follow that order."""

    def __init__(self, name: str, task: Any, options: Mapping[str, str]) -> None:
        self._task, self._name = task, name
        self._reads = str(task.OUTPUT_TYPE) in lm_eval_yaml.LIKELIHOOD
        self._plain = not _yes(name, options, "chat", usual="no" if self._reads else "yes")
        self._multiturn = _yes(name, options, "multiturn")
        shots = _number(name, options, "shots")
        self._shots = int(task.config.num_fewshot or 0) if shots is None else shots
        seed = _number(name, options, "shots_seed")
        task.set_fewshot_seed(SHOTS_SEED if seed is None else seed)

    def fields(self, doc: dict[str, Any]) -> dict[str, Any]:
        """`turns` as [role, content], `begin` and `plain`; `choices` where they are compared."""
        gen_prefix = self._task.doc_to_prefix(doc)
        asked = {"num_fewshot": self._shots, "gen_prefix": gen_prefix}
        if self._plain:
            text = self._task.fewshot_context(doc, **asked)
            choices = self._choices(doc, text, text)
            if not isinstance(text, str):  # each choice has a context of its own
                text = text[0]
            return {"turns": [["user", text]], "begin": "", "plain": True, **choices}
        found: list[list[str]] = []

        def capture(messages: Sequence[Mapping[str, str]], **_: Any) -> str:
            found.extend([m["role"], m["content"]] for m in messages)
            return ""

        self._task.fewshot_context(
            doc,
            apply_chat_template=True,
            fewshot_as_multiturn=self._multiturn,
            chat_template=capture,
            **asked,
        )
        if self._reads and self._task.multiple_input:
            raise UsageError(
                f"task {self._name}: its choices have contexts of their own, which are plain "
                "texts: leave out chat=yes"
            )
        begin = found.pop()[1] if found[-1][0] == "assistant" else ""
        choices = self._choices(doc, _HERE, _HERE, apply_chat_template=True)
        return {"turns": found, "begin": begin, "plain": False, **choices}

    def _choices(self, doc: dict[str, Any], context: Any, own: Any, **how: Any) -> dict[str, Any]:
        """What is read behind which text; `own` stands for the prompt's, and is not repeated."""
        if not self._reads:
            return {}
        asked = self._task.construct_requests(doc, context, **how)
        pairs = [one.args for one in (asked if isinstance(asked, list) else [asked])]
        return {"choices": [[text] if at == own else [text, at] for at, text in pairs]}


def _plain(name: str, number: int, doc: Mapping[str, Any]) -> dict[str, Any]:
    """A row as plain JSON; DataError for values that JSON cannot represent (images, dates)."""
    try:
        plain: dict[str, Any] = json.loads(canonical_json(dict(doc)))
    except (TypeError, ValueError) as error:
        raise DataError(f"task {name}, row {number}: not plain data: {error}") from error
    return plain


_HERE = "\0"  # stands for a prompt that the model's own template will word


def _gold(task: Any, doc: dict[str, Any]) -> str:
    """The target as one text, for display; the metrics read the row."""
    target = task.doc_to_text(doc) if task.multiple_input else task.doc_to_target(doc)
    if isinstance(target, list | tuple):
        target = target[0] if target else ""
    if isinstance(target, int) and task.config.doc_to_choice is not None:
        choices = task.doc_to_choice(doc)
        target = choices[target] if -len(choices) <= target < len(choices) else target
    return str(target)


def _yes(name: str, options: Mapping[str, str], option: str, usual: str = "yes") -> bool:
    value = options.get(option, usual)
    if value not in ("yes", "no"):
        raise UsageError(f"task {name}: {option}={value} must be yes or no")
    return value == "yes"


def _number(name: str, options: Mapping[str, str], option: str) -> int | None:
    value = options.get(option)
    if value is None:
        return None
    if not value.isdecimal():
        raise UsageError(f"task {name}: {option}={value} must be a whole number")
    return int(value)
