"""Fitting a rubric's weights, and agreement with labels."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path

import numpy as np
import pytest
from scipy.optimize import linprog

from harness.analysis.rubrics import (
    agreement,
    fit_weights,
    ranked_pairs,
    read_labelled,
    with_weights,
)
from harness.core import HarnessError
from harness.stats.ranking import fit_ranking, ranking_loss
from harness.verifiers.rubric import read_rubric, rubric_of

EXAMPLE = Path(__file__).parents[2] / "examples" / "refusal"


def test_the_fit_is_the_minimum_of_the_hinge_loss():
    """Against a linear programme that minimises the loss with the penalty linearised at the fit.

    The loss is convex, so its minimum in any direction can lie no lower than that programme's.
    """
    rng = np.random.default_rng(3)
    better, worse = rng.normal(0.4, 1, (60, 4)), rng.normal(0, 1, (60, 4))
    ridge = 0.05
    weights = fit_ranking(better, worse, ridge=ridge)
    apart = better - worse
    # min mean(slack) + ridge w0·w  subject to  slack >= 1 - apart·w, slack >= 0, |w - w0| <= 1
    n, _d = apart.shape
    cost = np.concatenate([ridge * weights, np.full(n, 1 / n)])
    bound = np.hstack([-apart, -np.eye(n)])
    limits = [(w - 1, w + 1) for w in weights] + [(0, None)] * n
    found = linprog(cost, A_ub=bound, b_ub=-np.ones(n), bounds=limits)
    linear = found.fun - ridge / 2 * weights @ weights
    assert ranking_loss(weights, better, worse, ridge=ridge) == pytest.approx(linear, abs=1e-6)


def test_one_difference_has_a_closed_form():
    """One pair apart by 1: min max(0, 1 - w) + r/2 w² is w = 1 for r below 1, else 1/r."""
    one, zero = np.array([[1.0]]), np.array([[0.0]])
    assert fit_ranking(one, zero, ridge=0.1) == pytest.approx([1.0])
    assert fit_ranking(one, zero, ridge=4.0) == pytest.approx([0.25])
    both = np.array([[1.0], [0.0]]), np.array([[0.0], [1.0]])  # the pairs contradict each other
    assert fit_ranking(*both) == pytest.approx([0.0], abs=1e-6)


@pytest.mark.parametrize(("rows", "ridge"), [((0, 0), 0.1), ((2, 1), 0.1), ((1, 1), 0.0)])
def test_bad_numbers_raise(rows, ridge):
    with pytest.raises(ValueError, match=r"needs|penalty"):
        fit_ranking(np.zeros((rows[0], 2)), np.zeros((rows[1], 2)), ridge=ridge)


TOML = """\
# a comment that stays
[propositions.long]
min_words = 3  # counted at spaces

[propositions.kind]
pattern = "please"

[weights.be]
constant = 9.0
long = 9.0
kind = 9.0
good = 9.0

[[behaviours]]
name = "be"
classes = [{ name = "good", when = "kind" }, { name = "bad" }]
"""


def rows(*pairs):
    return [json.dumps({"text": text, "label": label}) for text, label in pairs]


def test_weights_order_the_responses_and_replace_those_of_the_file():
    rubric = rubric_of(tomllib.loads(TOML))
    labelled = read_labelled(
        rubric,
        rows(("please", "good"), ("please do so", "good"), ("no", "bad"), ("not at all", "bad")),
        "labels",
    )
    weights = fit_weights(rubric, labelled)
    assert set(weights["be"]) == {"constant", "long", "kind", "good"}
    text = with_weights(TOML, weights)
    assert "# a comment that stays" in text
    assert "9.0" not in text
    fitted = rubric_of(tomllib.loads(text))
    again = read_labelled(fitted, rows(("please", "good"), ("not at all", "bad")), "labels")
    assert again[0].judgement.value == pytest.approx(1, abs=2e-3)
    assert again[1].judgement.value == pytest.approx(0, abs=2e-3)
    assert with_weights(text, weights) == text


def test_agreement_counts_pairs_with_ties_by_half():
    rubric = rubric_of({k: v for k, v in tomllib.loads(TOML).items() if k != "weights"})
    labelled = read_labelled(
        rubric, rows(("please", "good"), ("no", "good"), ("not at all", "bad")), "labels"
    )
    assert ranked_pairs(labelled).tolist() == [[0, 2], [1, 2]]
    found = agreement(rubric, labelled)
    assert found.pairs is not None
    assert found.pairs.value == 0.75  # one in order, one tied
    assert found.confusion == {
        ("be: bad", "be: bad"): 1,
        ("be: good", "be: bad"): 1,
        ("be: good", "be: good"): 1,
    }


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("{", "labels, line 1: not JSON"),
        ('{"text": "a"}', "labels, line 1: needs the fields `text` and `label`"),
        ('{"text": "a", "label": "goood"}', "unknown class of be 'goood': did you mean 'good'?"),
        (
            '{"text": "a", "label": "good", "propositions": {"kindd": true}}',
            "unknown proposition 'kindd'",
        ),
        (
            '{"text": "a", "label": "good", "propositions": {"kind": 1}}',
            "`propositions` must hold true or false",
        ),
        ("", "labels has no rows"),
    ],
)
def test_a_bad_line_is_named(line, said):
    rubric = rubric_of(tomllib.loads(TOML))
    with pytest.raises(HarnessError) as error:
        read_labelled(rubric, [line], "labels")
    assert said in str(error.value)


def test_what_a_model_judges_must_stand_in_the_labels():
    raw = tomllib.loads(TOML)
    raw["propositions"]["kind"] = {"ask": "It is kind."}
    rubric = rubric_of(raw)
    with pytest.raises(HarnessError, match=r"a model judges kind: give what it says as"):
        read_labelled(rubric, rows(("a", "good")), "labels")
    line = json.dumps({"text": "a", "label": "good", "propositions": {"kind": True}})
    assert read_labelled(rubric, [line], "labels")[0].judgement.label == "good"


def test_the_weights_of_the_example_are_those_of_its_seen_half():
    rubric = read_rubric(EXAMPLE / "refusal.toml")
    with (EXAMPLE / "seen.jsonl").open(encoding="utf-8") as lines:
        weights = fit_weights(rubric, read_labelled(rubric, lines, "seen"))
    for behaviour, named in weights.items():
        assert named == pytest.approx(rubric.file.weights[behaviour], abs=2e-4)
