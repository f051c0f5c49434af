"""The data dictionary: what each column of the tables to download means."""

from __future__ import annotations

_RUNS = """
task: name of the task, with its options
group: runs of one group may be compared: same task and version, problems and verifier
run: id of the run, the name of its folder
model: name of the model
budget: what was spent on one problem, as one string
kind: the budget's first word
own: true: on hardware of who asked; false: at an API
family: letters that the model's name begins with
note: what tells rows apart that share a model and a budget
accuracy: mean chance that the chosen answer is right (coverage where part is coverage)
low: lower end of its 95% interval, by clusters of problems
high: upper end
rank_from: best place that the intervals allow
rank_to: worst place
part: ranked, coverage or unfinished
frontier: no ranked run is as accurate for fewer tokens
paired: traps and their sound neighbours together, where the task has pairs
lure: share of problems with a lure on which the lure is the answer
alarms: share of sound problems that were called unanswerable
attempted: share of problems that were given an answer, right or wrong
accuracy_attempted: accuracy among those
refused: share of problems that the model declined
tokens: output tokens a problem, charged
sequential: of them those to be waited for one behind the other
flops: FLOPs a problem, charged
usd: dollars a problem, charged
seconds: seconds of the charged calls a problem, one behind the other
device_seconds: seconds a problem in which the device is busy for it
prompt_tokens: prompt tokens a problem, charged
cached_prompt_tokens: of them from a cache
tokens_per_correct: tokens over accuracy
usd_per_correct: dollars over accuracy
obeyed: share of what the budget bounds that kept within
truncated: share of samples cut off by a token limit
ungraded: share of problems with an undecided verdict
problems: problems with an answer
planned: problems of the task
created: day of the run
"""

_PROBLEMS = """
group: as in runs
run: as in runs
problem: id of the problem
cluster: problems of one cluster stand or fall together
variant: how it stands to its original
correct: chance that the chosen answer is right
lured: chance that it is the lure
samples: answers in the pool
right: of them right ones
tokens: output tokens charged
sequential: of them one behind the other
flops: FLOPs charged
usd: dollars charged, by tokens
seconds: seconds of the charged calls, one behind the other
"""


def _columns(text: str) -> tuple[tuple[str, str], ...]:
    pairs = (line.partition(": ") for line in text.strip().splitlines())
    return tuple((name, meaning) for name, _, meaning in pairs)


RUN_COLUMNS = _columns(_RUNS)
"""Name and meaning of each column of the table of runs."""

PROBLEM_COLUMNS = _columns(_PROBLEMS)
"""The same of the table of problems."""
