"""Choosing the items of an issue: at most ten, one per author, nothing that the reader knows already.

Pure functions: the order of the candidates does not change the choice.
"""

from collections.abc import Iterable, Sequence

import msgspec

from parley.digests.candidates import Candidate, DigestReader, Key, Pool, Story, precedence, stories_of

MOST_ITEMS = 10
# The sections in order, each with its kinds of items.
SECTIONS = {
    "you": ("reply", "mention"),
    "moved": ("followed", "read"),
    "revised": ("revised",),
    "picked": ("picked",),
    "best": ("best", "elsewhere"),
    "opened": ("opened",),
    "question": ("question",),
}
# The most items of some sections; and the most items in all once those from the reader's own threads are in, so that
# there is room for something else.
MOST_OF = {"you": 3, "revised": 1, "picked": 1, "question": 1, "opened": 2}
MOST_OWN = 6
# Stories from topics that are not the reader's.
MOST_ELSEWHERE = 1
SIDES = ("supports", "challenges")

ORDER = {kind: index for index, kinds in enumerate(SECTIONS.values()) for kind in kinds}


def select(reader: DigestReader, own: Sequence[Candidate], pool: Pool) -> list[Candidate]:
    """Return the items of one issue in order; none if there is nothing good enough."""
    issue = _Issue(reader)
    moved = stories_of(one for one in own if one.kind in SECTIONS["moved"])
    issue.take((one for one in own if one.kind in SECTIONS["you"]), MOST_OF["you"])
    issue.take_stories(moved, MOST_OWN)
    issue.take((one for one in own if one.kind == "revised"), MOST_OF["revised"])
    issue.take(pool.picked, MOST_OF["picked"])
    issue.take((question for question in pool.questions if reader_has(reader, question.topic)), MOST_OF["question"])
    issue.take_pool(pool.stories)
    issue.take((one for one in pool.opened if reader_has(reader, one.topic)), MOST_OF["opened"])
    issue.take_stories(moved, MOST_ITEMS)
    return sorted(issue.items, key=lambda item: ORDER[item.kind])


def reader_has(reader: DigestReader, topic: str) -> bool:
    """Whether `topic` is one of the reader's."""
    return topic in reader.topics or not reader.topics


def is_author(reader: DigestReader, candidate: Candidate) -> bool:
    return candidate.author == str(reader.id)


def has_seen(reader: DigestReader, candidate: Candidate) -> bool:
    """Whether the reader was in the thread since it was written."""
    seen = reader.seen.get(candidate.thread)
    return seen is not None and candidate.at <= seen


def was_mailed(reader: DigestReader, candidate: Candidate) -> bool:
    return candidate.key in reader.mailed


def mutes(reader: DigestReader, candidate: Candidate) -> bool:
    """Whether the reader muted the thread or its topic. A followed thread is included even if its topic is muted."""
    return candidate.thread in reader.muted_threads or (
        candidate.topic in reader.muted_topics and candidate.kind != "followed"
    )


def hides_author(reader: DigestReader, candidate: Candidate) -> bool:
    return candidate.author in reader.hidden_authors


def collapses(reader: DigestReader, candidate: Candidate) -> bool:
    return candidate.assisted and reader.collapses_assisted


# What keeps a candidate from a reader (absence.py says each in words).
OBJECTIONS = (is_author, has_seen, was_mailed, mutes, hides_author, collapses)


class _Issue:
    """An issue while it is being filled."""

    def __init__(self, reader: DigestReader) -> None:
        self.reader = reader
        self.items: list[Candidate] = []
        self._authors: set[str] = set()
        self._keys: set[Key] = set()
        self._threads: set[int] = set()

    def take(self, candidates: Iterable[Candidate], most: int) -> None:
        """Take the best candidates that fit, at most `most`."""
        room = min(most, MOST_ITEMS - len(self.items))
        for candidate in sorted(candidates, key=precedence):
            if room <= 0:
                return
            if self._fits(candidate):
                self._add(candidate)
                room -= 1

    def take_stories(self, stories: Iterable[Story], most: int) -> None:
        """Take the best stories while there is room for a pair of perspectives within `most` items."""
        for story in stories:
            if len(self.items) + len(SIDES) > most:
                return
            self._take_story(story)

    def take_pool(self, stories: Sequence[Story]) -> None:
        """Fill the issue with the best stories of the reader's topics, then of other topics."""
        near = (story for story in stories if reader_has(self.reader, story.topic))
        self.take_stories(near, MOST_ITEMS)
        taken = 0
        for story in stories:
            if taken == MOST_ELSEWHERE or len(self.items) + len(SIDES) > MOST_ITEMS:
                return
            if not reader_has(self.reader, story.topic):
                taken += self._take_story(story, kind="elsewhere")

    def _take_story(self, story: Story, kind: str | None = None) -> bool:
        """Take the best of each side, or the best perspective if only one side is new. Return whether any was."""
        fitting = [perspective for perspective in story.perspectives if self._fits(perspective)]
        if not fitting:
            return False
        for one in _pair(fitting) or fitting[:1]:
            self._add(msgspec.structs.replace(one, kind=kind or one.kind))
        return True

    def _fits(self, candidate: Candidate) -> bool:
        if candidate.key in self._keys or candidate.author in self._authors:
            return False
        if candidate.kind not in SECTIONS["you"] and candidate.thread in self._threads:
            return False
        return not any(objects(self.reader, candidate) for objects in OBJECTIONS)

    def _add(self, candidate: Candidate) -> None:
        self.items.append(candidate)
        self._keys.add(candidate.key)
        self._threads.add(candidate.thread)
        if candidate.author is not None:
            self._authors.add(candidate.author)


def _pair(perspectives: Sequence[Candidate]) -> tuple[Candidate, ...]:
    """Return the best perspective of each side, by two authors, or nothing if there is only one side."""
    for first in perspectives:
        if first.stance not in SIDES:
            continue
        for other in perspectives:
            if other.stance in SIDES and other.stance != first.stance and other.author != first.author:
                return tuple(sorted((first, other), key=lambda one: SIDES.index(one.stance or "")))
    return ()
