"""Choosing what an issue tells: at most ten items, one an author, never what the reader knows already.

Pure functions: what could be told comes in in any order, and the same choice comes out (trust.md C3, "Ours").
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

import msgspec

from parley.digests.quality import is_good_enough

MOST = 10
# The sections in the order in which they are read, each with the kinds of items that may stand in it.
SECTIONS = {
    "you": ("reply", "mention"),
    "moved": ("followed", "read"),
    "revised": ("revised",),
    "picked": ("picked",),
    "best": ("best", "elsewhere"),
    "opened": ("opened",),
    "question": ("question",),
}
# How many items some of them may hold; and how many may be there once those about the reader's own threads are in, so
# that there is room for something they did not look for.
MOST_OF = {"you": 3, "revised": 1, "picked": 1, "question": 1, "opened": 2}
MOST_OWN = 6
# Stories from topics that are not the reader's: a window, not a second paper.
MOST_ELSEWHERE = 1
SIDES = ("supports", "challenges")
# After so many days half as much speaks for a comment.
HALF_DAYS = 7.0
DAY = 86_400

Key = tuple[int, int, int]
ORDER = {kind: place for place, kinds in enumerate(SECTIONS.values()) for kind in kinds}


class Candidate(msgspec.Struct, frozen=True):
    """What could be told: a comment or, without one, an article or its `revision`."""

    kind: str
    thread: int
    topic: str
    # When it was written. Who looked at the thread since then knows it.
    at: datetime
    worth: float
    comment: int | None = None
    revision: int | None = None
    # A member's id or an imported name; nobody has two items in one issue.
    author: str | None = None
    stance: str | None = None
    assisted: bool = False
    # How many comments are unread in the thread, of which this is the best (0: too many to count), and since when.
    unread: int = 0
    since: datetime | None = None

    @property
    def key(self) -> Key:
        """What makes it the same thing in another issue: the comment, or the article and its revision."""
        return (self.comment or 0, 0 if self.comment else self.thread, self.revision or 0)


class CandidateRow(msgspec.Struct, frozen=True):
    """A row about what could be told: a comment, or an article where there is none."""

    thread: int
    topic: str
    at: datetime
    # How surely readers find it worth reading: `comment.best`.
    best: float
    comment: int | None
    author: str | None
    stance: str | None
    assisted: bool
    # What speaks for the comment (quality.py).
    account_minutes: int | None
    ups: int
    replies: int

    def is_good_enough(self, kind: str) -> bool:
        """Whether it may be told as something of this kind. Articles always may."""
        return self.comment is None or is_good_enough(kind, self.account_minutes, self.ups, self.replies)

    def candidate(self, kind: str, now: datetime, *, unread: int = 0, since: datetime | None = None) -> Candidate:
        """What a row says, as something of this kind that could be told now."""
        return Candidate(
            kind=kind,
            thread=self.thread,
            topic=self.topic,
            at=self.at,
            worth=worth(self.best, self.at, now),
            comment=self.comment,
            author=self.author,
            stance=self.stance,
            assisted=self.assisted,
            unread=unread,
            since=since,
        )


class Reader(msgspec.Struct, frozen=True):
    """Whom the issue is for, and what they know, or do not want to read."""

    id: int
    # Theirs, by what they follow, read and write; empty for whom is new: every topic then counts as theirs.
    topics: frozenset[str] = frozenset()
    # When they last looked at a thread, or wrote or voted in it.
    seen: Mapping[int, datetime] = {}
    # What they were mailed before, in an issue or as a notification.
    mailed: frozenset[Key] = frozenset()
    # Whom they muted or blocked, and who blocked them.
    shut: frozenset[str] = frozenset()
    muted_threads: frozenset[int] = frozenset()
    muted_topics: frozenset[str] = frozenset()
    folds_assisted: bool = False


class Story(msgspec.Struct, frozen=True):
    """The best voices of one thread, the best first."""

    thread: int
    topic: str
    worth: float
    voices: tuple[Candidate, ...]


class Pool(msgspec.Struct, frozen=True):
    """What could be told to anybody: stories, new articles, open questions and what editors picked, the best first."""

    stories: tuple[Story, ...] = ()
    opened: tuple[Candidate, ...] = ()
    picked: tuple[Candidate, ...] = ()
    questions: tuple[Candidate, ...] = ()


def worth(best: float, at: datetime, now: datetime) -> float:
    """How much speaks for telling a comment: the share of readers who find it worth reading, less as it ages."""
    days = max(0.0, (now - at).total_seconds() / DAY)
    return best / (1 + days / HALF_DAYS)


def pooled(candidates: Iterable[Candidate]) -> Pool:
    """Lay out what could be told to anybody, once for many readers."""
    kinds: dict[str, list[Candidate]] = defaultdict(list)
    for one in sorted(candidates, key=_precedence):
        kinds[one.kind].append(one)
    return Pool(
        stories=tuple(_stories(kinds["best"])),
        opened=tuple(kinds["opened"]),
        picked=tuple(kinds["picked"]),
        questions=tuple(kinds["question"]),
    )


def select(reader: Reader, own: Sequence[Candidate], pool: Pool) -> list[Candidate]:
    """The items of one issue in the order in which they are read; none where there is nothing good to tell."""
    issue = _Issue(reader)
    moved = _stories(one for one in own if one.kind in SECTIONS["moved"])
    issue.take((one for one in own if one.kind in SECTIONS["you"]), MOST_OF["you"])
    issue.take_stories(moved, MOST_OWN)
    issue.take((one for one in own if one.kind == "revised"), MOST_OF["revised"])
    issue.take(pool.picked, MOST_OF["picked"])
    issue.take((one for one in pool.questions if reader_has(reader, one.topic)), MOST_OF["question"])
    issue.take_pool(pool.stories)
    issue.take((one for one in pool.opened if reader_has(reader, one.topic)), MOST_OF["opened"])
    issue.take_stories(moved, MOST)
    return sorted(issue.items, key=lambda one: ORDER[one.kind])


def reader_has(reader: Reader, topic: str) -> bool:
    """Whether `topic` is one of the reader's."""
    return topic in reader.topics or not reader.topics


