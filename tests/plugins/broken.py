"""Plugins that break their contracts, one each: what they hold, and what the one line must say."""

from __future__ import annotations

from typing import NamedTuple

HEAD = """
import harness
from harness.core import *
from harness.budgets import *

class Good:
    name, version, summary = "good", "1", "a task"
    def load(self, source): return [Problem(id=f"p{i}", question=f"{i}+1?", gold=str(i + 1)) for i in range(3)]
    def prompt(self, problem): return Prompt.user(problem.question)
    def verifier(self): return VerifierSpec("math")
    def metrics(self, scored): return {}
class Engine:
    def __init__(self, spec):
        self.info = ModelInfo(spec=str(spec), name="e", fingerprint="e1", think=ThinkMarks())
    def render(self, prompt, prefix=""): return prompt.messages[-1].content + prefix
    def count_tokens(self, rendered): return len(rendered)
    async def generate(self, request):
        said = tuple(Completion(text="Answer: 2", finish=Finish.STOP, output_tokens=9) for _ in request.seeds)
        return Reply(completions=said, usage=Usage(prompt_tokens=9, output_tokens=9), latency_s=0.1)
    async def close(self): pass
class Judge:
    name, version = "judge", "1"
    def verify(self, response, problem, *, truncated=False):
        return Verdict(status=Status.CORRECT, answer=response, key=response)
class Plain:
    size, family, exchangeable, depth, needs_marks = 2, "plain", True, 0, False
    def __init__(self, budget, reward=None): pass
    def most_tokens(self, limit): return limit
    async def propose(self, caller, n):
        for draw in await caller.sample(range(n), Sampling(max_tokens=20, temperature=1.0)): yield (draw,)
class Chooser:
    name, args = "chooser", {}
    def expect(self, pool, k): return {pool[0].verdict.status: 1.0}
    def error(self, pool, k): return 0.0
class Half:
    has_model = False
    info = ModelInfo(spec="reward:half", name="half", fingerprint="half@1")
    def __init__(self, argument=None): pass
    async def score(self, caller, responses): return [Graded(steps=(0.5,)) for _ in responses]
task, engine, judge, proposer, selector, reward, family = Good, Engine, Judge, Plain, Chooser, Half, None
"""
TAIL = """
harness.register("tasks", "own", task)
harness.register("models", "own", engine)
harness.register("verifiers", "own", judge)
harness.register("proposers", "own", proposer)
harness.register("selectors", "own", selector)
harness.register("rewards", "own", reward)
if family: harness.register("families", "fam", family)
"""


class Broken(NamedTuple):
    """`code` stands between HEAD and TAIL; `says` are patterns of the one line, `code` its exit."""

    code: str
    says: str
    exit: int = 2
    budget: str = "greedy"
    task: str = "own"


JUDGED = """
class task(Good):
    def verifier(self): return VerifierSpec("own")
"""

SAID = (
    "class engine(Engine):\n async def generate(self, request):\n"
    "  said = tuple(Completion(text='a', finish=Finish.STOP, output_tokens=3)"
    " for _ in request.seeds)\n"
    "  return Reply(completions=said, usage=Usage({usage}), latency_s={latency})"
)

