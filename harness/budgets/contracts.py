"""Third-party selectors, rewards and proposers, checked against their contracts when called.

Built-in parts are covered by types and tests, and are not wrapped. A part that violates its
contract raises one PluginError that names it, its file and line, the result and the expectation.
"""

from __future__ import annotations

import asyncio
import inspect
import math
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any, cast

from harness.budgets.strategy import Caller, Chain, Draw, Graded, Judged, Proposer, Reward, Selector
from harness.core import ModelInfo, Status, watch
from harness.core.awaiting import Steps, awaited, in_time
from harness.core.origin import blamed, describe, is_builtin, misfit, version_of

_PROPOSER = {
    "size": (int,),
    "family": (str,),
    "exchangeable": (bool,),
    "depth": (int,),
    "needs_marks": (bool,),
}
_PLAIN = (str, int, float, type(None))
_SOME_LIMIT = 64  # tokens of one completion


def attribute(what: str, plugin: Any, name: str, kinds: tuple[type, ...]) -> Any:
    """A plugin attribute that must have one of some types."""
    words = " or ".join(kind.__name__ for kind in kinds)
    if not hasattr(type(plugin), name) and not hasattr(plugin, name):
        raise misfit(what, plugin, None, f"has no {name!r}", f"{name}: {words}")
    with blamed(what, plugin):
        value = getattr(plugin, name)
    if not isinstance(value, kinds):
        raise misfit(what, plugin, None, f"has {name} = {describe(value)}", words)
    return value


def method(what: str, plugin: Any, name: str, *, is_async: bool = False) -> None:
    """A method that a plugin must have, as a coroutine function if it is awaited."""
    found = getattr(plugin, name, None)
    if not callable(found):
        raise misfit(what, plugin, None, f"has no method {name!r}", f"a method {name}")
    target = getattr(found, "__func__", found)
    if is_async and inspect.isfunction(target) and not inspect.iscoroutinefunction(target):
        raise misfit(what, plugin, name, "is not a coroutine", f"`async def {name}`")


def check_proposer(name: str, proposer: Any) -> Proposer:
    """The proposer, after checking its attributes."""
    if not is_builtin(proposer):
        what = f"the proposer {name!r}"
        for key, kinds in _PROPOSER.items():
            attribute(what, proposer, key, kinds)
        for key in ("propose", "most_tokens"):
            method(what, proposer, key)
        if proposer.size < 1:
            raise misfit(what, proposer, None, f"has size = {proposer.size}", "1 or more")
        with blamed(what, proposer):
            most = proposer.most_tokens(_SOME_LIMIT)
        if most is not None and not isinstance(most, int):
            got = f"gave {describe(most)}"
            raise misfit(what, proposer, "most_tokens", got, "a whole number, or None if unknown")
    checked: Proposer = proposer
    return checked


def chains(name: str, proposer: Proposer, caller: Caller, n: int) -> AsyncGenerator[Chain, None]:
    """`proposer.propose`; a third-party proposer's chains are checked and counted."""
    if is_builtin(proposer):
        return proposer.propose(caller, n)
    return _checked(f"the proposer {name!r}", proposer, caller, n)


async def _checked(
    what: str, proposer: Proposer, caller: Caller, n: int
) -> AsyncGenerator[Chain, None]:
    expected = "an asynchronous generator of tuples of draws (`async def` with `yield`)"
    count = 0
    most = f"{n} of them" if proposer.exchangeable else f"at most {n} of them"
    own = _Counted(what, proposer, caller, n)
    with blamed(what, proposer):
        stream: Any = proposer.propose(cast("Caller", own), n)
    if not inspect.isasyncgen(stream):
        if inspect.iscoroutine(stream):
            stream.close()
        raise misfit(what, proposer, "propose", f"gave {describe(stream)}", expected)
    try:
        while True:
            async with own.in_time():
                chain = await Steps(
                    what, proposer, _next_of(cast("AsyncGenerator[Any, None]", stream)), watch.QUICK
                )
            if chain is _END:
                break
            drawn = isinstance(chain, tuple) and all(isinstance(d, Draw) for d in chain)
            if not drawn or not chain:
                raise misfit(what, proposer, "propose", f"yielded {describe(chain)}", expected)
            if any(draw.id not in own.given for draw in chain):
                got = f"yielded {describe(chain)}"
                raise misfit(what, proposer, "propose", got, "draws that `caller.sample` gave")
            ids = tuple(draw.id for draw in chain)
            if proposer.exchangeable and ids in own.yielded:
                got = "yielded the same chain twice"
                raise misfit(what, proposer, "propose", got, "draws of different indices")
            own.yielded.add(ids)
            count += 1
            if count > n:
                raise misfit(what, proposer, "propose", f"yielded {count} chains or more", most)
            yield chain
    finally:
        async with own.in_time():
            await Steps(what, proposer, stream.aclose(), watch.QUICK)
    if proposer.exchangeable and count < n:
        raise misfit(what, proposer, "propose", f"yielded {count} chains", most)


_END = object()


async def _next_of(stream: AsyncGenerator[Any, None]) -> Any:
    try:
        return await anext(stream)
    except StopAsyncIteration:
        return _END


_MOST_CALLS = 1000  # for each chain requested


