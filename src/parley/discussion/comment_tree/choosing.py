"""Choosing which candidates to show: the best comments, each with its ancestors."""

import heapq
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping

import msgspec


class Node(msgspec.Struct, frozen=True):
    """A candidate. A higher `rank` comes first, among its siblings and in the choice."""

    id: int
    parent: int | None
    rank: float
    reply_count: int
    # Whether all better siblings are candidates too. False for a comment that is here only as an ancestor.
    ranked: bool = True


class Tree(msgspec.Struct, frozen=True):
    """The comments shown: roots and children in order, and where comments are left out."""

    roots: list[int]
    children: dict[int, list[int]]
    # For each comment with replies left out: how many, and the last reply shown (None if none is).
    hidden: dict[int, tuple[int, int | None]]
    # The last root shown if there are more roots, else None.
    last_root: int | None

    @property
    def ids(self) -> list[int]:
        return [*self.roots, *(child for children in self.children.values() for child in children)]


def choose(
    nodes: Iterable[Node], top: int | None, most: int, *, evenly: bool = False, kept: Collection[int] = ()
) -> Tree:
    """Choose `most` of `nodes` below `top` (None for the thread): each time the best node whose parent is chosen.

    The nodes in `kept` are chosen from the start. This is old Reddit's selection: a max-heap over the candidates, from
    the roots down. In an order in which replies always outrank their parents, the replies to the first root would fill
    the page: `evenly` takes the first few of each level before later ones.
    """
    # A comment found twice, by its rank and as an ancestor, counts by its rank.
    known = {node.id: node for node in sorted(nodes, key=lambda node: node.ranked)}
    below = _candidates_below(known)
    chosen = _choose_cheapest(below, top, most) if evenly else _choose_best(below, top, most, kept)
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


def _candidates_below(known: Mapping[int, Node]) -> dict[int | None, list[Node]]:
    """Return the candidates below each comment in order, without those that a missing sibling may precede."""
    below: dict[int | None, list[Node]] = defaultdict(list)
    for node in sorted(known.values(), key=_precedence):
        below[node.parent].append(node)
    for parent, siblings in below.items():
        parent_node = known.get(parent) if parent is not None else None
        if parent_node is None or len(siblings) < parent_node.reply_count:
            below[parent] = [sibling for sibling in siblings if sibling.ranked]
    return below


def _precedence(node: Node) -> tuple[float, int]:
    return (-node.rank, node.id)


def _choose_best(below: dict[int | None, list[Node]], top: int | None, most: int, kept: Collection[int]) -> set[int]:
    chosen = set(kept)
    candidates = [node for parent in (top, *kept) for node in below.get(parent, ()) if node.id not in chosen]
    heap = [(*_precedence(node), node.id) for node in candidates]
    heapq.heapify(heap)
    while heap and len(chosen) < most:
        _, _, best = heapq.heappop(heap)
        chosen.add(best)
        for child in below.get(best, ()):
            heapq.heappush(heap, (*_precedence(child), child.id))
    return chosen


def _choose_cheapest(below: dict[int | None, list[Node]], top: int | None, most: int) -> set[int]:
    """Choose the cheapest nodes. A node costs one more than its parent, plus its index among its siblings."""
    heap = [(index, node.id) for index, node in enumerate(below.get(top, ()))]
    chosen: set[int] = set()
    while heap and len(chosen) < most:
        cost, first = heapq.heappop(heap)
        chosen.add(first)
        for index, child in enumerate(below.get(first, ())):
            heapq.heappush(heap, (cost + 1 + index, child.id))
    return chosen