BROKEN = {
    # tasks
    "task: a gold that is a number": Broken(
        "class task(Good):\n"
        " def load(self, source): return [Problem(id='a', question='q', gold=7)]",
        r"the task 'own' \(.*plugin\.py, line \d+\): load gave the problem 'a' with gold = 7 \(int\); "
        "expected str or None",
    ),
    "task: load gives a dictionary": Broken(
        "class task(Good):\n def load(self, source): return [{'id': 'a'}]",
        r"load gave \{'id': 'a'\} \(dict\) among them; expected a sequence of harness.core.Problem",
    ),
    "task: load gives nothing": Broken(
        "class task(Good):\n def load(self, source): pass", "load gave None; expected a sequence"
    ),
    "task: load fails": Broken(
        "class task(Good):\n def load(self, source): return 1 / 0",
        r"the task 'own' \(.*plugin\.py, line \d+\): ZeroDivisionError",
        1,
    ),
    "task: no version": Broken(
        "class task(Good): pass\ndel Good.version", r"has no 'version'; expected version: str"
    ),
    "task: a prompt of text": Broken(
        "class task(Good):\n def prompt(self, problem): return problem.question",
        r"prompt gave '0\+1\?' \(str\) for 'p0'; expected a harness.core.Prompt",
    ),
    "task: a verifier's name alone": Broken(
        "class task(Good):\n def verifier(self): return 'math'",
        r"verifier gave 'math' \(str\); expected a harness.core.VerifierSpec",
    ),
    "task: a verifier that is not there": Broken(
        "class task(Good):\n def verifier(self): return VerifierSpec('maths')",
        "unknown verifier 'maths': did you mean 'math'",
    ),
    "task: its constructor wants something": Broken(
        "class task(Good):\n def __init__(self, path): pass", r"the task 'own' .*TypeError.*path", 1
    ),
    # verifiers
    "verifier: an unknown status": Broken(
        JUDGED + "class judge(Judge):\n def verify(self, response, problem, *, truncated=False):"
        " return Verdict(status='great')",
        r"3 attempts are ungraded: the verifier 'own' \(.*plugin\.py, line \d+\): verify gave status "
        r"'great' \(str\); expected one of correct, ",
        1,
    ),
    "verifier: a truth value": Broken(
        JUDGED + "class judge(Judge):\n def verify(self, response, problem, *, truncated=False):"
        " return True",
        r"verify gave True \(bool\); expected a harness.core.Verdict",
        1,
    ),
    "verifier: it fails": Broken(
        JUDGED + "class judge(Judge):\n def verify(self, response, problem, *, truncated=False):"
        " return problem.nothing",
        r"the verifier 'own' \(.*plugin\.py, line \d+\): AttributeError",
        1,
    ),
    "verifier: a key that is a number": Broken(
        JUDGED + "class judge(Judge):\n def verify(self, response, problem, *, truncated=False):"
        " return Verdict(status=Status.WRONG, key=3)",
        r"verify gave key 3 \(int\); expected str or None",
        1,
    ),
    "verifier: no version": Broken(
        JUDGED + "class judge(Judge): pass\ndel Judge.version", "has no 'version'"
    ),
    "verifier: another signature": Broken(
        JUDGED + "class judge(Judge):\n def verify(self, response): pass",
        r"the verifier 'own' \(.*\): TypeError: .*unexpected keyword argument 'truncated'",
        1,
    ),
    "verifier: its process ends": Broken(
        JUDGED + "class judge(Judge):\n def verify(self, response, problem, *, truncated=False):"
        " import os; os._exit(3)",
        r"ungraded: the verifier 'own' \(.*\): its worker process died \(exit code 3\)",
        1,
    ),
    # backends
    "backend: generate is no coroutine": Broken(
        "class engine(Engine):\n def generate(self, request): pass",
        r"the backend 'own:m' \(.*, line \d+\): generate is not a coroutine; expected `async def",
    ),
    "backend: no close": Broken(
        "class engine(Engine): close = None", r"has no method 'close'; expected a method close"
    ),
    "backend: info is a name": Broken(
        "class engine(Engine):\n def __init__(self, spec): self.info = 'e'",
        r"has info = 'e' \(str\); expected ModelInfo",
    ),
    "backend: it gives text": Broken(
        "class engine(Engine):\n async def generate(self, request): return 'Answer: 2'",
        r"generate gave 'Answer: 2' \(str\); expected a harness.core.Reply",
    ),
    "backend: too few completions": Broken(
        "class engine(Engine):\n async def generate(self, request):"
        " return Reply(completions=(), usage=Usage(), latency_s=0)",
        r"generate gave \(\) \(tuple\); expected 1 completions, one for each seed",
    ),
    "backend: it fails": Broken(
        "class engine(Engine):\n async def generate(self, request): return {}['x']",
        r"the backend 'own:m' \(.*plugin\.py, line \d+\): KeyError: 'x'",
        1,
    ),
    # proposers
    "proposer: too few": Broken(
        "class proposer(Plain):\n async def propose(self, caller, n):\n"
        "  for d in await caller.sample(range(1), Sampling(max_tokens=9)): yield (d,)",
        r"the proposer 'own' \(.*, line \d+\): propose yielded 1 chains; expected 2 of them",
        budget="own@2",
    ),
    "proposer: a draw that is no chain": Broken(
        "class proposer(Plain):\n async def propose(self, caller, n):\n"
        "  for d in await caller.sample(range(n), Sampling(max_tokens=9)): yield d",
        r"propose yielded Sample\(.* \(Sample\); expected an asynchronous generator of tuples of draws",
        budget="own@2",
    ),
    "proposer: propose returns a list": Broken(
        "class proposer(Plain):\n async def propose(self, caller, n): return []",
        r"propose gave <coroutine .* \(coroutine\); expected an asynchronous generator",
        budget="own@2",
    ),
    "proposer: no family": Broken(
        "class proposer(Plain): pass\ndel Plain.family",
        r"the proposer 'own' .*has no 'family'; expected family: str",
        budget="own@2",
    ),
    "proposer: it fails": Broken(
        "class proposer(Plain):\n async def propose(self, caller, n):\n  yield 1 / 0",
        r"the proposer 'own' \(.*plugin\.py, line \d+\): ZeroDivisionError",
        1,
        budget="own@2",
    ),
    # selectors
    "selector: a single status": Broken(
        "class selector(Chooser):\n def expect(self, pool, k): return Status.CORRECT",
        r"the selector 'own' \(.*, line \d+\): expect gave .*correct.*; expected a mapping",
        budget="vote@2:select=own",
    ),
    "selector: chances that do not add up": Broken(
        "class selector(Chooser):\n def expect(self, pool, k): return {Status.CORRECT: 0.5}",
        r"expected a mapping from harness.core.Status to probabilities that sum to 1",
        budget="vote@2:select=own",
    ),
    "selector: it fails": Broken(
        "class selector(Chooser):\n def expect(self, pool, k): return pool[99]",
        r"the selector 'own' \(.*plugin\.py, line \d+\): IndexError",
        1,
        budget="vote@2:select=own",
    ),
    "selector: no args": Broken(
        "class selector(Chooser): pass\ndel Chooser.args",
        "has no 'args'",
        budget="vote@2:select=own",
    ),
    # rewards
    "reward: score is no coroutine": Broken(
        "class reward(Half):\n def score(self, caller, responses): return []",
        r"the reward 'own' \(.*, line \d+\): score is not a coroutine",
        budget="best@2:reward=own",
    ),
    "reward: bare numbers": Broken(
        "class reward(Half):\n async def score(self, caller, responses): return [0.5] * len(responses)",
        r"score gave \[0\.5\] \(list\); expected a list of 1 harness.budgets.Graded",
        budget="best@2:reward=own",
    ),
    "reward: it fails": Broken(
        "class reward(Half):\n async def score(self, caller, responses): raise OSError('no file')",
        r"the reward 'own' \(.*plugin\.py, line \d+\): OSError: no file",
        1,
        budget="best@2:reward=own",
    ),
    "reward: a value of 2": Broken(
        "class reward(Half):\n async def score(self, caller, responses):"
        " return [Graded(steps=(2.0,)) for _ in responses]",
        r"gave 2\.0 instead of a value from 0 to 1",
        1,
        budget="best@2:reward=own",
    ),
    # families
    "family: it fails": Broken(
        "def family(name): raise KeyError(name)",
        r"the family 'fam' \(.*plugin\.py, line \d+\): KeyError: 'x'",
        1,
        task="fam:x",
    ),
    "family: it gives an object": Broken(
        "def family(name): return Good()",
        r"the family 'fam' gave .* for 'x'; expected a factory of the task",
        task="fam:x",
    ),
    # found by a second reader, who had not written the checks
    "task: load is a generator": Broken(
        "class task(Good):\n def load(self, source):\n"
        "  yield Problem(id='a', question='q', gold='7')",
        r"load gave <generator .* \(generator\); expected a sequence",
    ),
    "task: load is a coroutine": Broken(
        "class task(Good):\n async def load(self, source): return []",
        r"load gave <coroutine .* \(coroutine\); expected a sequence",
    ),
    "task: no problem": Broken(
        "class task(Good):\n def load(self, source): return []",
        r"\(.*plugin\.py, line \d+\): load gave no problem; expected one or more",
    ),
    "task: one id twice": Broken(
        "class task(Good):\n def load(self, source):"
        " return [Problem(id='a', question='q', gold='7')] * 2",
        r"line \d+\): load gave 2 problems with the id 'a'; expected an id of its own for each",
    ),
    "task: no question": Broken(
        "class task(Good):\n def load(self, source):"
        " return [Problem(id='a', question=None, gold='7')]",
        "load gave the problem 'a' with question = None; expected str",
    ),
    "task: it ends the process": Broken(
        "class task(Good):\n def load(self, source): raise SystemExit(3)",
        r"the task 'own' \(.*plugin\.py, line \d+\): SystemExit: 3",
        1,
    ),
    "task: an import inside": Broken(
        "class task(Good):\n def load(self, source): import nothing_like_this",
        r"\(.*plugin\.py, line \d+\): ModuleNotFoundError: No module named 'nothing_like_this'",
        1,
    ),
    "task: a message of nothing": Broken(
        "class task(Good):\n def prompt(self, problem): return Prompt.user(None)",
        r"prompt gave a message with content None for 'p0'; expected text",
    ),
    "task: metrics fail": Broken(
        "class task(Good):\n def metrics(self, scored): return 1 / 0",
        r"the task 'own' \(.*plugin\.py, line \d+\): ZeroDivisionError",
        1,
    ),
    "task: metrics are a list": Broken(
        "class task(Good):\n def metrics(self, scored): return [1]",
        r"metrics gave \[1\] \(list\); expected a mapping from names to harness.core.Estimate",
    ),
    "task: a metric is text": Broken(
        "class task(Good):\n def metrics(self, scored): return {'x': 'high'}",
        r"metrics gave 'high' \(str\) for 'x'; expected a mapping",
    ),
    "verifier: verify is a coroutine": Broken(
        JUDGED
        + "class judge(Judge):\n async def verify(self, response, problem, *, truncated=False):"
        " return Verdict(status=Status.CORRECT)",
        r"verify gave <coroutine .* \(coroutine\); expected a harness.core.Verdict",
        1,
    ),
    "verifier: it cannot be built": Broken(
        JUDGED + "class judge(Judge):\n def __init__(self): raise RuntimeError('no licence')",
        r"the verifier 'own' \(.*plugin\.py, line \d+\): RuntimeError: no licence",
        1,
    ),
    "verifier: it interrupts": Broken(
        JUDGED + "class judge(Judge):\n def verify(self, response, problem, *, truncated=False):"
        " raise KeyboardInterrupt",
        r"the verifier 'own' \(.*plugin\.py, line \d+\): KeyboardInterrupt",
        1,
    ),
    "verifier: a version that is a number": Broken(
        JUDGED + "class judge(Judge): version = 3", r"has version = 3 \(int\); expected str"
    ),
    "backend: negative usage": Broken(
        SAID.format(usage="prompt_tokens=-5, output_tokens=3", latency="0.1"),
        r"generate gave usage with prompt_tokens -5 \(int\); expected a whole number from 0",
    ),
    "backend: usage in words": Broken(
        SAID.format(usage="prompt_tokens='many', output_tokens=3", latency="0.1"),
        r"generate gave usage with prompt_tokens 'many' \(str\)",
    ),
    "backend: no time": Broken(
        SAID.format(usage="prompt_tokens=5, output_tokens=3", latency="float('nan')"),
        r"generate gave latency_s nan \(float\); expected seconds",
    ),
    "backend: no text": Broken(
        "class engine(Engine):\n async def generate(self, request):"
        " return Reply(completions=(Completion(text=None, finish=Finish.STOP),),"
        " usage=Usage(), latency_s=0)",
        r"expected harness.core.Completion with text",
    ),
    "backend: generate yields": Broken(
        "class engine(Engine):\n async def generate(self, request): yield 1",
        "generate is not a coroutine; expected `async def generate`",
    ),
    "backend: it cancels itself": Broken(
        "class engine(Engine):\n async def generate(self, request):\n"
        "  import asyncio; raise asyncio.CancelledError",
        r"the backend 'own:m' \(.*plugin\.py, line \d+\): CancelledError",
        1,
    ),
    "backend: it renders bytes": Broken(
        "class engine(Engine):\n def render(self, prompt, prefix=''): return b'x'",
        r"render gave b'x' \(bytes\); expected text",
    ),
    "backend: it counts in words": Broken(
        "class engine(Engine):\n def count_tokens(self, rendered): return 'three'",
        r"count_tokens gave 'three' \(str\); expected a whole number from 0",
    ),
    "backend: no fingerprint": Broken(
        "class engine(Engine):\n def __init__(self, spec):"
        " self.info = ModelInfo(spec='s', name='e', fingerprint=None)",
        "has info.fingerprint = None; expected text",
    ),
    "backend: it cannot close": Broken(
        "class engine(Engine):\n async def close(self): raise OSError('socket')",
        r"the backend 'own:m' \(.*plugin\.py, line \d+\): OSError: socket",
        1,
    ),
    "backend: its constructor wants more": Broken(
        "class engine(Engine):\n def __init__(self, spec, more): pass",
        r"the backend 'own' \(.*plugin\.py, line \d+\): TypeError: .*'more'",
        1,
    ),
    "proposer: propose is no coroutine": Broken(
        "class proposer(Plain):\n def propose(self, caller, n): return []",
        r"propose gave \[\] \(list\); expected an asynchronous generator",
        budget="own@2",
    ),
    "proposer: too many": Broken(
        "class proposer(Plain):\n async def propose(self, caller, n):\n"
        "  for d in await caller.sample(range(n + 3), Sampling(max_tokens=9)): yield (d,)",
        "propose yielded 3 chains or more; expected 2 of them",
        budget="own@2",
    ),
    "task: half a character": Broken(
        "class task(Good):\n def load(self, source):"
        " return [Problem(id='a', question='\\ud800', gold='7')]",
        r"load gave the problem 'a' \(str\) with half a character \(a lone surrogate\); expected text",
    ),
    "task: a message that is text": Broken(
        "class task(Good):\n def prompt(self, problem): return Prompt(('hello',))",
        r"prompt gave 'hello' \(str\) among the messages for 'p0'; expected harness.core.Message",
    ),
    "task: a role that is none": Broken(
        "class task(Good):\n def prompt(self, problem): return Prompt((Message('robot', 'q'),))",
        r"prompt gave a message of 'robot' \(str\) for 'p0'; expected one of system, user, assistant",
    ),
    "task: arguments of a verifier that are a number": Broken(
        "class task(Good):\n def verifier(self): return VerifierSpec('math', 3)",
        r"verifier gave VerifierSpec\(.*; expected a name, and arguments by name",
    ),
    "task: an exception that is no Exception": Broken(
        "class Odd(BaseException): pass\n"
        "class task(Good):\n def load(self, source): raise Odd('base')",
        r"the task 'own' \(.*plugin\.py, line \d+\): Odd: base$",
        1,
    ),
    "verifier: half a character": Broken(
        JUDGED + "class judge(Judge):\n def verify(self, response, problem, *, truncated=False):"
        " return Verdict(status=Status.CORRECT, key='\\ud800')",
        r"verify gave half a character \(a lone surrogate\); expected text that UTF-8 can hold",
        1,
    ),
    "backend: a context in words": Broken(
        "class engine(Engine):\n def __init__(self, spec):"
        " self.info = ModelInfo(spec='s', name='e', fingerprint='f', context='many')",
        r"has info.context = 'many' \(str\); expected a whole number from 1, or None",
    ),
    "backend: marks of nothing": Broken(
        "class engine(Engine):\n def __init__(self, spec):"
        " self.info = ModelInfo(spec='s', name='e', fingerprint='f', think=ThinkMarks('', ''))",
        r"has info.think = ThinkMarks\(.*; expected a harness.core.ThinkMarks of two texts, or None",
    ),
    "backend: an exception that is no Exception": Broken(
        "class Odd(BaseException): pass\n"
        "class engine(Engine):\n async def generate(self, request): raise Odd('gone')",
        r"the backend 'own:m' \(.*plugin\.py, line \d+\): Odd: gone$",
        1,
    ),
    "backend: more tokens than there are numbers": Broken(
        SAID.format(usage="prompt_tokens=5, output_tokens=2**80", latency="0.1"),
        r"generate gave usage with output_tokens 1208925819614629174706176 \(int\); expected",
    ),
    "proposer: a draw of its own": Broken(
        "class proposer(Plain):\n async def propose(self, caller, n):\n"
        "  for i in range(n): yield (Draw(id='x', prefix='', text='2', finish=Finish.STOP),)",
        r"propose yielded \(Sample\(.*; expected draws that `caller.sample` gave",
        budget="own@2",
    ),
    "proposer: one draw for two": Broken(
        "class proposer(Plain):\n async def propose(self, caller, n):\n"
        "  [d] = await caller.sample([0], Sampling(max_tokens=9))\n"
        "  for _ in range(n): yield (d,)",
        "propose yielded the same chain twice; expected draws of different indices",
        budget="own@2",
    ),
    "selector: arguments that no file can hold": Broken(
        "class selector(Chooser): args = {'x': object()}",
        r"has args = \{'x': <object .*; expected text, numbers or None by name",
        budget="vote@2:select=own",
    ),
    "proposer: chains without end": Broken(
        "class proposer(Plain):\n async def propose(self, caller, n):\n"
        "  import itertools\n  for i in itertools.count():\n"
        "   for d in await caller.sample([i], Sampling(max_tokens=9)): yield (d,)",
        "propose yielded 3 chains or more; expected 2 of them",
        budget="own@2",
    ),
    "proposer: it asks without end": Broken(
        "class proposer(Plain):\n async def propose(self, caller, n):\n"
        "  while True: d = await caller.sample([0], Sampling(max_tokens=9))\n  yield d",
        "propose went on asking for samples and scores; expected at most 1000 calls for each chain",
        budget="own@2",
    ),
    "task: what it gives cannot be shown": Broken(
        "class Odd:\n def __repr__(self): raise ValueError('no')\n"
        "class task(Good):\n def prompt(self, problem): return Odd()",
        r"prompt gave <Odd> \(Odd\) for 'p0'; expected a harness.core.Prompt",
    ),
    "task: an error of several lines": Broken(
        "class task(Good):\n def load(self, source): raise ValueError('one\\ntwo')",
        r"the task 'own' \(.*plugin\.py, line \d+\): ValueError: one two$",
        1,
    ),
    "proposer: its most tokens are text": Broken(
        "class proposer(Plain):\n def most_tokens(self, limit): return 'lots'",
        r"most_tokens gave 'lots' \(str\); expected a whole number",
        budget="own@2",
    ),
    "selector: no chance": Broken(
        "class selector(Chooser):\n def expect(self, pool, k): return {Status.CORRECT: float('nan')}",
        "expected a mapping from harness.core.Status to probabilities that sum to 1",
        budget="vote@2:select=own",
    ),
    "selector: expect is a coroutine": Broken(
        "class selector(Chooser):\n async def expect(self, pool, k): return {Status.CORRECT: 1.0}",
        r"expect gave <coroutine .*; expected a mapping",
        budget="vote@2:select=own",
    ),
    "selector: an error of nothing": Broken(
        "class selector(Chooser):\n def error(self, pool, k): return None",
        r"error gave None; expected a number from 0 on",
        budget="vote@2:select=own",
    ),
    "reward: steps in words": Broken(
        "class reward(Half):\n async def score(self, caller, responses):"
        " return [Graded(steps=('good',)) for _ in responses]",
        r"the reward 'own' \(.*, line \d+\): score gave steps \('good',\) \(tuple\); expected numbers",
        budget="best@2:reward=own",
    ),
    "reward: no number": Broken(
        "class reward(Half):\n async def score(self, caller, responses):"
        " return [Graded(steps=(float('nan'),)) for _ in responses]",
        r"gave nan instead of a value from 0 to 1",
        1,
        budget="best@2:reward=own",
    ),
    "reward: too few": Broken(
        "class reward(Half):\n async def score(self, caller, responses): return []",
        r"score gave \[\] \(list\); expected a list of 1 harness.budgets.Graded",
        budget="best@2:reward=own",
    ),
    "reward: score yields": Broken(
        "class reward(Half):\n async def score(self, caller, responses): yield Graded(steps=(0.5,))",
        "score is not a coroutine; expected `async def score`",
        budget="best@2:reward=own",
    ),
    "aggregation: it gives text": Broken(
        "harness.register('aggregations', 'mine', lambda steps: 'high')",
        r"the aggregation 'mine' \(.*, line \d+\): gave 'high' \(str\); expected a number",
        budget="best@2:reward=own,agg=mine",
    ),
    "stop rule: it lacks a method": Broken(
        "class Stop: pass\nharness.register('stops', 'mine', Stop)",
        r"the stop rule 'mine' \(.*, line \d+\): AttributeError: 'Stop' object has no attribute",
        1,
        budget="adaptive@3:stop=mine",
    ),
    "file: an import that is not there": Broken(
        "import nothing_like_this",
        r"plugin .*plugin\.py failed at line \d+: ModuleNotFoundError: No module named 'nothing",
    ),
    "file: it ends the process": Broken(
        "raise SystemExit(5)", r"plugin .*plugin\.py failed at line \d+: SystemExit: 5"
    ),
    "file: it calls itself for ever": Broken(
        "def f(): f()\nf()", r"plugin .*plugin\.py failed at line \d+: RecursionError"
    ),
    "file: a kind that is none": Broken(
        "harness.register('taks', 'x', Good)", r"did you mean 'tasks'"
    ),
    # files
    "file: it does not parse": Broken(
        "class task(", r"plugin .*plugin\.py failed at line \d+: Synta"
    ),
    "file: it takes a built-in name": Broken(
        "harness.register('verifiers', 'math', Judge)",
        r"plugin .*plugin\.py failed at line \d+: the verifier 'math' already exists \(from the "
        r"package 'reasoning-harness'\): choose another name, or pass replace=True",
    ),
    "file: an instance for a class": Broken(
        "harness.register('tasks', 'x', Good())", r"is not a class or function"
    ),
}

