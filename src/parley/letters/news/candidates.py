"""Candidates: what could be told to a member as new, and what a reader of digests knows."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime

import msgspec

from parley.letters.news.rules import is_worth_featuring

# A candidate's score is halved at this age.
SCORE_HALVES_AFTER_DAYS = 7.0
DAY = 86_400

ItemKey = tuple[int, int, int]


class Candidate(msgspec.Struct, frozen=True):
    """A comment or, without one, an article or its `revision`."""

    kind: str
    thread: int
    topic: str
    # When it was written. Readers who visited the thread later know it.
    at: datetime
    score: float
    comment: int | None = None
    revision: int | None = None
    # A member's id or an imported name; nobody has two items in one issue.
    author: str | None = None
    stance: str | None = None
    assisted: bool = False
    # The comment that it is set against: the two are the disagreement of their thread.
    opposes: int | None = None
    # How many comments of the thread are unread (0 if too many to count), and since when. This is one of the best.
    unread: int = 0
    since: datetime | None = None

    @property
    def key(self) -> ItemKey:
        """What identifies it in another issue: the comment, or the article and its revision."""
        return (self.comment or 0, 0 if self.comment else self.thread, self.revision or 0)


class CandidateRow(msgspec.Struct, frozen=True):
    """A candidate as it is read from the database: a comment or, without one, an article."""

    thread: int
    topic: str
    at: datetime
    # The lower bound of the share of readers who find the comment worth reading, halved for a reply; 1 for an article.
    best: float
    comment: int | None
    author: str | None
    stance: str | None
    assisted: bool
    # The comment's quality (rules.py: is_worth_featuring).
    account_minutes: int | None
    ups: int
    replies: int
    opposes: int | None

    def is_worth_featuring(self, kind: str) -> bool:
        """Whether it may be told as an item of this kind."""
        # A side of a disagreement has had answers to its statement, or a response to the same words.
        replies = self.replies + (self.opposes is not None)
        return is_worth_featuring(kind, self.account_minutes, self.ups, replies)

    def candidate(self, kind: str, now: datetime, *, unread: int = 0, since: datetime | None = None) -> Candidate:
        return Candidate(
            kind=kind,
            thread=self.thread,
            topic=self.topic,
            at=self.at,
            score=score(self.best, self.at, now),
            comment=self.comment,
            author=self.author,
            stance=self.stance,
            assisted=self.assisted,
            opposes=self.opposes,
            unread=unread,
            since=since,
        )


class DigestReader(msgspec.Struct, frozen=True):
    """The reader of an issue: what they know and what they do not want."""

    id: int
    # The topics that they follow, read or write in. Empty for new members: then every topic counts as theirs.
    topics: frozenset[str] = frozenset()
    # When they last opened a thread, or wrote or voted there; up to when all there is read; newer comments that are.
    opened: Mapping[int, datetime] = {}
    read_until: Mapping[int, datetime] = {}
    read: frozenset[int] = frozenset()
    # What was in an earlier issue, or in a notification that was mailed or read.
    already_sent: frozenset[ItemKey] = frozenset()
    # Authors whom they muted or blocked, or who blocked them.
    hidden_authors: frozenset[str] = frozenset()
    muted_threads: frozenset[int] = frozenset()
    followed_threads: frozenset[int] = frozenset()
    muted_topics: frozenset[str] = frozenset()
    # What contains a word that they muted: comments, and articles (without their revision).
    unwanted: frozenset[ItemKey] = frozenset()
    collapses_assisted: bool = False


class ThreadCandidates(msgspec.Struct, frozen=True):
    """The best comments of one thread, the best first."""

    thread: int
    topic: str
    score: float
    comments: tuple[Candidate, ...]


class SharedCandidates(msgspec.Struct, frozen=True):
    """The candidates for all readers, the best first.

    Comments by thread, new articles, picks, open questions, statements that became common ground, and theses.
    """

    threads: tuple[ThreadCandidates, ...] = ()
    opened: tuple[Candidate, ...] = ()
    picked: tuple[Candidate, ...] = ()
    questions: tuple[Candidate, ...] = ()
    common: tuple[Candidate, ...] = ()
    theses: tuple[Candidate, ...] = ()


def score(best: float, at: datetime, now: datetime) -> float:
    """Return the score of a comment: its lower bound of readers who find it worth reading, decreasing with age."""
    days = max(0.0, (now - at).total_seconds() / DAY)
    return best / (1 + days / SCORE_HALVES_AFTER_DAYS)


def sort_candidates(candidates: Iterable[Candidate]) -> SharedCandidates:
    """Sort candidates by kind and score, once for many readers."""
    kinds: dict[str, list[Candidate]] = defaultdict(list)
    for candidate in sorted(candidates, key=precedence):
        kinds[candidate.kind].append(candidate)
    return SharedCandidates(
        threads=tuple(by_thread(kinds["best"])),
        opened=tuple(kinds["opened"]),
        picked=tuple(kinds["picked"]),
        questions=tuple(kinds["question"]),
        common=tuple(kinds["common"]),
        theses=tuple(kinds["thesis"]),
    )


def by_thread(candidates: Iterable[Candidate]) -> list[ThreadCandidates]:
    """Group candidates by thread, the thread with the best comment first."""
    threads: dict[int, list[Candidate]] = defaultdict(list)
    for candidate in sorted(candidates, key=precedence):
        threads[candidate.thread].append(candidate)
    grouped = [
        ThreadCandidates(id_, candidates[0].topic, candidates[0].score, tuple(candidates))
        for id_, candidates in threads.items()
    ]
    return sorted(grouped, key=lambda thread: (-thread.score, thread.thread))


def precedence(candidate: Candidate) -> tuple[float, ItemKey, str]:
    """Return the key by which candidates are sorted, the best first."""
    return (-candidate.score, candidate.key, candidate.kind)