class _Counted:
    """A caller that notices a proposer waiting for something else, or asking without end."""

    def __init__(self, what: str, proposer: Proposer, caller: Caller, n: int) -> None:
        self._what, self._proposer, self._caller = what, proposer, caller
        self._left, self._under_way = _MOST_CALLS * n, 0
        self._limit: asyncio.Timeout | None = None
        self.given: set[str] = set()  # ids of draws
        self.yielded: set[tuple[str, ...]] = set()

    @asynccontextmanager
    async def in_time(self) -> AsyncIterator[None]:
        """Stops a proposer that waits too long for anything but its caller."""
        async with in_time(self._what, self._proposer, "propose") as self._limit:
            if self._under_way:
                self._move(None)
            try:
                yield
            finally:
                self._limit = None

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._caller, name)
        return self._timed(found) if inspect.iscoroutinefunction(found) else found

    def _timed(self, method: Callable[..., Any]) -> Callable[..., Any]:
        """The same method; the proposer's time limit is suspended during the call."""

        async def timed(*args: Any, **more: Any) -> Any:
            self._left -= 1
            if self._left < 0:
                got = "went on asking for samples and scores"
                wanted = f"at most {_MOST_CALLS} calls for each chain"
                raise misfit(self._what, self._proposer, "propose", got, wanted)
            self._under_way += 1
            self._move(None)
            try:
                found = await method(*args, **more)
                if isinstance(found, list):
                    self.given |= {one.id for one in found if isinstance(one, Draw)}
                return found
            finally:
                self._under_way -= 1
                if not self._under_way:
                    self._move(asyncio.get_running_loop().time() + watch.AWAITED.seconds())

        return timed

    def _move(self, when: float | None) -> None:
        if self._limit is not None and not self._limit.expired():
            self._limit.reschedule(when)


class CheckedSelector:
    """A third-party selector; its results must be probabilities of statuses."""

    def __init__(self, name: str, selector: Any) -> None:
        self._what, self._selector = f"the selector {name!r}", selector
        attribute(self._what, selector, "name", (str,))
        args = attribute(self._what, selector, "args", (Mapping,))
        if not all(isinstance(k, str) and isinstance(v, _PLAIN) for k, v in args.items()):
            got = f"has args = {describe(dict(args))}"
            raise misfit(self._what, selector, None, got, "text, numbers or None by name")
        for key in ("expect", "error"):
            method(self._what, selector, key)
        self.name, self.args = name, args

    def expect(self, pool: Sequence[Judged], k: int) -> Mapping[Status, float]:
        """See `harness.budgets.Selector`."""
        with blamed(self._what, self._selector):
            found = self._selector.expect(pool, k)
        expected = "a mapping from harness.core.Status to probabilities that sum to 1"
        sound = isinstance(found, Mapping) and all(
            key in tuple(Status) and isinstance(p, int | float) and -1e-9 <= p <= 1 + 1e-9
            for key, p in found.items()
        )
        if not sound or abs(math.fsum(found.values()) - 1) > 1e-6:
            raise misfit(self._what, self._selector, "expect", f"gave {describe(found)}", expected)
        return {Status(key): float(p) for key, p in found.items()}

    def error(self, pool: Sequence[Judged], k: int) -> float:
        """See `harness.budgets.Selector`."""
        with blamed(self._what, self._selector):
            found = self._selector.error(pool, k)
        if not isinstance(found, int | float) or not found >= 0:
            raise misfit(
                self._what, self._selector, "error", f"gave {describe(found)}", "a number from 0 on"
            )
        return float(found)


class CheckedReward:
    """A third-party reward; its fingerprint changes with its code."""

    def __init__(self, name: str, reward: Any) -> None:
        self._what, self._reward = f"the reward {name!r}", reward
        info = attribute(self._what, reward, "info", (ModelInfo,))
        self.has_model: bool = attribute(self._what, reward, "has_model", (bool,))
        method(self._what, reward, "score", is_async=True)
        self.info = replace(info, fingerprint=f"{info.fingerprint}#{version_of(reward)}")

    async def score(self, caller: Caller, responses: Sequence[str]) -> list[Graded]:
        """See `harness.budgets.Reward`; the sampler looks at the values."""
        graded = await awaited(
            self._what, self._reward, "score", lambda: self._reward.score(caller, responses)
        )
        expected = f"a list of {len(responses)} harness.budgets.Graded, one for each response"
        sound = isinstance(graded, Sequence) and all(isinstance(g, Graded) for g in graded)
        for one in graded if sound else ():
            if any(isinstance(v, bool) or not isinstance(v, int | float) for v in one.steps):
                got = f"gave steps {describe(one.steps)}"
                raise misfit(self._what, self._reward, "score", got, "numbers from 0 to 1")
        if not sound or len(graded) != len(responses):
            raise misfit(self._what, self._reward, "score", f"gave {describe(graded)}", expected)
        return list(graded)


def checked_selector(name: str, selector: Any) -> Selector:
    """A built-in selector unchanged, a third-party one checked against its contract."""
    chosen: Selector = selector if is_builtin(selector) else CheckedSelector(name, selector)
    return chosen


def checked_reward(name: str, reward: Any) -> Reward:
    """A built-in reward unchanged, a third-party one checked against its contract."""
    chosen: Reward = reward if is_builtin(reward) else CheckedReward(name, reward)
    return chosen
