"""A board as a project: its words in `board.toml`, and the folder of `harness site new`."""

from __future__ import annotations

import difflib
import shlex
import tomllib
from collections.abc import Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any

from harness.core import UsageError
from harness.site.board_text import BoardText

BOARD = "board.toml"

_KINDS: dict[str, type] = {"colours": dict, "protected": list}  # all others are text

_TOML = """\
# What this board says of itself; `harness site build --board board.toml` reads it.
title = "{title}"
# lead = "What is measured here, in two sentences."   # above the first picture
# licence = "CC BY 4.0"
# contact = "you@example.org"
# url = "https://example.org/board"   # where it will stand, for its feed and its embeds
# report = "https://github.com/you/board/issues/new?title=Verdict%20{{sample}}"
# logo = "logo.svg"
# language = "zh"
# protected = ["decimals"]            # tasks whose right answers are not published
# sql_js = "node_modules/sql.js/dist/sql-wasm-inline.js"   # npm install sql.js: a page for SQL

[colours]
accent = "#2b46c9"
accent-dark = "#9aabff"
"""

_README = """\
# {title}

    harness eval --study study.toml       # goes on where it stopped
    harness site build --study study.toml --all-runs --out public
    harness site serve public

`study.toml` names models, tasks and budgets; `board.toml` beside it holds the words and colours.
Commit both, and the database that the study is run into (`git add harness.sqlite`).

## Publish

- **GitHub Pages**: choose "GitHub Actions" as the source of Pages in the settings. Each
  push to `main` runs `.github/workflows/pages.yml`.
- **GitLab Pages**: each push to the default branch runs `.gitlab-ci.yml`.
- **Hugging Face Space**: create a static Space, then
  `sh publish/space.sh https://USER:TOKEN@huggingface.co/spaces/USER/NAME`
- **Your own server**: `sh publish/server.sh USER@HOST /var/www/board`, or copy the folder `public`.

The last two publish the folder `public` as it was built last.

## Submissions

Others hand in their runs as files in `submissions/`. A pull request is checked by
`.github/workflows/submissions.yml` (GitLab: the job `submissions`): every answer is judged again,
every sum derived again, and what does not fit is named. What is merged stands on the board.

## Releases

    harness site build --study study.toml --all-runs --out public --release 2026-01
    git add -f public/releases            # a copy to be cited, which no later build changes
"""

_SPACE = """\
#!/bin/sh
# Publishes the folder `public` as a static Hugging Face Space, with its address and a write token:
#   sh publish/space.sh https://USER:TOKEN@huggingface.co/spaces/USER/NAME
set -eu
[ -e public/index.html ] || {{ echo "build the pages first: {build}" >&2; exit 1; }}
space=$(mktemp -d)
trap 'rm -rf "$space"' EXIT
git clone --quiet --depth 1 "$1" "$space"
# All but what makes it a Space gives way to the pages.
find "$space" -mindepth 1 -maxdepth 1 ! -name .git ! -name .gitattributes ! -name README.md \\
  -exec rm -rf {{}} +
cp -R public/. "$space"
if ! grep -qs '^sdk:' "$space/README.md"; then
  printf -- '---\\ntitle: "%s"\\nsdk: static\\n---\\n' {title} >"$space/README.md"
fi
cd "$space"
git add --all --force
if git diff --cached --quiet; then echo "the Space holds these pages already"; exit 0; fi
git -c user.name=harness -c user.email=harness@localhost commit --quiet --message "Pages"
git push --quiet
"""

_SERVER = """\
#!/bin/sh
# Publishes the folder `public` on a server that you reach by ssh:
#   sh publish/server.sh USER@HOST /var/www/board
# The pages are unpacked beside the old ones, then take their place: no reader sees half of both.
set -eu
[ -e public/index.html ] || {{ echo "build the pages first: {build}" >&2; exit 1; }}
tar -C public -cf - . | ssh "$1" "set -eu
  rm -rf '$2.new' '$2.old'
  mkdir -p '$2.new'
  tar -C '$2.new' -xf -
  if [ -e '$2' ]; then mv '$2' '$2.old'; fi
  mv '$2.new' '$2'
  rm -rf '$2.old'"
"""

_SUBMISSIONS = """\
# Hand in a run

    harness eval --model openai:MODEL@http://localhost:8000/v1 --study ../study.toml
    harness submit --model MODEL --out MODEL.zip
    harness site check-submission MODEL.zip

Put the file into this folder and open a pull request. It holds every sample, the ledger and the
manifest; private addresses and local paths are replaced by names.
"""

