"""Templates and their shared variables."""

from __future__ import annotations

import functools
import json
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, ClassVar

import jinja2
from jinja2.bccache import Bucket
from markupsafe import Markup, escape

from harness._version import __version__
from harness.core.hashing import content_hash
from harness.site import mathematics, numbers, text
from harness.site.board_text import BoardText
from harness.site.index import compact, finite
from harness.site.names import slug
from harness.site.verdicts import VERDICTS
from harness.site.words import EDGE, SCRIPT, joined, translator

HERE = Path(__file__).parent
STATIC = ("site.css", "theme.js", "site.js", "chart.js", "compare.js", "live.js")


def code_state() -> str:
    """A hash of all that pages are made with: other code writes other pages."""
    files = sorted(
        p for p in HERE.rglob("*") if p.suffix in (".py", ".html", ".svg", ".css", ".js", ".txt")
    )
    return content_hash([[str(p.relative_to(HERE)), p.read_text(encoding="utf-8")] for p in files])


class Renderer:
    """Renders pages of one board."""

    def __init__(self, board: BoardText, *, live: bool = False) -> None:
        self.board, self.live = board, live
        self.say = translator(board.language)
        self.env = _environment(board, self.say)

    def words(self) -> dict[str, str]:
        """The texts of the scripts."""
        return {key: self.say(text) for key, text in SCRIPT.items()}

    def page(self, path: str, template: str, **values: Any) -> str:
        """One page as text; `root` leads from it back to the top folder."""
        html = self.env.get_template(template).render(
            root="../" * path.count("/"), path=path, live=self.live, **values
        )
        whole = joined(html) if self.board.language == "zh" else html
        return whole.rstrip() + "\n"


class _Compiled(jinja2.BytecodeCache):
    """Templates compiled once a process: several builds in one need not compile them again."""

    kept: ClassVar[dict[str, bytes]] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        """Read it back."""
        if bucket.key in self.kept:
            bucket.bytecode_from_string(self.kept[bucket.key])

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep it."""
        self.kept[bucket.key] = bucket.bytecode_to_string()


class _Loader(jinja2.FileSystemLoader):
    """Templates with the interface's words already in their place: pages have thousands of them."""

    _WORDS = re.compile(r'\{\{ _\("([^"\\]*)"\) \}\}')

    def __init__(self, words: Callable[[str], Markup]) -> None:
        super().__init__(HERE / "templates")
        self._words = words

    def get_source(
        self, environment: jinja2.Environment, template: str
    ) -> tuple[str, str, Callable[[], bool]]:
        """The template's text, translated."""
        source, path, fresh = super().get_source(environment, template)
        return self._WORDS.sub(lambda match: self._words(match[1]), source), path, fresh


def _environment(board: BoardText, say: Callable[[str], str]) -> jinja2.Environment:
    @functools.cache
    def words(english: str) -> Markup:
        said = escape(text.plain(say(english)))
        return said if board.language == "en" else EDGE + said + EDGE

    env = jinja2.Environment(
        loader=_Loader(words),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        finalize=text.plain,
        trim_blocks=True,
        lstrip_blocks=True,
        bytecode_cache=_Compiled(),
    )

    @functools.cache
    def verdict(name: str, n: int | None = None) -> Markup:
        number = "" if n is None else f"{n} "
        return Markup(
            '<span class="v v-{}"><i aria-hidden="true">{}</i> {}{}</span>'
        ).format(name, VERDICTS[name].sign, number, words(name))  # fmt: skip

    env.globals |= {
        "_": words,
        "verdict": verdict,
        "board": board,
        "version": __version__,
        "verdicts": VERDICTS,
        "script_data": lambda value: Markup(compact(value)),  # compact() leaves no < or &
    }
    env.tests["share"] = numbers.is_share
    env.filters |= {
        "percent": numbers.percent,
        "estimate": numbers.estimate,
        "interval": numbers.interval,
        "count": numbers.count,
        "tokens": numbers.tokens,
        "shell": text.shell,
        "points": numbers.points,
        "flop": functools.partial(numbers.si, unit="FLOP"),
        "joule": functools.partial(numbers.si, unit="J"),
        "usd": numbers.usd,
        "seconds": numbers.seconds,
        "visible": text.visible,
        "typeset": mathematics.typeset,
        "answer": mathematics.answer,
        "breakable": text.breakable,
        "excerpt": text.excerpt,
        "pretty": _pretty,
        "slug": slug,
    }
    return env


def _pretty(value: Any) -> str:
    return json.dumps(finite(value), indent=2, sort_keys=True, ensure_ascii=False, default=str)


def static_files(board: BoardText) -> Mapping[str, bytes]:
    """The files that pages load, by path; the board's own colours and logo among them."""
    files = {f"assets/{name}": (HERE / "static" / name).read_bytes() for name in STATIC}
    if board.colours:
        light = board.colours.get("accent", "#2b46c9")
        dark = board.colours.get("accent-dark", light)
        files["assets/site.css"] += f":root{{--accent:light-dark({light},{dark})}}\n".encode()
    if board.logo is not None:
        files[f"assets/logo{board.logo.suffix.lower()}"] = board.logo.read_bytes()
    if board.sql_js is not None:
        files["assets/sql.js"] = board.sql_js.read_bytes()
        files["assets/query.js"] = (HERE / "static" / "query.js").read_bytes()
    return files
