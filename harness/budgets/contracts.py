"""Third-party selectors, rewards and proposers, checked against their contracts when called.

Built-in parts are covered by types and tests, and are not wrapped. A part that violates its
contract raises one PluginError that names it, its file and line, the result and the expectation.
"""

from __future__ import annotations

import asyncio
import inspect
import math
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import aclosing
from dataclasses import replace
from typing import Any, cast

from harness.budgets.strategy import Caller, Chain, Draw, Graded, Judged, Proposer, Reward, Selector
from harness.core import HarnessError, ModelInfo, PluginError, Status, watch
from harness.core.origin import blamed, describe, fault, is_builtin, misfit, version_of, where

_PROPOSER = {
    "size": (int,),
    "family": (str,),
    "exchangeable": (bool,),
    "depth": (int,),
    "needs_marks": (bool,),
}
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
    try:
        stream: Any = proposer.propose(caller, n)
        if not inspect.isasyncgen(stream):
            if inspect.iscoroutine(stream):
                stream.close()
            raise misfit(what, proposer, "propose", f"gave {describe(stream)}", expected)
        async with aclosing(cast("AsyncGenerator[Any, None]", stream)) as given:
            async for chain in given:
                drawn = isinstance(chain, tuple) and all(isinstance(d, Draw) for d in chain)
                if not drawn or not chain:
                    raise misfit(what, proposer, "propose", f"yielded {describe(chain)}", expected)
                count += 1
                yield chain
    except HarnessError:
        raise
    except Exception as error:
        raise fault(what, proposer, error) from error
    if count > n or (proposer.exchangeable and count < n):
        wanted = f"{n} of them" if proposer.exchangeable else f"at most {n} of them"
        raise misfit(what, proposer, "propose", f"yielded {count} chains", wanted)


class CheckedSelector:
    """A third-party selector; its results must be probabilities of statuses."""

    def __init__(self, name: str, selector: Any) -> None:
        self._what, self._selector = f"the selector {name!r}", selector
        attribute(self._what, selector, "name", (str,))
        args = attribute(self._what, selector, "args", (Mapping,))
        for key in ("expect", "error"):
            method(self._what, selector, key)
        self.name, self.args = name, args

    def expect(self, pool: Sequence[Judged], k: int) -> Mapping[Status, float]:
        """See `harness.budgets.Selector`."""
        with blamed(self._what, self._selector, quick=True):
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
        with blamed(self._what, self._selector, quick=True):
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
        """See `harness.budgets.Reward`; the sampler checks the values."""
        with blamed(self._what, self._reward):
            graded = self._reward.score(caller, responses)
            graded = await _in_time(self._what, self._reward, graded)
        expected = f"a list of {len(responses)} harness.budgets.Graded, one for each response"
        sound = isinstance(graded, Sequence) and all(isinstance(g, Graded) for g in graded)
        for one in graded if sound else ():
            if any(isinstance(v, bool) or not isinstance(v, int | float) for v in one.steps):
                got = f"gave steps {describe(one.steps)}"
                raise misfit(self._what, self._reward, "score", got, "numbers from 0 to 1")
        if not sound or len(graded) != len(responses):
            raise misfit(self._what, self._reward, "score", f"gave {describe(graded)}", expected)
        return list(graded)


async def _in_time(what: str, reward: Any, scores: Any) -> Any:
    if not inspect.isawaitable(scores):
        return scores
    seconds = watch.awaited_s()
    try:
        async with asyncio.timeout(seconds) as limit:
            return await scores
    except TimeoutError as error:
        if not limit.expired():
            raise
        said = f"{what} ({where(reward, 'score')}): score: {watch.too_long(seconds)}"
        raise PluginError(said, exit_code=1) from error


def checked_selector(name: str, selector: Any) -> Selector:
    """A built-in selector unchanged, a third-party one checked against its contract."""
    chosen: Selector = selector if is_builtin(selector) else CheckedSelector(name, selector)
    return chosen


def checked_reward(name: str, reward: Any) -> Reward:
    """A built-in reward unchanged, a third-party one checked against its contract."""
    chosen: Reward = reward if is_builtin(reward) else CheckedReward(name, reward)
    return chosen
