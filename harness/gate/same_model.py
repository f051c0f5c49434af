"""The canary request: whether a server still serves the model that gave the stored samples.

A few requests with known replies are sent again. As long as a deterministic server serves the same
model, it replies with the same words. If a reply differs, the request is sent once
more: two replies that differ from each other mean that the server is not deterministic, and then
the words prove nothing.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from harness.core import BackendError, HarnessError, Origin, Prompt, Sample
from harness.results.canaries import COUNT, Canary, load_canaries
from harness.results.outcomes import RunOutcomes
from harness.run.again import ask_again, ask_for, digest_of, named_by
from harness.run.asks import Ask
from harness.run.limits import LimitReached
from harness.run.plan import Plan
from harness.run.session import Session
from harness.store import open_store
from harness.store.identity import prompt_id

_SHOWN = 60  # characters of a reply


class ModelChangedError(HarnessError):
    """The server serves a different model than the one that gave the trusted samples."""


@dataclass(frozen=True, slots=True)
class Reply:
    """A reply received now: its hash, its beginning, and who claims to have replied."""

    digest: str
    begins: str
    model: str | None = None
    fingerprint: str | None = None


@dataclass(frozen=True, slots=True)
class Pair:
    """A canary with today's reply, and a second one if the first differed."""

    canary: Canary
    now: Reply
    again: Reply | None = None

    @property
    def same(self) -> bool:
        """Word for word what was stored."""
        return self.now.digest == self.canary.digest

    @property
    def steady(self) -> bool:
        """Different from the stored reply, twice in the same words."""
        return self.again is not None and self.again.digest == self.now.digest


Finding = Literal["same", "changed", "unclear"]


def finding(pairs: Sequence[Pair]) -> tuple[Finding, str]:
    """What some replies imply about the model, and a sentence that says so."""
    since = min(pair.canary.asked for pair in pairs)[:10]
    same = sum(pair.same for pair in pairs)
    count = f"{same} of {len(pairs)} replies are word for word what they were"
    names = _differs("model", [(p.canary.model, p.now.model) for p in pairs])
    prints = _differs("fingerprint", [(p.canary.fingerprint, p.now.fingerprint) for p in pairs])
    if names:
        return "changed", f"the server serves another model than on {since}: {names}; {count}"
    other = [pair for pair in pairs if not pair.same]
    if not other:
        more = f"; it names another configuration ({prints})" if prints else ""
        return "same", f"the server still seems to serve the model of {since}: {count}{more}"
    torn = [pair for pair in other if not pair.steady]
    if torn:
        one = torn[0]
        more = f", though {prints}" if prints else ""
        return "unclear", (
            f"it is unclear whether the model has changed since {since}: the server answers one "
            f"request in different ways ({one.canary.problem}: {_quoted(one.now)}){more}; {count}"
        )
    one = other[0]
    more = f"; {prints}" if prints else ""
    return "changed", (
        f"the model has changed since {since}, or is computed differently: {len(other)} of "
        f"{len(pairs)} requests were answered in other words, twice in the same "
        f"({one.canary.problem}: {_quoted(one.now)}, was {one.canary.begins[:_SHOWN]!r}){more}"
    )


def _differs(what: str, pairs: Sequence[tuple[str | None, str | None]]) -> str:
    """ "model 'b', was 'a'" if both sides name one, and no reply names the stored one."""
    known = [(old, new) for old, new in pairs if old is not None and new is not None]
    if not known or any(old == new for old, new in known):
        return ""
    return f"{what} {known[0][1]!r}, was {known[0][0]!r}"


def _quoted(reply: Reply) -> str:
    return repr(reply.begins[:_SHOWN])


