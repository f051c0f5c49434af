"""Every strategy once more, short and plain, from the papers; nothing of the product is used.

Each is a generator of its answers, as what the assistant has said in all.
"""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass, field, replace

from scipy.stats import beta as beta_distribution

from harness.core import Message

from .world import Full

OPEN, CLOSE = "<think>", "</think>"


# Wang et al. 2022; Brown et al. 2024: independent samples. s1 (Muennighoff et al. 2025): a thought
# of at most `think` tokens, closed, then the answer; "Wait" in place of an end that comes early.
def answer(world, number, think=None, at_least=0, waits=None, greedy=False, prompt=None):
    if think is None:
        return world.draw("", number, world.limit, greedy=greedy, prompt=prompt).all
    empty = world.room(OPEN + CLOSE, prompt)
    kept = min(world.limit, max(empty // 4, 1))  # for the answer
    most = min(think, empty - kept)
    thought = before = OPEN
    used = words = silent = times = 0
    while most > used:
        left = most - used
        if thought != OPEN:
            left = min(left, world.room(thought + CLOSE, prompt) - kept)
            if left < 1:
                thought = before
                break
        said = world.draw(thought, number, left, (CLOSE,), greedy, prompt)
        before = thought = said.all
        used, words = used + said.tokens, words + said.words
        silent = 0 if said.words else silent + 1
        if said.why == "limit":
            break
        if waits is None and (not at_least or words >= at_least or silent > 16):
            break
        if waits is not None and (times >= waits or (at_least and words >= at_least)):
            break
        thought, times = thought + "Wait", times + 1
        if most <= used:
            thought = before
    return world.draw(thought + CLOSE, number, world.limit, (), greedy, prompt).all


def independent(world, n, **how):
    for number in range(n):
        yield answer(world, number, **how)


# Aggarwal et al. 2023: stop when the leader of the vote is ahead with probability above p.
def adaptive(world, n, key, p=0.95, **how):
    votes, done = Counter(), 0

    def sure(a, b):
        return beta_distribution.sf(0.5, a + 1, b + 1) > p

    while done < n:
        a, b = ([c for _, c in votes.most_common(2)] + [0, 0])[:2]
        if a and sure(a, b):
            return
        more = next(m for m in range(1, 10**6) if sure(a + m, b))
        for number in range(done, min(done + more, n)):
            said = answer(world, number, **how)
            yield said
            if key(said) is not None:
                votes[key(said)] += 1
        done += more


# Snell et al. 2024, sec. 6: chains of revisions, each shown the last four answers.
def revise(world, chains, length, request, window=4):
    for chain in range(chains):
        told = []
        for turn in range(length):
            shown = told[-window:]
            while True:
                prompt = world.prompt
                for one in shown:
                    more = (Message("assistant", one), Message("user", request))
                    prompt = replace(prompt, messages=(*prompt.messages, *more))
                if len(shown) <= 1 or world.room("", prompt) >= world.limit:
                    break
                shown = shown[1:]
            said = answer(world, turn * chains + chain, prompt=prompt)
            yield said
            told.append(said.rpartition(CLOSE)[2].strip())


@dataclass(frozen=True)
class Path:
    said: str = ""  # with the newline behind the last step
    shown: str = ""  # without it
    tokens: int = 0
    over: bool = False


def step(world, path, whole=False, greedy=False, number=None):
    number = world.fresh(path.said) if number is None else number
    left = world.limit - path.tokens
    got = world.draw(path.said, number, left, () if whole else ("\n",), greedy)
    tokens, said = path.tokens + got.tokens, got.all + "\n"
    over = got.why != "\n" or tokens >= world.limit or world.room(said) < 1
    return Path(said, got.all, tokens, over or whole)


def shown(path):
    return path.shown if path.over else path.said


# search-and-learn's beam_search: n draws a round, the best n/m of what is not finished go on, until
# n are finished (later ones are not among its answers: `completed_beams[:n]`).
def beam(world, n, m, value, ahead=0, rounds=40):
    kept, finished = [Path()], 0
    for round_ in range(rounds):
        alive = []
        copies = [kept[i % len(kept)] for i in range(n)]
        for parent in kept:
            for _ in range(sum(c is parent for c in copies)):
                path = step(world, parent, whole=round_ == rounds - 1)
                if not path.over:
                    alive.append(path)
                elif finished < n:
                    finished += 1
                    yield path.shown
        if finished == n:
            return
        if n // m < len(alive):
            ends = []
            for path in alive:  # Snell et al.: k steps ahead at temperature 0
                for _ in range(ahead):
                    if not path.over:
                        path = step(world, path, greedy=True, number=0)
                ends.append(shown(path))
            values = [value(end) for end in ends]  # together, once all are rolled out
            best = sorted(range(len(alive)), key=lambda i: -values[i])[: n // m]
            kept = [alive[i] for i in sorted(best)]
        else:
            kept = alive


# search-and-learn's dvts: n/m subtrees, the best of m candidates goes on, finished ones included.
def dvts(world, n, m, value, rounds=40):
    for tree in range(n // m):
        numbers, path = Counter(), Path()
        for round_ in range(rounds):
            last, drawn = round_ == rounds - 1, []
            try:
                for _ in range(m):
                    number = tree * 2**20 + numbers[path.said]
                    numbers[path.said] += 1
                    drawn.append(step(world, path, whole=last, number=number))
            except Full:
                yield from (p.shown for p in drawn if p.over)
                raise
            if last or all(p.over for p in drawn):
                yield from (p.shown for p in drawn)
                break
            path = max(drawn, key=lambda p: value(shown(p))) if m > 1 else drawn[0]
            if path.over:
                yield from (p.shown for p in drawn)
                break


@dataclass(eq=False)
class Node:
    path: Path
    parent: Node = None
    children: list = field(default_factory=list)
    tried: int = 0
    visits: int = 0
    total: float = 0.0


# Kocsis & Szepesvari 2006, with virtual losses (Chaslot et al. 2008).
def mcts(world, n, value, width=4, batch=8, c=2**0.5):
    root, done = Node(Path()), 0

    def uct(node):
        if not node.visits:
            return math.inf
        bonus = c * math.sqrt(math.log(max(node.parent.visits, 1)) / node.visits)
        return node.total / node.visits + bonus

    def upwards(node):
        while node is not None:
            yield node
            node = node.parent

    while done < n:
        walks = []
        for _ in range(min(batch, n - done)):
            node = root
            while not node.path.over and node.tried >= width and node.children:
                node = max(node.children, key=uct)
            if not node.path.over:
                if node.tried >= width:
                    break
                node.tried += 1
            for above in upwards(node):
                above.visits += 1
            walks.append(node)
        numbers = [None if w.path.over else world.fresh(w.path.said) for w in walks]
        backed = []
        for walk, number in zip(walks, numbers, strict=True):
            if number is None:
                backed.append((walk, walk, walk.path))
                continue
            grown = step(world, walk.path, number=number)
            same = (
                x for x in walk.children if (x.path.said, x.path.over) == (grown.said, grown.over)
            )
            leaf = next(same, None)
            if leaf is None:
                leaf = Node(grown, walk)
                walk.children.append(leaf)
            end = grown if grown.over else step(world, leaf.path, whole=True)
            yield end.shown
            backed.append((walk, leaf, end))
        for walk, leaf, end in backed:
            leaf.visits += leaf is not walk
            for above in upwards(leaf):
                above.total += value(end.shown)
        done += len(walks)


@dataclass(eq=False)
class Place:
    path: Path
    rewards: list = field(default_factory=list)  # of resuming here, oldest first
    under_way: int = 0
    children: dict = field(default_factory=dict)  # step: (rewards, [walks under way], place)


# DeepSeek-Prover-V1.5 (Xin et al. 2024, sec. 3.2-3.3): discounted UCB over steps and "resume here".
def rmaxts(world, n, solved=None, gamma=0.99, batch=8):
    root, done = Place(Path()), 0

    def figures(rewards, under_way):
        each = [*rewards, *([0.0] * under_way)]
        weights = [gamma ** (len(each) - 1 - i) for i in range(len(each))]
        return sum(weights), sum(w * r for w, r in zip(weights, each, strict=True))

    def walk():
        node, taken = root, []
        while True:
            arms = [(node.rewards, node, "under_way", None)]
            arms += [(r, holder, 0, place) for r, holder, place in node.children.values()]
            counts = [figures(a[0], a[1].under_way if a[3] is None else a[1][0]) for a in arms]
            total = sum(visits for visits, _ in counts)

            def bound(i, counts=counts, total=total):
                visits, won = counts[i]
                if visits == 0:
                    return math.inf
                return won / visits + math.sqrt(2 * math.log(max(total, 1.0)) / visits)

            rewards, holder, _, place = arms[max(range(len(arms)), key=bound)]
            if place is None:
                node.under_way += 1
                return [*taken, (rewards, node, None)], node
            holder[0] += 1
            taken.append((rewards, holder, place))
            node = place

    while done < n:
        walks = [walk() for _ in range(min(batch, n - done))]
        order = {}
        for number, (_, place) in enumerate(walks):
            order.setdefault(place, []).append(number)
        asked = [
            (place, i, world.fresh(place.path.said)) for place, each in order.items() for i in each
        ]
        ends = {}
        for place, i, number in asked:
            ends[i] = step(world, place.path, whole=True, number=number)
            yield ends[i].shown
        for i, (taken, place) in enumerate(walks):
            news, said = False, place.path.said
            rest = ends[i].shown[len(said) :]
            rate = (ends[i].tokens - place.path.tokens) / max(len(rest), 1)
            grown = 0
            for line in rest.split("\n")[:-1]:
                said, grown = said + line + "\n", grown + len(line) + 1
                tokens = place_tokens(walks[i][1].path.tokens, rate, grown)
                if tokens >= world.limit or world.room(said) < 1:
                    break
                if line not in place.children:
                    place.children[line] = ([], [0], Place(Path(said, said[:-1], tokens)))
                    news = True
                place = place.children[line][2]
            for rewards, holder, child in taken:
                rewards.append(float(news))
                if child is None:
                    holder.under_way -= 1
                else:
                    holder[0] -= 1
        done += len(walks)
        if solved is not None and any(solved(end.shown) for end in ends.values()):
            return


def place_tokens(before, rate, characters):
    """Tokens of a node inside a solution, by its share of the characters."""
    return before + math.ceil(rate * characters)


def collect(answers):
    """All answers, up to a ceiling."""
    found = []
    try:
        for one in answers:
            found.append(one)  # noqa: PERF402 - what stands before the ceiling is kept
    except Full:
        pass
    return found
