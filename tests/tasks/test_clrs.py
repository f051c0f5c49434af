"""Algorithmic traces: proven by other means, dialled by length, judged element by element."""

from __future__ import annotations

import dataclasses

import pytest

from harness.core import DataSource, HarnessError, Problem, Status
from harness.tasks.clrs import Clrs, clrs_problem, clrs_runs
from harness.tasks.clrs.algorithms import ALGORITHMS
from harness.tasks.clrs.certify import PROOFS
from harness.tasks.clrs.verifier import TraceVerifier


def load(limit=12, **options):
    return Clrs().load(DataSource(limit=limit, options=options))


@pytest.mark.parametrize("name", sorted(ALGORITHMS))
def test_every_run_is_proven_by_other_means(name):
    for problem in load(6, algorithm=name, length="4..9", gold="trace"):
        Clrs().certify(problem)
    [longest] = load(1, algorithm=name, length="24")
    Clrs().certify(longest)
    assert set(PROOFS) == set(ALGORITHMS)


def test_a_wrong_state_output_or_gold_is_no_proof():
    [problem] = load(1, algorithm="insertion_sort", length="5")
    for part in ("trace", "output"):
        text = str(problem.meta[part])
        turned = text.replace(text[1:6], "0.123", 1)
        wrong = dataclasses.replace(problem, meta={**problem.meta, part: turned})
        with pytest.raises(HarnessError, match=f"the {part} is not"):
            Clrs().certify(wrong)
    with pytest.raises(HarnessError, match="the gold is not"):
        Clrs().certify(dataclasses.replace(problem, gold="[1]"))


def test_an_example_of_the_textbook():
    """Cormen et al., figure 2.2: insertion sort of 5, 2, 4, 6, 1, 3; by this verifier."""
    states = "[2 5 4 6 1 3], [2 4 5 6 1 3], [2 4 5 6 1 3], [1 2 4 5 6 3]"
    gold = f"{states} | [1 2 3 4 5 6]"
    question = "insertion_sort:\nkey: [5 2 4 6 1 3], initial_trace: [5 2 4 6 1 3]\ntrace | pred:"
    trace = f"{states}, [1 2 3 4 5 6]"
    meta = {"algorithm": "insertion_sort", "trace": trace, "output": "[1 2 3 4 5 6]"}
    Clrs().certify(Problem(id="p", question=question, gold=f"{trace} | [1 2 3 4 5 6]", meta=meta))
    verdict = TraceVerifier().verify(gold, Problem(id="p", question=question, gold="[1 2 3 4 5 6]"))
    assert verdict.status is Status.CORRECT


def test_length_and_algorithm_are_dials():
    problems = load(40, length="4..8", algorithm="bfs+minimum")
    assert {p.meta["length"] for p in problems} == {4, 5, 6, 7, 8}
    assert {p.meta["algorithm"] for p in problems} == {"bfs", "minimum"}
    assert len({p.question for p in problems}) == 40
    assert len(load(1, algorithm="minimum", length="64")[0].meta["trace"].split(",")) == 63
    assert [p.digest() for p in load(5, seed="4")] == [p.digest() for p in load(9, seed="4")[:5]]
    assert load(1, seed="4")[0].question != load(1)[0].question


def test_the_training_part_shares_no_problem_with_the_evaluation():
    both = [
        {p.question for p in load(60, algorithm="dfs+bfs", length="4", part=part, seed=seed)}
        for part in ("training", "evaluation")
        for seed in ("0", "1")
    ]
    assert not (both[0] | both[1]) & (both[2] | both[3])


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"length": "3"}, "length=3 must be a whole number from 4 to 64, or a range"),
        ({"length": "9..4"}, "length=9..4 must be"),
        ({"length": "4..."}, "must be"),
        ({"algorithm": "bsf"}, "unknown algorithm of clrs 'bsf': did you mean 'bfs'?"),
        ({"gold": "all"}, "gold=all must be one of final, trace"),
        ({"size": "4"}, "unknown option of task clrs 'size'"),
    ],
)
def test_a_bad_option_is_one_line(options, said):
    with pytest.raises(HarnessError) as error:
        load(**options)
    assert said in str(error.value)
    assert "\n" not in str(error.value)


def test_problems_run_out_with_advice():
    with pytest.raises(HarnessError, match=r"clrs: bfs has no more than .* of length 4: ask"):
        load(400, algorithm="bfs", length="4")


@pytest.mark.parametrize(
    ("gold", "text", "status", "score"),
    [
        ("[1 2 3 4]", "[4 3 2 1], [1 2 3 4] | [1 2 3 4]", "correct", 1.0),
        ("[1 2 3 4]", "<think>1 | 2</think>x | [1, 2.0, 3, 4]", "correct", 1.0),
        ("[1 2 3 4]", "It is sorted.\n**Answer:** 1, 2, 3, 4", "correct", 1.0),
        ("[1 2 3 4]", "[4 3 2 1]\n[1 2 3 4]", "correct", 1.0),  # the last line
        ("[1 2 3 4]", "| [1 2 4 3]", "wrong", 0.5),
        ("[1 2 3 4]", "| [1 2 3]", "wrong", 0.75),
        ("[1 2 3 4]", "| [1 2 3 4 5]", "wrong", 0.8),
        ("[1 2 3 4]", "| [4 1 2 3]", "wrong", 0.0),
        ("[1 2 3 4]", "[1 2 3 4] |", "unparsed", None),
        ("[1 2 3 4]", "I can't help with that.", "refused", None),
        ("-1", "| -1", "correct", 1.0),
        ("-1", "| 1", "wrong", 0.0),
        ("0.09", "| .090", "correct", 1.0),
        ("[1 2] | 2", "trace | min: [1 2] | 2", "correct", 1.0),
        ("[1 2] | 2", "[1 3] | 2", "wrong", 2 / 3),
        ("[A B]", "| [a b]", "correct", 1.0),
    ],
)
def test_verdicts(gold, text, status, score):
    verdict = TraceVerifier().verify(text, Problem(id="p", question="?", gold=gold))
    assert verdict.status == status
    assert verdict.score == (None if score is None else pytest.approx(score))
    alone = TraceVerifier(partial=False).verify(text, Problem(id="p", question="?", gold=gold))
    assert (alone.status, alone.score) == (status, None)


def test_what_was_cut_has_no_output_and_of_a_trace_what_it_has():
    final = Problem(id="p", question="?", gold="[1 2]")
    cut = TraceVerifier().verify("[1 2] | [1 2", final, truncated=True)
    assert cut.status is Status.TRUNCATED
    trace = dataclasses.replace(final, gold="[1 2 3] | 3")
    part = TraceVerifier().verify("[1 2 3] | 3", trace, truncated=True)
    assert part.status is Status.WRONG
    assert part.score is not None
    assert part.score < 1


def test_runs_that_differ_make_problems_that_differ():
    runs = clrs_runs(0, ["minimum"], [4], "training")
    made = [clrs_problem(str(i), *next(runs)) for i in range(3)]
    assert len({p.question for p in made}) == 3