FOR_EVER = "\n  while True: pass"
SLEEPS = "\n  import time; time.sleep(10**6)"
IN_C = "\n  import re; re.match('(a+)+$', 'a' * 60 + 'b')"
WAITS = "\n  import asyncio; await asyncio.Event().wait()"
MADE = "\n def __init__(self, *args, **more):"


def _hanging(code: str, says: str, code_: int = 1, **more: str) -> Broken:
    return Broken(code, says, code_, **more)


HANGING = {
    "task: made": _hanging("class task(Good):" + MADE + FOR_EVER, r"the task 'own'"),
    "task: load": _hanging(
        "class task(Good):\n def load(self, source):" + FOR_EVER, "the task 'own'"
    ),
    "task: load sleeps": _hanging(
        "class task(Good):\n def load(self, source):" + SLEEPS, r"the task 'own'"
    ),
    "task: load gives what never ends": _hanging(
        "import collections.abc\nclass Endless(collections.abc.Sequence):\n"
        " def __len__(self): return 3\n def __getitem__(self, i):\n  while True: pass\n"
        "class task(Good):\n def load(self, source): return Endless()",
        r"the task 'own'",
    ),
    "task: prompt": _hanging(
        "class task(Good):\n def prompt(self, problem):" + FOR_EVER, r"the task 'own'"
    ),
    "task: prompt, within C": _hanging(
        "class task(Good):\n def prompt(self, problem):" + IN_C, r"the task 'own'"
    ),
    "task: verifier": _hanging(
        "class task(Good):\n def verifier(self):" + FOR_EVER, r"the task 'own'"
    ),
    "task: metrics": _hanging(
        "class task(Good):\n def metrics(self, scored):" + FOR_EVER, r"the task 'own'"
    ),
    "verifier: made": _hanging(
        JUDGED + "class judge(Judge):" + MADE + FOR_EVER, r"the verifier 'own'"
    ),
    "backend: made": _hanging("class engine(Engine):" + MADE + SLEEPS, r"the backend 'own'"),
    "backend: render": _hanging(
        "class engine(Engine):\n def render(self, prompt, prefix=''):" + FOR_EVER,
        r"the backend 'own:m'",
    ),
    "backend: generate awaits what never comes": _hanging(
        "class engine(Engine):\n async def generate(self, request):" + WAITS,
        r"the backend 'own:m' \(.*\): generate",
    ),
    "backend: generate holds the loop": _hanging(
        "class engine(Engine):\n async def generate(self, request):" + FOR_EVER,
        r"the backend 'own:m'",
    ),
    "backend: generate sleeps between two awaits": _hanging(
        "class engine(Engine):\n async def generate(self, request):\n"
        "  import asyncio; await asyncio.sleep(0)" + SLEEPS,
        r"the backend 'own:m'",
    ),
    "backend: generate waits for a thread": _hanging(
        "import asyncio, threading\nheld = threading.Event()\nclass engine(Engine):\n"
        " async def generate(self, request): await asyncio.to_thread(held.wait, 4)",
        r"the backend 'own:m' \(.*\): generate",
    ),
    "backend: close awaits what never comes": _hanging(
        "class engine(Engine):\n async def close(self):" + WAITS,
        r"the backend 'own:m' \(.*\): close",
    ),
    "proposer: made": _hanging(
        "class proposer(Plain):" + MADE + FOR_EVER, r"the proposer 'own'", budget="own@2"
    ),
    "proposer: propose holds the loop": _hanging(
        "class proposer(Plain):\n async def propose(self, caller, n):" + FOR_EVER + "\n  yield 1",
        r"the proposer 'own'",
        budget="own@2",
    ),
    "proposer: propose awaits what never comes": _hanging(
        "class proposer(Plain):\n async def propose(self, caller, n):\n"
        "  await caller.sample([0], Sampling(max_tokens=9))" + WAITS + "\n  yield 1",
        r"the proposer 'own' \(.*\): propose",
        budget="own@2",
    ),
    "selector: made": _hanging(
        "class selector(Chooser):" + MADE + FOR_EVER,
        r"the selector 'own'",
        budget="vote@2:select=own",
    ),
    "selector: expect, and takes every error": _hanging(
        "class selector(Chooser):\n def expect(self, pool, k):\n  while True:\n"
        "   try: pool[0]\n   except Exception: pass",
        r"the selector 'own'",
        budget="vote@2:select=own",
    ),
    "reward: made": _hanging(
        "class reward(Half):" + MADE + SLEEPS, r"the reward 'own'", budget="best@2:reward=own"
    ),
    "reward: score awaits what never comes": _hanging(
        "class reward(Half):\n async def score(self, caller, responses):" + WAITS,
        r"the reward 'own' \(.*\): score",
        budget="best@2:reward=own",
    ),
    "reward: score, within C": _hanging(
        "class reward(Half):\n async def score(self, caller, responses):" + IN_C,
        r"the reward 'own'",
        budget="best@2:reward=own",
    ),
    "aggregation": _hanging(
        "def forever(steps):" + FOR_EVER + "\nharness.register('aggregations', 'mine', forever)",
        r"the aggregation 'mine'",
        budget="best@2:reward=own,agg=mine",
    ),
    "stop rule: more": _hanging(
        "class Stop:\n def more(self, votes, drawn):"
        + SLEEPS
        + "\nharness.register('stops', 'mine', Stop)",
        r"the stop rule 'mine'",
        budget="adaptive@3:stop=mine",
    ),
    "stop rule: made": _hanging(
        "class Stop:" + MADE + FOR_EVER + "\nharness.register('stops', 'mine', Stop)",
        r"the stop rule 'mine'",
        budget="adaptive@3:stop=mine",
    ),
    "family: it makes no end": _hanging(
        "def family(name):" + FOR_EVER, r"the family 'fam'", task="fam:x"
    ),
    "file: its import": _hanging(
        "while True: pass", r"plugin .*plugin\.py failed at line \d+: it was", 2
    ),
    "file: its import waits": _hanging(
        "import threading; threading.Event().wait()",
        r"plugin .*plugin\.py failed at line \d+: it",
        2,
    ),
}
"""Plugins that never end; `says` is what the one line begins with."""
