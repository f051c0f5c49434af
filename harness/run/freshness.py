"""When a model behind an API was sampled: its name does not say whether it is the same model.

Local weights are identified by a hash. A server may serve another model under the same name
tomorrow, so its samples are only valid for the time when they were drawn. Sampling such a model
again means measuring a separate model: the label of these samples is part of its fingerprint, so
nothing stored before is reused, and the same label resumes.
"""

from __future__ import annotations

import datetime as dt
import os
import re
from collections.abc import Mapping
from dataclasses import replace

from harness.core import BackendError, Measured, ModelInfo, Prompt, Reply, Request, UsageError
from harness.core.protocols import Backend, Reader
from harness.run.config import EvalConfig
from harness.run.contracts import generate
from harness.store import Store, open_store
from harness.store.ages import asked_between

_CI_RUNS = ("GITHUB_RUN_ID", "CI_PIPELINE_ID", "BUILD_TAG", "CIRCLE_WORKFLOW_ID")
_UNITS = {"m": 60, "h": 3600, "d": 86400, "w": 7 * 86400}
_MARK = " asked "


class Asking:
    """A backend under a freshness label; everything but its fingerprint is the backend's own."""

    def __init__(self, backend: Backend, label: str) -> None:
        self._backend = self.engine = backend
        self.on_gpu = getattr(backend, "on_gpu", False)
        self.notes = getattr(backend, "notes", ())  # grows during sampling
        self.info = labelled(backend.info, label)

    def render(self, prompt: Prompt, prefix: str = "") -> str:
        """The backend's."""
        return self._backend.render(prompt, prefix)

    def count_tokens(self, rendered: str) -> int | None:
        """The backend's."""
        return self._backend.count_tokens(rendered)

    async def generate(self, request: Request) -> Reply:
        """The backend's."""
        return await generate(self._backend, request)

    async def likelihood(self, prompt: Prompt) -> Measured:
        """The backend's, which has it where its `info` says so."""
        if not isinstance(self._backend, Reader):
            raise BackendError(f"{self.info.spec} gives no log-likelihoods", fatal=True)
        return await self._backend.likelihood(prompt)

    async def close(self) -> None:
        """The backend's."""
        await self._backend.close()


def engine_of(backend: Backend) -> Backend:
    """The backend itself, without a freshness label."""
    return backend.engine if isinstance(backend, Asking) else backend


def labelled(info: ModelInfo, label: str) -> ModelInfo:
    """A model's info under a freshness label."""
    fingerprint = f"{info.fingerprint}{_MARK}{label}"
    return replace(info, fingerprint=fingerprint, extra={**info.extra, "asked": label})


def new_label(environment: Mapping[str, str] = os.environ) -> str:
    """The CI system's name of this run, so that a restarted job resumes; else the time."""
    for name in _CI_RUNS:
        if environment.get(name):
            return f"{name.split('_')[0].lower()}-{environment[name]}"
    return dt.datetime.now(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def at_asking(backend: Backend, config: EvalConfig) -> Backend:
    """The backend with the freshness an evaluation wants: fresh, recent, or any."""
    if config.fresh is not None:
        return ask_anew(backend, config.fresh)
    if config.max_age is None:
        return backend
    with open_store(config.db, create=True) as store:
        return ask_within(store, backend, parse_age(config.max_age), dt.datetime.now(dt.UTC))


def ask_anew(backend: Backend, label: str | None = None) -> Backend:
    """The backend, with none of its stored samples; a label that was used before resumes.

    Local weights are identified by their hash at any time: they are returned unchanged.
    """
    if not backend.info.remote:
        return backend
    return Asking(backend, label or new_label())


def ask_within(store: Store, backend: Backend, max_age: dt.timedelta, now: dt.datetime) -> Backend:
    """The backend with its newest label whose samples are all younger than `max_age`.

    If there is none, it is sampled again.
    """
    if not backend.info.remote:
        return backend
    oldest_allowed = now - max_age
    own = backend.info.fingerprint
    askings = asked_between(store, own, own + _MARK)
    for asking in sorted(askings, key=lambda one: one.first, reverse=True):
        if asking.first >= oldest_allowed:
            label = asking.fingerprint.removeprefix(own).removeprefix(_MARK)
            return Asking(backend, label) if label else backend
    return ask_anew(backend)


def parse_age(text: str) -> dt.timedelta:
    """ "90m", "12h", "7d", "2w" or "0"; UsageError for anything else."""
    match = re.fullmatch(r"(\d+(?:\.\d+)?)([mhdw])", text.strip())
    if text.strip() == "0":
        return dt.timedelta(0)
    if match is None:
        raise UsageError(f"age {text!r}: write a number and a unit, such as 90m, 12h, 7d or 2w")
    return dt.timedelta(seconds=float(match[1]) * _UNITS[match[2]])