class CanaryCheck:
    """Sends the canaries of some runs before a gate's first problem; `note` is the finding.

    `trusted`: the samples that the gate will take from the store are those of the canaries,
    so each is requested again, and ModelChangedError ends the gate if they are no longer valid.
    Otherwise the replies are the first that the gate needs, and samples already stored under the
    same label are not paid for twice.
    """

    def __init__(self, plan: Plan, canaries: Sequence[Canary], *, trusted: bool) -> None:
        self.note = ""
        self.changed = False
        self._plan, self._trusted = plan, trusted
        self._canaries = _spread(canaries)

    async def __call__(self, session: Session) -> None:
        asks = self._asks(session)
        if not asks:
            self.note = "canary: none of the stored requests is one that this gate would send"
            return
        done = await asyncio.gather(
            *(self._pair(session, *one) for one in asks), return_exceptions=True
        )
        pairs = [one for one in done if isinstance(one, Pair)]
        for error in done:
            if isinstance(error, BaseException) and not isinstance(
                error, BackendError | LimitReached
            ):
                raise error
        if not pairs:
            broken = next(one for one in done if isinstance(one, BaseException))
            if isinstance(broken, BackendError):
                raise broken
            self.note = "canary: not sent, the limit was reached"
            return
        found, said = finding(pairs)
        self.note = f"canary: {said}"
        self.changed = found == "changed"
        session.observer.note(self.note)
        if self.changed and self._trusted:
            raise ModelChangedError(said)

    def _asks(self, session: Session) -> list[tuple[Canary, Ask, str]]:
        """What to send, and the run that pays: canaries whose prompt is still the task's own."""
        prompts = self._prompts()
        found = []
        for canary in self._canaries:
            for prompt, payer in prompts.get(canary.problem, ()):
                if prompt_id(session.backend.render(prompt)) == canary.prompt:
                    ask = ask_for(session, prompt, canary.request(), canary.prefix)
                    found.append((canary, ask, payer))
                    break
        return found

    def _prompts(self) -> dict[str, list[tuple[Prompt, str]]]:
        wanted = {canary.problem for canary in self._canaries}
        found: dict[str, list[tuple[Prompt, str]]] = {}
        for task in self._plan.tasks:
            payer = self._plan.runs[str(task.spec)][0].id
            for problem, prompt in zip(task.problems, task.prompts, strict=True):
                if problem.id in wanted:
                    found.setdefault(problem.id, []).append((prompt, payer))
        return found

    async def _pair(self, session: Session, canary: Canary, ask: Ask, payer: str) -> Pair:
        now = None if self._trusted else self._stored(session, canary, ask)
        now = now or await self._asked(session, canary, ask, payer)
        if now.digest == canary.digest:
            return Pair(canary, now)
        return Pair(canary, now, await self._asked(session, canary, ask, payer))

    def _stored(self, session: Session, canary: Canary, ask: Ask) -> Reply | None:
        trace = named_by(ask, canary.index, canary.seed).trace
        samples = session.find([trace])[trace]
        exact = [one for one in samples if one.max_tokens == canary.max_tokens and not one.cut_of]
        return _reply(exact[0]) if exact else None

    async def _asked(self, session: Session, canary: Canary, ask: Ask, payer: str) -> Reply:
        sample, reply = await ask_again(session, ask, canary.index, canary.seed, payer)
        origin = reply.origin or Origin()
        return _reply(sample, origin.model, origin.fingerprint)


def _reply(sample: Sample, model: str | None = None, fingerprint: str | None = None) -> Reply:
    return Reply(digest_of(sample), sample.text, model, fingerprint)


def _spread(canaries: Sequence[Canary]) -> list[Canary]:
    """Among all runs' canaries, as many as one run has, each request once."""
    return list({(c.prompt, c.seed, c.max_tokens): c for c in canaries}.values())[:COUNT]


def canary_check(plan: Plan, baseline: Sequence[RunOutcomes]) -> CanaryCheck | None:
    """What to send first: requests of the samples that the gate would trust, else the baseline's.

    None if the model is local, or nothing is known about the same model.
    """
    info = plan.backend.info
    if not info.remote:
        return None
    with open_store(plan.config.db, create=True) as store:
        stored = [one for run in plan.all_runs for one in load_canaries(store, run.id)]
    if stored and plan.config.max_age is not None:
        return CanaryCheck(plan, stored, trusted=True)
    name = info.label or info.name
    known = [one for run in baseline if run.model == name for one in run.canaries]
    return CanaryCheck(plan, known, trusted=False) if known else None
