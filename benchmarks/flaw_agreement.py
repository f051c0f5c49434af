"""Agreement of the flaw rules with labelled responses, the ones they were written on and others.

    python benchmarks/flaw_agreement.py [--misses] [--data FOLDER] [--mip FOLDER]

Balanced accuracy of "recognised" against the rest. `tests/verifiers/flaw_responses.tsv` holds the
responses that the rules were mended on; `flaw_heldout.tsv` those written afterwards, on which
nothing was mended. Lines labelled `wrong-reason` declare a flaw that the problem does not have:
rules that see the response alone cannot tell, so they are counted apart. FOLDER holds the public
data sets: their solutions doubt nothing, so each one taken for recognised is a false alarm. With
--mip, a checkout of tianyi-lab/MiP-Overthinking, its recorded responses are read (label 0 is
recognised). The rules were mended on one half of its problems, by a hash of data set and number;
both are printed.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import random
import re
from collections.abc import Sequence
from pathlib import Path

from harness.verifiers.flaw import stance
from harness.verifiers.flaw.verifier import visible

FOLDER = Path(__file__).parents[1] / "tests" / "verifiers"
Row = tuple[str, str]


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


def mip(folder: Path) -> None:
    """The agreement with the labels of recorded responses, on both halves of the problems."""
    halves: dict[bool, list[Row]] = {False: [], True: []}
    plain = 0  # labelled as recognised, and yet no doubt in them
    for path in sorted(folder.glob("response/*/MiP/*/response.json")):
        for number, row in enumerate(json.loads(path.read_text("utf-8"))):
            key = next((k for k in row if k == "model_answer" or k.endswith("question)")), None)
            if key is None or str(row.get("eval_result")) not in ("0", "1", "2"):
                continue
            label = "recognised" if str(row["eval_result"]) == "0" else "other"
            name = f"{path.parts[-4]}/{number}"
            kept = hashlib.sha256(name.encode()).digest()[0] % 2 == 1
            halves[kept].append((label, row[key]))
            plain += label == "recognised" and stance(visible(row[key])) == "answered"
    report("MiP, the half that was looked at", halves[False])
    report("MiP, kept back", halves[True])
    print(f"  {plain} labelled as recognised state an answer without any doubt")


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