def _is_known(reader: Reader, one: Candidate) -> bool:
    """Whether the reader wrote it, looked at its thread since, or was mailed it."""
    seen = reader.seen.get(one.thread)
    return one.author == str(reader.id) or one.key in reader.mailed or (seen is not None and one.at <= seen)


def _is_unwanted(reader: Reader, one: Candidate) -> bool:
    # Who follows a thread of a topic they mute wants to hear of that one.
    is_muted = one.thread in reader.muted_threads or (one.topic in reader.muted_topics and one.kind != "followed")
    return is_muted or one.author in reader.shut or (one.assisted and reader.folds_assisted)


def _stories(candidates: Iterable[Candidate]) -> list[Story]:
    """Candidates by their threads, that with the best voice first."""
    threads: dict[int, list[Candidate]] = defaultdict(list)
    for one in sorted(candidates, key=_precedence):
        threads[one.thread].append(one)
    stories = [Story(id_, found[0].topic, found[0].worth, tuple(found)) for id_, found in threads.items()]
    return sorted(stories, key=lambda story: (-story.worth, story.thread))


def _precedence(one: Candidate) -> tuple[float, Key, str]:
    return (-one.worth, one.key, one.kind)


class _Issue:
    """An issue while it is being filled."""

    def __init__(self, reader: Reader) -> None:
        self.reader = reader
        self.items: list[Candidate] = []
        self._authors: set[str] = set()
        self._keys: set[Key] = set()
        self._threads: set[int] = set()

    def take(self, candidates: Iterable[Candidate], most: int) -> None:
        """Take the best that fit, at most so many."""
        room = min(most, MOST - len(self.items))
        for one in sorted(candidates, key=_precedence):
            if room <= 0:
                return
            if self._fits(one):
                self._add(one)
                room -= 1

    def take_stories(self, stories: Iterable[Story], most: int) -> None:
        """Take the best stories while there is room for a pair of voices among `most` items."""
        for story in stories:
            if len(self.items) + len(SIDES) > most:
                return
            self._take_story(story)

    def take_pool(self, stories: Sequence[Story]) -> None:
        """Fill the room there is with the best of the reader's topics, and look once over the fence."""
        near = (story for story in stories if reader_has(self.reader, story.topic))
        self.take_stories(near, MOST)
        taken = 0
        for story in stories:
            if taken == MOST_ELSEWHERE or len(self.items) + len(SIDES) > MOST:
                return
            if not reader_has(self.reader, story.topic):
                taken += self._take_story(story, kind="elsewhere")

    def _take_story(self, story: Story, kind: str | None = None) -> bool:
        """Take one voice of each side, or the best where only one side speaks; whether anything was taken.

        A side whose voices the reader knows has spoken to them already.
        """
        fitting = [one for one in story.voices if self._fits(one)]
        if not fitting:
            return False
        for one in _pair(fitting) or fitting[:1]:
            self._add(msgspec.structs.replace(one, kind=kind or one.kind))
        return True

    def _fits(self, one: Candidate) -> bool:
        if one.key in self._keys or one.author in self._authors:
            return False
        if one.kind not in SECTIONS["you"] and one.thread in self._threads:
            return False
        return not _is_known(self.reader, one) and not _is_unwanted(self.reader, one)

    def _add(self, one: Candidate) -> None:
        self.items.append(one)
        self._keys.add(one.key)
        self._threads.add(one.thread)
        if one.author is not None:
            self._authors.add(one.author)


def _pair(voices: Sequence[Candidate]) -> tuple[Candidate, ...]:
    """The best voice of each side by two authors, or nothing where there are not two sides."""
    for first in voices:
        if first.stance not in SIDES:
            continue
        for other in voices:
            if other.stance in SIDES and other.stance != first.stance and other.author != first.author:
                return tuple(sorted((first, other), key=lambda one: SIDES.index(one.stance or "")))
    return ()
