"""Choosing which candidates to show: the best comments, each with its ancestors."""

import heapq
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence

import msgspec


class Node(msgspec.Struct, frozen=True):
    """A candidate. A higher `rank` comes first, among its siblings and in the choice."""

    id: int
    parent: int | None
    rank: float
    reply_count: int
    # Whether all better siblings are candidates too. False for a comment that is here only as an ancestor.
    ranked: bool = True
    # About how many bytes of a page it takes.
    size: int = 0


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


class Room(msgspec.Struct, frozen=True):
    """How many comments fit on a page, and how many bytes they may take together."""

    comments: int
    bytes: int


def choose(
    nodes: Iterable[Node], top: int | None, room: Room, *, evenly: bool = False, kept: Collection[int] = ()
) -> Tree:
    """Choose the `nodes` below `top` (None for the thread) that fit: each time the best node whose parent is chosen.

    The first that does not fit is the last that is looked at, so that later pages begin after the last one chosen. The
    nodes in `kept` are chosen before others, as far as half of the bytes go. This is old Reddit's selection: a max-heap
    over the candidates, from the roots down. In an order in which replies always outrank their parents, the replies to
    the first root would fill the page: `evenly` takes the first few of each level before later ones.
    """
    # A comment found twice, by its rank and as an ancestor, counts by its rank.
    known = {node.id: node for node in sorted(nodes, key=lambda node: node.ranked)}
    below = _candidates_below(known)
    first = _fitting((known[node] for node in kept), room.bytes // 2)
    chosen = _choose_cheapest(below, top, room) if evenly else _choose_best(below, top, room, first)
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


def _fitting(nodes: Iterable[Node], most: int) -> list[Node]:
    """Return the best nodes that take at most `most` bytes together, and one at least."""
    chosen: list[Node] = []
    for node in sorted(nodes, key=_precedence):
        most -= node.size
        if chosen and most < 0:
            break
        chosen.append(node)
    return chosen


class _Chosen:
    """The nodes that were chosen, and the room that is left."""

    def __init__(self, room: Room, first: Iterable[Node] = ()) -> None:
        self._comments, self._bytes = room.comments, room.bytes
        self.ids: set[int] = set()
        for node in first:
            self._take(node)

    def add(self, node: Node) -> bool:
        """Choose a node; return False if it does not fit. The first one always does."""
        if self.ids and (len(self.ids) >= self._comments or node.size > self._bytes):
            return False
        self._take(node)
        return True

    def _take(self, node: Node) -> None:
        self.ids.add(node.id)
        self._bytes -= node.size


def _choose_best(below: dict[int | None, list[Node]], top: int | None, room: Room, first: Sequence[Node]) -> set[int]:
    chosen = _Chosen(room, first)
    parents = (top, *(node.id for node in first))
    candidates = (node for parent in parents for node in below.get(parent, ()) if node.id not in chosen.ids)
    heap = [(_precedence(node), node) for node in candidates]
    heapq.heapify(heap)
    while heap:
        _, best = heapq.heappop(heap)
        if not chosen.add(best):
            break
        for child in below.get(best.id, ()):
            heapq.heappush(heap, (_precedence(child), child))
    return chosen.ids


def _choose_cheapest(below: dict[int | None, list[Node]], top: int | None, room: Room) -> set[int]:
    """Choose the cheapest nodes. A node costs one more than its parent, plus its index among its siblings."""
    heap = [(index, node.id, node) for index, node in enumerate(below.get(top, ()))]
    chosen = _Chosen(room)
    while heap:
        cost, _, first = heapq.heappop(heap)
        if not chosen.add(first):
            break
        for index, child in enumerate(below.get(first.id, ())):
            heapq.heappush(heap, (cost + 1 + index, child.id, child))
    return chosen.ids
