"""A search's pieces join into a tree; revisions follow one another."""

from __future__ import annotations

from pathlib import Path

import harness
from harness.results.searches import load_searches
from harness.site.trees import draw_tree
from harness.store import open_store
from harness.store.runs import find_runs


def test_a_beam_is_a_tree_and_revisions_are_chains(tmp_path: Path) -> None:
    db = tmp_path / "search.sqlite"
    beam = "beam@4x2:reward=onnx:tiny-prm,temperature=0.8"
    revise = "revise@2x3:temperature=0.8"
    harness.evaluate("onnx:tiny-s", "arithmetic", [beam, revise], limit=4, db=db)
    with open_store(db) as store:
        found = {
            budget: dict(load_searches(store, find_runs(store, budget=budget)[0]))
            for budget in (beam, revise)
        }
    assert found[beam]
    for nodes in found[beam].values():
        for node in nodes:
            if node.parent >= 0:
                assert not nodes[node.parent].text.startswith("[")  # no score is a piece
                assert nodes[node.parent].kept or not node.kept
            assert node.status is None or node.kept
        answers = [n for n in nodes if n.status is not None]
        assert answers
        assert all(n.value is not None for n in answers)
        picture = draw_tree(nodes)
        places = {(dot.x, dot.y) for dot in picture.dots}
        assert len(places) == len(picture.dots) == len(nodes)
    for nodes in found[revise].values():
        assert [n.parent for n in nodes] == [-1, 0, 1, -1, 3, 4]
        assert all(n.status for n in nodes)
