"""Where lm-eval's tasks, groups and tags are defined.

lm-eval's own index reads all of its 14,000 YAML files as YAML, which takes half a minute; here the
files are searched as text. The one file of a task is found without looking at all of them; a group
needs many names, so that all files are looked at once.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from pathlib import Path
from typing import NamedTuple

from harness.core import MissingExtraError, UnknownNameError
from harness.core.registry import include_paths

_NAMED = re.compile(rb"^[\"']?(task|group)[\"']?[ \t]*:[ \t]*[\"']?([^\s\"'#\[\]]+)", re.MULTILINE)
_TAGS = re.compile(rb"^[\"']?tag[\"']?[ \t]*:(.*(?:\n[ \t]*-.*)*)", re.MULTILINE)
_TAG = re.compile(rb"[^\s\"'\[\],-][^\s\"'\[\],]*")


class Defined(NamedTuple):
    """A name and where it stands; `kind` is task, group or tag."""

    kind: str
    name: str
    file: Path


def root() -> Path:
    """The folder of lm-eval's tasks; MissingExtraError without lm-eval."""
    try:
        import lm_eval.tasks
    except ImportError as error:
        raise MissingExtraError("task lm-eval:…", "lm_eval", "lm-eval") from error
    return Path(lm_eval.tasks.__file__).parent


def definitions(folders: Sequence[Path], near: str = "") -> Iterator[Defined]:
    """All that the YAML files of some folders define.

    In each folder those files come first whose own folder `near` is named like.
    """
    for folder in folders:
        files = sorted(folder.glob("**/*.yaml"))
        for file in sorted(files, key=lambda one: not near.startswith(one.parent.name)):
            try:
                text = file.read_bytes()
            except OSError:
                continue
            for kind, name in _NAMED.findall(text):
                yield Defined(kind.decode(), name.decode(errors="replace"), file)
            if tags := _TAGS.search(text):
                for name in _TAG.findall(tags[1]):
                    yield Defined("tag", name.decode(errors="replace"), file)


@functools.cache
def _all_of_lm_evals() -> tuple[Defined, ...]:
    return tuple(definitions([root()]))


def _every(near: str) -> Iterable[Defined]:
    """The user's own first; lm-eval's from memory, where they were all looked at before."""
    known = _all_of_lm_evals.cache_info().currsize
    return chain(
        definitions(include_paths(), near),
        _all_of_lm_evals() if known else definitions([root()], near),
    )


def find(name: str) -> Defined:
    """What a name stands for: a task or a group before a tag; UnknownNameError for nothing."""
    root()  # first: it says what to install
    known: set[str] = set()
    tag: Defined | None = None
    for one in _every(name):
        if one.name == name and one.kind != "tag":
            return one
        if one.name == name:
            tag = tag or one
        known.add(one.name)
    if tag is not None:
        return tag
    hint = "(your own YAML files are found in a folder that is included)"
    raise UnknownNameError("task of lm-eval", name, known, hint)


def tagged(tag: str) -> list[str]:
    """The tasks of the files that bear a tag."""
    every = [*definitions(include_paths()), *_all_of_lm_evals()]
    files = {one.file for one in every if one.kind == "tag" and one.name == tag}
    return sorted({one.name for one in every if one.kind == "task" and one.file in files})


def look_at_all() -> None:
    """Remember all that lm-eval defines: many names will be asked for."""
    _all_of_lm_evals()
