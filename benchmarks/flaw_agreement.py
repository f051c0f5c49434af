"""Agreement of the flaw rules with labelled responses, the ones they were written on and others.

    python benchmarks/flaw_agreement.py [--misses] [--data FOLDER] [--mip FOLDER]

Balanced accuracy of "recognised" against the rest. `tests/verifiers/flaw_responses.tsv` holds the
responses that the rules were mended on; `flaw_heldout.tsv` those written afterwards, on which
nothing was mended. Lines labelled `wrong-reason` declare a flaw that the problem does not have:
rules that see the response alone cannot tell, so they are counted apart. FOLDER holds the public
data sets: their solutions doubt nothing, so each one taken for recognised is a false alarm. With
--mip, a checkout of tianyi-lab/MiP-Overthinking, its recorded responses are read (label 0 is
recognised), on all cores. The rules were mended on one half of its problems, by a hash of data set
and number; both are printed, with how many labels contradict what counts here: a response that
names a flaw, assumes something and rests its answer on that has not recognised it.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import multiprocessing
import random
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from harness.verifiers.flaw import stance
from harness.verifiers.flaw.verifier import visible

FOLDER = Path(__file__).parents[1] / "tests" / "verifiers"
Row = tuple[str, str]
_MARKED_NUMBER = re.compile(r"(?:boxed\{|answer\W{1,12}(?:is\W{1,6})?)\W{0,4}\d", re.I)


def rows(name: str) -> list[Row]:
    """(label, response) pairs of a file."""
    lines = (FOLDER / name).read_text("utf-8").splitlines()
    pairs = [line.split("\t", 1) for line in lines if line]
    return [(label, text.replace("\\n", "\n")) for label, text in pairs]


def agreement(pairs: list[Row]) -> tuple[float, float, list[tuple[str, str, str]]]:
    """Shares of recognised and of other responses judged as labelled, and the disagreements."""
    hits: dict[bool, list[bool]] = {True: [], False: []}
    misses = []
    for label, text in pairs:
        found = stance(visible(text))
        same = (found == "recognised") == (label == "recognised")
        hits[label == "recognised"].append(same)
        if not same:
            misses.append((label, str(found), text))
    yes, no = (sum(hits[side]) / len(hits[side]) for side in (True, False))
    return yes, no, misses


def report(title: str, pairs: list[Row]) -> list[tuple[str, str, str]]:
    """Print one line of figures; returns the disagreements."""
    yes, no, misses = agreement(pairs)
    print(
        f"{title}: {len(pairs)} responses, balanced accuracy {(yes + no) / 2:.3f} "
        f"(recognised {yes:.3f}, others {no:.3f})"
    )
    return misses


def false_alarms(folder: Path, count: int = 1500) -> None:
    """How many of some published solutions, marked answers away, are taken for recognised."""
    for file, column in (("gsm8k/train.jsonl", "answer"), ("math/test.jsonl", "solution")):
        lines = (folder / file).read_text("utf-8").split("\n")
        solutions = [str(json.loads(line)[column]) for line in lines if line]
        random.Random(1).shuffle(solutions)
        plain = [re.sub(r"<<.*?>>|####.*|\\boxed", "", text) for text in solutions[:count]]
        alarms = sum(stance(text) == "recognised" for text in plain)
        print(f"{file}: {alarms} of {len(plain)} solutions without their mark taken for recognised")


class Recorded(NamedTuple):
    """A recorded response: its label (`recognised`, `other`), its half, and its problem."""

    label: str
    kept: bool
    question: str
    text: str


def recorded(folder: Path) -> Iterator[Recorded]:
    """The labelled responses of a checkout, one problem's in one half."""
    for path in sorted(folder.glob("response/*/MiP/*/response.json")):
        problems = json.loads((folder / f"data/{path.parts[-4]}.json").read_text("utf-8"))
        for number, row in enumerate(json.loads(path.read_text("utf-8"))):
            asked = row.get("insufficient_question") or problems[number]["insufficient_question"]
            key = next((k for k in row if k == "model_answer" or k.endswith("question)")), None)
            if key is None or str(row.get("eval_result")) not in ("0", "1", "2"):
                continue
            name = f"{path.parts[-4]}/{number}"
            yield Recorded(
                "recognised" if str(row["eval_result"]) == "0" else "other",
                hashlib.sha256(name.encode()).digest()[0] % 2 == 1,
                asked,
                row[key],
            )


def judged(row: Recorded) -> tuple[str, bool]:
    """The stance of a response, and whether it ends in a number that is marked as its answer."""
    text = visible(row.text)
    return str(stance(text, row.question)), _MARKED_NUMBER.search(text[-400:]) is not None


def mip(folder: Path) -> None:
    """The agreement with the labels of recorded responses, on both halves of the problems."""
    rows = list(recorded(folder))
    with multiprocessing.Pool() as pool:
        told = pool.map(judged, rows, chunksize=64)
    for kept, title in ((False, "MiP, the half that was looked at"), (True, "MiP, kept back")):
        sides: dict[bool, list[tuple[str, bool]]] = {True: [], False: []}
        for row, said in zip(rows, told, strict=True):
            if row.kept is kept:
                sides[row.label == "recognised"].append(said)
        yes = sum(s == "recognised" for s, _ in sides[True]) / len(sides[True])
        no = sum(s != "recognised" for s, _ in sides[False]) / len(sides[False])
        plain = sum(s == "answered" for s, _ in sides[True])
        marked = sum(m and s != "recognised" for s, m in sides[True])
        print(
            f"{title}: {sum(map(len, sides.values()))} responses, balanced accuracy "
            f"{(yes + no) / 2:.3f} (recognised {yes:.3f}, others {no:.3f})\n"
            f"  of {len(sides[True])} labelled as recognised, {plain} state an answer without any "
            f"doubt, {marked} end in a number that they mark as their answer"
        )


def main(words: Sequence[str] | None = None) -> None:
    """Print the figures of both files."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--misses", action="store_true", help="print the disagreements")
    parser.add_argument("--data", type=Path, help="the folder of public data sets")
    parser.add_argument("--mip", type=Path, help="a checkout of tianyi-lab/MiP-Overthinking")
    asked = parser.parse_args(words)
    for title, name in (
        ("mended on", "flaw_responses.tsv"),
        ("held out", "flaw_heldout.tsv"),
    ):
        all_rows = rows(name)
        pairs = [row for row in all_rows if row[0] != "wrong-reason"]
        misses = report(title, pairs)
        for language, chinese in (("English", False), ("Chinese", True)):
            report(
                f"  {language}",
                [row for row in pairs if any(c >= "\u4e00" for c in row[1]) is chinese],
            )
        wrong = [text for label, text in all_rows if label == "wrong-reason"]
        taken = sum(stance(text) == "recognised" for text in wrong)
        print(f"  a wrong reason: {taken} of {len(wrong)} taken for recognised")
        for miss in misses if asked.misses else ():
            print("   ", *miss, sep=" | ")
    if asked.mip is not None:
        mip(asked.mip)
    if asked.data is not None:
        false_alarms(asked.data)


if __name__ == "__main__":
    main()
