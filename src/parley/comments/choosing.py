"""Choosing which comments to show of those that compete: the best ones, each with the comments it answers."""

import heapq
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping

import msgspec


class Node(msgspec.Struct, frozen=True):
    """A candidate: `rank` orders siblings and competes for a place, higher first."""

    id: int
    parent: int | None
    rank: float
    reply_count: int
    # Whether all its better siblings are among the candidates too, and not just what some of them answer.
    ranked: bool = True


class Tree(msgspec.Struct, frozen=True):
    """What is shown: roots and children in order, and where something is left out."""

    roots: list[int]
    children: dict[int, list[int]]
    # For each shown comment with replies left out: how many, and the last one shown (None: none is).
    hidden: dict[int, tuple[int, int | None]]
    # The last root shown when there are more roots, else None.
    last_root: int | None

    @property
    def ids(self) -> list[int]:
        return [*self.roots, *(child for children in self.children.values() for child in children)]


def choose(
    nodes: Iterable[Node], top: int | None, most: int, *, evenly: bool = False, kept: Collection[int] = ()
) -> Tree:
    """Choose `most` of `nodes` below `top` (None: the thread): always the best one whose parent is already in.

    Those `kept` have their places before the choice begins; their parents, if any, are among them.

    This is old Reddit's selection: a max-heap over the candidates, from the roots down. `evenly` is for orders in
    which replies always outrank what they answer, so that the first root's would take every place: there the
    first few of each level come before the later ones. Either way the shown siblings are the first of theirs.
    """
    # A comment that came in twice, by its rank and as somebody's ancestor, counts by its rank.
    known = {node.id: node for node in sorted(nodes, key=lambda node: node.ranked)}
    below = _families(known)
    chosen = _evenly(below, top, most) if evenly else _best(below, top, most, kept)
    children: dict[int, list[int]] = {}
    hidden: dict[int, tuple[int, int | None]] = {}
    for node in known.values():
        if node.id not in chosen:
            continue
        shown = [child.id for child in below.get(node.id, ()) if child.id in chosen]
        if shown:
            children[node.id] = shown
        if node.reply_count > len(shown):
            hidden[node.id] = (node.reply_count - len(shown), shown[-1] if shown else None)
    roots = [node.id for node in below.get(top, ()) if node.id in chosen]
    more = len(below.get(top, ())) > len(roots)
    return Tree(roots, children, hidden, roots[-1] if roots and more else None)


def _families(known: Mapping[int, Node]) -> dict[int | None, list[Node]]:
    """The candidates below each comment in order, without those before which a better sibling may be missing."""
    below: dict[int | None, list[Node]] = defaultdict(list)
    for node in sorted(known.values(), key=_precedence):
        below[node.parent].append(node)
    for parent, siblings in below.items():
        answered = known.get(parent) if parent is not None else None
        if answered is None or len(siblings) < answered.reply_count:
            below[parent] = [one for one in siblings if one.ranked]
    return below


def _precedence(node: Node) -> tuple[float, int]:
    return (-node.rank, node.id)


def _best(below: dict[int | None, list[Node]], top: int | None, most: int, kept: Collection[int]) -> set[int]:
    chosen = set(kept)
    open_ = [node for parent in (top, *kept) for node in below.get(parent, ()) if node.id not in chosen]
    heap = [(*_precedence(node), node.id) for node in open_]
    heapq.heapify(heap)
    while heap and len(chosen) < most:
        _, _, best = heapq.heappop(heap)
        chosen.add(best)
        for child in below.get(best, ()):
            heapq.heappush(heap, (*_precedence(child), child.id))
    return chosen


def _evenly(below: dict[int | None, list[Node]], top: int | None, most: int) -> set[int]:
    """The cheapest, where a comment costs one more than what it answers and its place among its siblings."""
    heap = [(place, node.id) for place, node in enumerate(below.get(top, ()))]
    chosen: set[int] = set()
    while heap and len(chosen) < most:
        cost, first = heapq.heappop(heap)
        chosen.add(first)
        for place, child in enumerate(below.get(first, ())):
            heapq.heappush(heap, (cost + 1 + place, child.id))
    return chosen
