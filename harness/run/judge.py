"""Judging answers by asking a model, if a task's verifier provides a question.

A judge's replies are samples of the judge, and its calls are in the ledger of the run being
judged, with the role `judge` and their dollars. A question is asked once, however many runs share
the answer; stored replies are reused unless they could not be parsed.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import itertools
import threading
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

from harness.budgets import together
from harness.budgets.answering import DEFAULT_TEMPERATURE
from harness.core import (
    ParameterError,
    Problem,
    Prompt,
    Sample,
    Sampling,
    Status,
    ThinkMarks,
    Verdict,
    VerifierSpec,
    registry,
)
from harness.core.origin import blamed
from harness.core.protocols import Backend, ModelJudged
from harness.cost import PriceEntry, price_of_model
from harness.run.blocking import block_on
from harness.run.config import DEFAULT_JUDGE_TOKENS, JudgeConfig
from harness.run.grading import Grader
from harness.run.limits import Limits, Spent
from harness.run.plan import Plan, open_backend
from harness.run.progress import Observer, Silent
from harness.run.runner import first_error
from harness.run.sampler import ProblemSampler
from harness.run.session import Session
from harness.store import Store, Writer
from harness.store.claims import Claims, open_claims
from harness.store.identity import model_id
from harness.store.records import model_row
from harness.verifiers.pool import VerifierPool

_SEED = 0
_MOST_VOTES = 100  # sample indices reserved for one round of votes


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """One answer for a judge.

    `payer` is the run that a new call is booked on, `rules` the verdict that stands without it.
    """

    payer: str
    spec: VerifierSpec
    verifier: ModelJudged
    response: str
    problem: Problem
    rules: Verdict

    def prompt(self, vote: int) -> Prompt | None:
        """The question for one vote; None: the rules are enough."""
        if vote == 0:
            return self.verifier.question(self.response, self.problem)
        return self.verifier.question(self.response, self.problem, vote=vote)


class Judge:
    """A model that gives verdicts.

    `fallback` is the price if neither the judge's own nor one in the price book is known.
    """

    def __init__(
        self,
        config: JudgeConfig,
        *,
        fallback: PriceEntry | None = None,
        observer: Observer | None = None,
    ) -> None:
        self.config = config
        self.info = open_backend(config.model, config.args).info  # UsageError for a bad name
        today = dt.datetime.now(dt.UTC).date()
        self.price = config.price or price_of_model(self.info, today) or fallback
        self.spent = Spent()
        self.asked = 0
        self._observer = observer or Silent()
        self._max_tokens: int | None = None
        self._max_usd: float | None = None
        self._max_seconds: float | None = None
        self._lock = threading.Lock()
        self._cancelled = False
        self._running: tuple[asyncio.AbstractEventLoop, asyncio.Task[object]] | None = None

    @property
    def label(self) -> str:
        """What identifies its verdicts: the model, and whatever else affects them."""
        said = [f"{k}={v}" for k, v in sorted(self.config.args.items())]
        if self.config.votes > 1:
            said.append(f"votes={self.config.votes}")
        return f"{self.info.spec}({','.join(said)})" if said else self.info.spec

    @property
    def words(self) -> str:
        """The options of `harness eval` that reproduce it."""
        words = [f"--judge {self.info.spec}"]
        words += [f"--judge-arg {k}={v}" for k, v in sorted(self.config.args.items())]
        if self.config.votes > 1:
            words.append(f"--judge-votes {self.config.votes}")
        if self.config.max_output_tokens != DEFAULT_JUDGE_TOKENS:
            words.append(f"--judge-max-output-tokens {self.config.max_output_tokens}")
        return " ".join(words)

    def limit(
        self, max_tokens: int | None, max_usd: float | None, max_seconds: float | None = None
    ) -> None:
        """The maximum that it may spend from here on; LimitReached is raised when that ends it."""
        self._max_tokens, self._max_usd, self._max_seconds = max_tokens, max_usd, max_seconds

    def cancel(self) -> None:
        """End it from any thread, now and from here on."""
        with self._lock:
            self._cancelled = True
            if self._running is not None and not self._running[0].is_closed():
                self._running[0].call_soon_threadsafe(self._running[1].cancel)

    def verdicts(
        self, store: Store, pool: VerifierPool, questions: Sequence[Question]
    ) -> list[Verdict]:
        """Its verdict for each question, `ungraded` if no reply can be parsed.

        Raises the backend's errors; replies received until then are stored.
        """
        distinct = {(repr(q.spec), q.prompt(0)): q for q in reversed(questions)}
        replies = block_on(lambda: self._ask(store, pool, list(distinct.values())))
        by_key = dict(zip(distinct, replies, strict=True))
        return [
            replace(
                majority(
                    [q.verifier.judged(text, q.rules) for text in by_key[repr(q.spec), q.prompt(0)]]
                ),
                loop=q.rules.loop,
            )
            for q in questions
        ]

    async def _ask(
        self, store: Store, pool: VerifierPool, questions: Sequence[Question]
    ) -> list[list[str]]:
        """The replies to each question, one per vote; "" for one that cannot be parsed."""
        this = asyncio.current_task()
        assert this is not None
        with self._lock:
            self._running = asyncio.get_running_loop(), this
            if self._cancelled:
                this.cancel()
        backend = open_backend(self.config.model, self.config.args)
        writer, claims = Writer(store), open_claims(store)
        session = self._session(backend, store, writer, claims)
        label = f"judged by {self.label}"
        self._observer.planned(label, len(questions), 0)

        async def one(question: Question) -> list[str]:
            said = await _votes(session, pool, question, self.config)
            verdict = majority([question.verifier.judged(text, question.rules) for text in said])
            self._observer.attempted(label, float(verdict.status is Status.CORRECT))
            return said

        try:
            writer.put([model_row(backend.info)])
            writer.flush()
            async with asyncio.TaskGroup() as group:
                tasks = [group.create_task(one(question)) for question in questions]
        except BaseExceptionGroup as errors:
            raise first_error(errors) from None
        finally:
            with self._lock:
                self._running = None
            writer.close()
            claims.close()
            await backend.close()
            self.spent = self.spent.plus(session.limits.spent)
            self.asked = self.spent.calls  # a call returns one reply
        if writer.error is not None:
            raise writer.error
        return [task.result() for task in tasks]

    def _session(self, backend: Backend, store: Store, writer: Writer, claims: Claims) -> Session:
        tokens, usd = self._max_tokens, self._max_usd
        limits = Limits(
            None if tokens is None else max(0, tokens - self.spent.tokens),
            None if usd is None else max(0.0, usd - self.spent.usd),
            self.price,
            max_seconds=self._max_seconds,
        )
        return Session(
            backend=backend,
            store=store,
            writer=writer,
            observer=self._observer,
            limits=limits,
            slots=asyncio.Semaphore(backend.info.concurrency),
            model_id=model_id(backend.info.fingerprint),
            seed=_SEED,
            max_output_tokens=self.config.max_output_tokens,
            price=self.price,
            claims=claims,
        )


async def _votes(
    session: Session, pool: VerifierPool, question: Question, config: JudgeConfig
) -> list[str]:
    first = question.prompt(0)
    assert first is not None  # only such are asked
    sampler = ProblemSampler(session, first, Grader(pool, question.spec, question.problem))
    sampler.start(question.payer)
    votes = (_vote(sampler, question, vote, config) for vote in range(config.votes))
    return await together(votes)


async def _vote(sampler: ProblemSampler, question: Question, vote: int, config: JudgeConfig) -> str:
    """The first readable stored reply, else one requested now; "" if none is readable."""
    prompt = question.prompt(vote)
    for attempt in itertools.count():
        # At temperature 0 an unreadable reply would be repeated.
        cold = config.votes == 1 and attempt == 0
        sampling = Sampling(
            max_tokens=config.max_output_tokens, temperature=0.0 if cold else DEFAULT_TEMPERATURE
        )
        index = attempt * _MOST_VOTES + vote
        stored = sampler.has(index, sampling, prompt=prompt, role="judge")
        [draw] = await sampler.sample([index], sampling, prompt=prompt, role="judge")
        text = said_at_last(draw, sampler.marks)
        if question.verifier.judged(text, question.rules).status is not Status.UNGRADED:
            return text
        if not stored:
            break
    return ""


def said_at_last(draw: Sample, marks: ThinkMarks | None) -> str:
    """A reply after its thinking; empty if it was truncated, or the thinking never ends."""
    if draw.truncated:
        return ""
    marks = marks or ThinkMarks()
    _thought, end, rest = draw.text.rpartition(marks.end)
    if end:
        return rest
    return "" if marks.start in draw.text else draw.text


def majority(verdicts: Sequence[Verdict]) -> Verdict:
    """The majority verdict; `ungraded` if no vote can be parsed, or there is no majority."""
    readable = [v for v in verdicts if v.status is not Status.UNGRADED]
    if len(verdicts) == 1 or not readable:
        return verdicts[0]
    counts = Counter(v.status for v in readable).most_common()
    tally = ", ".join(f"{count} {status}" for status, count in counts)
    if len(counts) > 1 and counts[0][1] == counts[1][1]:
        return Verdict(
            status=Status.UNGRADED,
            method=readable[0].method,
            reason=f"the judge's votes are divided: {tally}",
        )
    chosen = next(v for v in readable if v.status is counts[0][0])
    return replace(chosen, reason=f"{chosen.reason} (votes: {tally})")


def most_tokens(config: JudgeConfig, questions: int) -> int:
    """The maximum tokens that a judge generates for so many questions in one command."""
    return questions * config.votes * config.max_output_tokens


def judged_runs(plan: Plan) -> list[str]:
    """The runs of a plan whose tasks' verifiers provide a question for a judge."""
    asking = [task for task in plan.tasks if asks_judge(task.verifier) is not None]
    return [run.id for task in asking for run in plan.runs[str(task.spec)]]


def asks_judge(spec: VerifierSpec) -> ModelJudged | None:
    """A verifier that knows what to ask a judge; None for another."""
    kind = registry.find("verifiers", spec.name)
    with blamed(f"the verifier {spec.name!r}", kind):
        verifier = kind(**spec.args)
    return verifier if isinstance(verifier, ModelJudged) else None


def open_judge(plan: Plan, observer: Observer | None = None) -> Judge | None:
    """A plan's judge, before anything is run; UsageError if it cannot be used."""
    config = plan.config
    if config.judge is None:
        return None
    judge = Judge(config.judge, fallback=config.price, observer=observer)
    if not judged_runs(plan):
        names = ", ".join(str(task.spec) for task in plan.tasks)
        raise ParameterError(
            f"{{judge}}: no task of {names} uses a judge; it is for tasks of flawed problems, "
            "such as traps, or with a rubric: leave it out",
            judge=judge.info.spec,
        )
    if config.max_usd is not None and judge.price is None:
        raise ParameterError(
            "{max_usd} includes the judge's cost, and no price is known for "
            f"{judge.info.spec}: set {{judge_price}} (US dollars per million tokens)",
            max_usd=config.max_usd,
            judge_price=...,
        )
    return judge
