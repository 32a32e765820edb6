"""Choosing the items of an issue: at most ten, nothing that the reader knows already.

An author speaks once, unless they are a side of a disagreement: its two sides are told together or not at all.

Pure functions: the order of the candidates does not change the choice.
"""

from collections.abc import Iterable, Sequence

import msgspec

from parley.letters.news.candidates import (
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
    "sides": ("side",),
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
    issue = _Issue(reader, [*own, *(comment for thread in shared.threads for comment in thread.comments)])
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


def has_muted_word(reader: DigestReader, candidate: Candidate) -> bool:
    return (*candidate.key[:2], 0) in reader.unwanted


def hides_author(reader: DigestReader, candidate: Candidate) -> bool:
    return candidate.author in reader.hidden_authors


def collapses(reader: DigestReader, candidate: Candidate) -> bool:
    return candidate.assisted and reader.collapses_assisted


# Reasons to leave a candidate out (absence.py puts each into words).
EXCLUSIONS = (is_author, has_seen, is_already_sent, mutes, has_muted_word, hides_author, collapses)


class _Issue:
    def __init__(self, reader: DigestReader, candidates: Iterable[Candidate]) -> None:
        self.reader = reader
        # Of a comment that is a candidate twice, the first: what is about the reader comes first.
        self._by_id = {candidate.comment: candidate for candidate in reversed([*candidates]) if candidate.comment}
        self.items: list[Candidate] = []
        self._authors: set[str] = set()
        self._keys: set[ItemKey] = set()
        self._threads: set[int] = set()

    def take(self, candidates: Iterable[Candidate], most: int) -> None:
        """Take the best candidates that fit, at most `most`, each with its other side."""
        taken = 0
        for candidate in sorted(candidates, key=precedence):
            if taken == most or len(self.items) == MOST_ITEMS:
                return
            both = self._with_other_side(candidate)
            if self._fits(candidate) and len(self.items) + len(both) <= MOST_ITEMS:
                self._add(both)
                taken += 1

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
        sides = [comment for comment in fitting if self._other_side(comment)]
        both = self._with_other_side((sides or fitting)[0])
        told_as = "side" if sides and thread.comments[0].kind == "best" else kind
        self._add([msgspec.structs.replace(one, kind=told_as or one.kind) for one in both])
        return True

    def _fits(self, candidate: Candidate) -> bool:
        if candidate.key in self._keys or not self._is_new(candidate):
            return False
        if candidate.author in self._authors and self._other_side(candidate) is None:
            return False
        return candidate.kind in SECTIONS["you"] or candidate.thread not in self._threads

    def _is_new(self, candidate: Candidate) -> bool:
        return not any(excludes(self.reader, candidate) for excludes in EXCLUSIONS)

    def _other_side(self, candidate: Candidate) -> Candidate | None:
        """Return the comment that this one is set against, if the issue may tell it too."""
        other = self._by_id.get(candidate.opposes or 0)
        if other is None or other.opposes != candidate.comment or other.key in self._keys or not self._is_new(other):
            return None
        return other

    def _with_other_side(self, candidate: Candidate) -> list[Candidate]:
        """Return the candidate alone, or the two sides of its thread's disagreement, the supporting one first."""
        other = self._other_side(candidate)
        if other is None:
            return [candidate]
        other = msgspec.structs.replace(other, kind=candidate.kind, unread=candidate.unread, since=candidate.since)
        return sorted((candidate, other), key=lambda one: one.stance != SIDES[0])

    def _add(self, candidates: Iterable[Candidate]) -> None:
        for candidate in candidates:
            self.items.append(candidate)
            self._keys.add(candidate.key)
            self._threads.add(candidate.thread)
            if candidate.author is not None:
                self._authors.add(candidate.author)
