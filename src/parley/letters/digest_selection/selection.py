"""Choosing the items of an issue: at most ten, one per author, nothing that the reader knows already.

Pure functions: the order of the candidates does not change the choice.
"""

from collections.abc import Iterable, Sequence

import msgspec

from parley.letters.digest_selection.candidates import (
    Candidate,
    DigestReader,
    ItemKey,
    SharedCandidates,
    ThreadCandidates,
    by_thread,
    precedence,
)

MOST_ITEMS = 10
# The sections in order, each with its kinds of items.
SECTIONS = {
    "you": ("reply", "mention"),
    "new": ("followed", "read"),
    "revised": ("revised",),
    "picked": ("picked",),
    "best": ("best", "elsewhere"),
    "opened": ("opened",),
    "question": ("question",),
}
# The most items of a section.
MOST_OF = {"you": 3, "revised": 1, "picked": 1, "question": 1, "opened": 2}
# The threads that the reader reads or follows get at most this many items, to leave room for others.
MOST_OWN = 6
# Threads from topics that are not the reader's.
MOST_ELSEWHERE = 1
SIDES = ("supports", "challenges")

SECTION_INDEX = {kind: index for index, kinds in enumerate(SECTIONS.values()) for kind in kinds}


def select(reader: DigestReader, own: Sequence[Candidate], shared: SharedCandidates) -> list[Candidate]:
    """Return the items of one issue in order; none if there is nothing good enough."""
    issue = _Issue(reader)
    new = by_thread(candidate for candidate in own if candidate.kind in SECTIONS["new"])
    issue.take((candidate for candidate in own if candidate.kind in SECTIONS["you"]), MOST_OF["you"])
    issue.take_threads(new, MOST_OWN)
    issue.take((candidate for candidate in own if candidate.kind == "revised"), MOST_OF["revised"])
    issue.take(shared.picked, MOST_OF["picked"])
    issue.take((question for question in shared.questions if is_own_topic(reader, question.topic)), MOST_OF["question"])
    issue.take_shared(shared.threads)
    issue.take((candidate for candidate in shared.opened if is_own_topic(reader, candidate.topic)), MOST_OF["opened"])
    issue.take_threads(new, MOST_ITEMS)
    return sorted(issue.items, key=lambda item: SECTION_INDEX[item.kind])


def is_own_topic(reader: DigestReader, topic: str) -> bool:
    return topic in reader.topics or not reader.topics


def is_author(reader: DigestReader, candidate: Candidate) -> bool:
    return candidate.author == str(reader.id)


def has_seen(reader: DigestReader, candidate: Candidate) -> bool:
    """Whether the reader read the comment, or was in the thread since its article was written or revised."""
    times = reader.read_until if candidate.comment else reader.opened
    until = times.get(candidate.thread)
    return candidate.comment in reader.read or (until is not None and candidate.at <= until)


def is_already_sent(reader: DigestReader, candidate: Candidate) -> bool:
    return candidate.key in reader.already_sent


def mutes(reader: DigestReader, candidate: Candidate) -> bool:
    """Whether the reader muted the thread or its topic. A followed thread is included even if its topic is muted."""
    return candidate.thread in reader.muted_threads or (
        candidate.topic in reader.muted_topics and candidate.thread not in reader.followed_threads
    )


def hides_author(reader: DigestReader, candidate: Candidate) -> bool:
    return candidate.author in reader.hidden_authors


def collapses(reader: DigestReader, candidate: Candidate) -> bool:
    return candidate.assisted and reader.collapses_assisted


# Reasons to leave a candidate out (absence.py puts each into words).
EXCLUSIONS = (is_author, has_seen, is_already_sent, mutes, hides_author, collapses)


class _Issue:
    def __init__(self, reader: DigestReader) -> None:
        self.reader = reader
        self.items: list[Candidate] = []
        self._authors: set[str] = set()
        self._keys: set[ItemKey] = set()
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

    def take_threads(self, threads: Iterable[ThreadCandidates], most: int) -> None:
        """Take the best threads while there is room for two comments within `most` items."""
        for thread in threads:
            if len(self.items) + len(SIDES) > most:
                return
            self._take_thread(thread)

    def take_shared(self, threads: Sequence[ThreadCandidates]) -> None:
        """Fill the issue with the best threads of the reader's topics, then of other topics."""
        own = (thread for thread in threads if is_own_topic(self.reader, thread.topic))
        self.take_threads(own, MOST_ITEMS)
        taken = 0
        for thread in threads:
            if taken == MOST_ELSEWHERE or len(self.items) + len(SIDES) > MOST_ITEMS:
                return
            if not is_own_topic(self.reader, thread.topic):
                taken += self._take_thread(thread, kind="elsewhere")

    def _take_thread(self, thread: ThreadCandidates, kind: str | None = None) -> bool:
        """Take the two that disagree about the same words, or the best comment. Return whether there was any."""
        fitting = [comment for comment in thread.comments if self._fits(comment)]
        if not fitting:
            return False
        for candidate in _pair(fitting) or fitting[:1]:
            self._add(msgspec.structs.replace(candidate, kind=kind or candidate.kind))
        return True

    def _fits(self, candidate: Candidate) -> bool:
        if candidate.key in self._keys or candidate.author in self._authors:
            return False
        if candidate.kind not in SECTIONS["you"] and candidate.thread in self._threads:
            return False
        return not any(excludes(self.reader, candidate) for excludes in EXCLUSIONS)

    def _add(self, candidate: Candidate) -> None:
        self.items.append(candidate)
        self._keys.add(candidate.key)
        self._threads.add(candidate.thread)
        if candidate.author is not None:
            self._authors.add(candidate.author)


def _pair(comments: Sequence[Candidate]) -> tuple[Candidate, ...]:
    """Return the two sides of the thread's disagreement, the supporting one first; nothing unless both are here."""
    by_id = {candidate.comment: candidate for candidate in comments}
    for first in comments:
        other = by_id.get(first.opposes) if first.opposes is not None else None
        if other is not None and first.stance == SIDES[0] and first.author != other.author:
            return first, other
    return ()
