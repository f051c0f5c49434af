"""Answers that are too long for the reward model: scored as far as it reads, counted and said."""

from __future__ import annotations

from dataclasses import replace

from harness.results.reports import load_reports
from harness.results.warnings import warnings
from harness.store import open_store


def test_answers_that_a_reward_did_not_read_are_counted_and_said(
    run, stub, counting, monkeypatch, tmp_path
):
    plain = counting.score

    async def cut(self, caller, responses):
        graded = await plain(self, caller, responses)
        return [replace(one, cut=i % 2 == 0) for i, one in enumerate(graded)]

    monkeypatch.setattr(counting, "score", cut)
    run(stub(), "best@2:reward=counting", limit=8, db="unread.sqlite")
    with open_store(tmp_path / "unread.sqlite") as store:
        [report] = load_reports(store)
        assert (report.problems, report.failed) == (8, 0)
        assert 0 < report.unread <= 1
        assert "too long for the reward model" in warnings([report])[0]