_ACCEPT = """\
code=0
for file in submissions/*.zip; do
  [ -e "$file" ] || continue
  echo "$file"
  harness site check-submission "$file" --db harness.sqlite --accept || code=1
done
test $code = 0
"""

_BUILD = "harness site build --study study.toml --all-runs --out public"

_GITHUB_HEAD = """\
      - uses: actions/checkout@v4
      - uses: actions/setup-python@v5
        with:
          python-version: "3.12"
      - run: pip install reasoning-harness
      - name: Check and take what was handed in
        run: |
{accept}\
"""

_GITHUB = (
    """\
name: pages
on:
  push:
    branches: [main]
permissions:
  contents: read
  pages: write
  id-token: write
jobs:
  pages:
    runs-on: ubuntu-latest
    environment:
      name: github-pages
    steps:
"""
    + _GITHUB_HEAD
    + """\
      - run: {build}
      - uses: actions/upload-pages-artifact@v3
        with:
          path: public
      - uses: actions/deploy-pages@v4
"""
)

_GITHUB_CHECK = (
    """\
name: submissions
on:
  pull_request:
    paths: [submissions/**]
permissions:
  contents: read
jobs:
  submissions:
    runs-on: ubuntu-latest
    steps:
"""
    + _GITHUB_HEAD
)

_GITLAB = """\
default:
  image: python:3.12

submissions:
  rules:
    - if: $CI_PIPELINE_SOURCE == "merge_request_event"
  script:
    - pip install reasoning-harness
    - |
{accept}\

pages:
  rules:
    - if: $CI_COMMIT_BRANCH == $CI_DEFAULT_BRANCH
  script:
    - pip install reasoning-harness
    - |
{accept}\
    - {build}
  artifacts:
    paths: [public]
"""


def _indented(text: str, by: int) -> str:
    return "".join(f"{' ' * by}{line}\n" for line in text.splitlines())


def read_board(path: Path) -> BoardText:
    """Read a board's texts from its file; UsageError that says what is wrong with it."""
    try:
        raw = tomllib.loads(path.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise UsageError(f"board {path}: {error}") from error
    names = [field.name for field in fields(BoardText)]
    for name, value in raw.items():
        if name not in names:
            close = difflib.get_close_matches(name, names, 1)
            hint = f"did you mean {close[0]}?" if close else f"known are {', '.join(names)}"
            raise UsageError(f"board {path}: unknown {name!r}; {hint}")
        kind = _KINDS.get(name, str)
        texts = value.values() if kind is dict and isinstance(value, dict) else value
        plain = isinstance(value, kind) and all(isinstance(text, str) for text in texts)
        if not plain:
            words = {"dict": "a table of texts", "list": "a list of texts"}.get(
                kind.__name__, "text"
            )
            raise UsageError(f"board {path}: {name} = {value!r}: write {words}")
    known: dict[str, Any] = dict(raw)
    if "protected" in known:
        known["protected"] = tuple(known["protected"])
    if "logo" in known:
        known["logo"] = path.parent / known["logo"]
        if not known["logo"].is_file():
            raise UsageError(f"board {path}: there is no file {known['logo']}")
    if "sql_js" in known:
        known["sql_js"] = path.parent / known["sql_js"]
    return BoardText(**known)


def new_board(
    folder: Path, title: str, study: str, more: Mapping[str, str] | None = None
) -> list[Path]:
    """Write a board's project into a new or empty folder; the files, in order.

    `study` is the text of its study file, `more` are further files by name.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise UsageError(f"{folder} is not an empty folder: name another one")
    if any(mark in title for mark in ('"', "\\", "\n")):
        raise UsageError(f"title {title!r}: without quotes and backslashes, on one line")
    files = {
        "study.toml": study,
        **(more or {}),
        BOARD: _TOML.format(title=title),
        "README.md": _README.format(title=title),
        "submissions/README.md": _SUBMISSIONS,
        ".github/workflows/pages.yml": _GITHUB.format(accept=_indented(_ACCEPT, 10), build=_BUILD),
        ".github/workflows/submissions.yml": _GITHUB_CHECK.format(accept=_indented(_ACCEPT, 10)),
        ".gitlab-ci.yml": _GITLAB.format(
            accept=_indented(_ACCEPT, 6),
            build=_BUILD,
        ),
        "publish/space.sh": _SPACE.format(build=_BUILD, title=shlex.quote(title)),
        "publish/server.sh": _SERVER.format(build=_BUILD),
        ".gitignore": "public/*\n!public/releases/\nharness.sqlite-*\nsubmissions/*.sqlite\n",
    }
    written = []
    for name, body in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(body, encoding="utf-8")
        written.append(path)
    return written
