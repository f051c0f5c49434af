"""Grades the recorded responses of AIW (arXiv 2406.02061) again, and compares with their labels.

    python benchmarks/aiw_regrade.py FOLDER [numeric|math] [math|letters]

The first word is the verifier for problems with numbers, the second what judges the symbolic ones.

FOLDER is a checkout of LAION-AI/AIW, or its git directory. The responses and labels are theirs
(Apache-2.0); nothing of them is stored. Files that are only pointers to large files are left out.

There are two kinds of labels. For most responses the label says whether the answer is the right
number. In `AIW_param.json`, where Alice has M sisters, it says whether the response contains the
letters "M+1", without a space, anywhere (but for a few that a person has overruled); that does not
judge the answer. `letters` compares as the labels do, `math` judges the answer.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from harness.core import Problem, Status
from harness.verifiers.math import MathVerifier
from harness.verifiers.rules.numbers import NumericVerifier

RESPONSES = "collected_responses"


def files(folder: Path) -> Iterator[tuple[str, str]]:
    """The names and texts of the JSON files of responses."""
    if not (folder / "HEAD").exists():
        for path in sorted((folder / RESPONSES).rglob("*.json")):
            yield str(path.relative_to(folder)), path.read_text("utf-8")
        return
    git = ["git", "-C", str(folder)]
    listed = subprocess.run(
        [*git, "ls-tree", "-r", "-z", "--name-only", "HEAD", RESPONSES],
        check=True, capture_output=True, text=True,
    ).stdout  # fmt: skip
    for name in sorted(listed.split("\0")):
        if name.endswith(".json"):
            shown = subprocess.run([*git, "show", f"HEAD:{name}"], capture_output=True, text=True)
            if shown.returncode == 0:  # a snapshot may lack its largest files
                yield name, shown.stdout


def rows(folder: Path) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Each labelled response with the part of the collection, and the file and row, it is from."""
    for name, text in files(folder):
        if not text.startswith("["):
            continue
        part = name.removeprefix(f"{RESPONSES}/").split("/")[0]
        for i, row in enumerate(json.loads(text)):
            if "right_answer" in row:
                yield part, f"{name.removeprefix(RESPONSES + '/')}, row {i}", row


def asked(row: dict[str, Any]) -> Problem:
    """The problem of a response: with the number asked for, or with the unknown plus one."""
    gold = str(row["right_answer"])
    if gold == "null":
        unknown = re.search(r"(\w) sisters", row["prompt"])
        gold = f"{unknown[1]}+1" if unknown else ""
    return Problem(id="aiw", question=row["prompt"], gold=gold)


def response(row: dict[str, Any]) -> str:
    """What the model wrote, as an engine would have given it.

    The records hold a space for each line break. A base model's begins with its prompt, and goes on
    with headings of its own behind the answer, at which a server would have been told to stop.
    """
    text, prompt = str(row["model_response"]), " ".join(row["prompt"].split())
    if " ".join(text.split()).startswith(prompt):
        return " ".join(text.split())[len(prompt) :].strip().split("#")[0]
    return text.replace("  ", "\n\n")


def main(folder: str, name: str = "numeric", symbols: str = "math") -> None:
    """Print the agreement by part, and each response on which the two differ."""
    verifiers = {"numeric": NumericVerifier(), "math": MathVerifier()}
    counts: Counter[tuple[str, bool, bool]] = Counter()
    for part, where, row in rows(Path(folder)):
        problem, symbolic = asked(row), row["right_answer"] == "null"
        if symbolic and symbols == "letters":
            right = str(problem.gold) in row["model_response"]
        else:
            verifier = verifiers["math" if symbolic else name]
            verdict = verifier.verify(response(row), problem)
            right = verdict.status is Status.CORRECT
        label = row["correct"]
        counts[part, right, label] += 1
        if right != label and not symbolic:
            end = " ".join(response(row).split())[-160:]
            print(
                f"{where}: label {label}, here {verdict.status} ({verdict.answer!r}), "
                f"gold {problem.gold}, recorded answer {row['parsed_answer']}: … {end}"
            )
    for part in sorted({part for part, _, _ in counts}):
        both = counts[part, True, True] + counts[part, False, False]
        more, less = counts[part, True, False], counts[part, False, True]
        print(
            f"{part}: {both + more + less} responses, {both} as labelled, "
            f"{more} right here and wrong there, {less} wrong here and right there"
        )
    print(f"{counts.total()} responses")


if __name__ == "__main__":
    main(*sys.argv[1:])
