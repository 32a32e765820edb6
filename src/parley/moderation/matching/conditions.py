"""The conditions of rules. A rule matches a post that meets all of its conditions."""

from functools import lru_cache
from typing import Annotated, ClassVar, Literal

import msgspec
from msgspec import Meta
from rapidfuzz import fuzz, process

from parley.moderation.matching import score, signature, trust
from parley.moderation.matching.patterns import compile_pattern, words_pattern
from parley.moderation.matching.post import Post
from parley.people.accounts import names
from parley.platform.text.folding import fold, fold_alike

MOST_WORDS = 500
LONGEST_PATTERN = 500
HOUR = 60
DAY_SECONDS = 86_400
# From this likeness on, a post in a burst is a near-copy.
NEAR_COPY = 0.8

Count = Annotated[int, Meta(ge=1, le=100)]
Word = Annotated[str, Meta(min_length=1, max_length=100)]


class Condition(msgspec.Struct, frozen=True, tag_field="kind"):
    """The base of conditions. `needs` names the facts beyond the text that one reads.

    Its `find(post)` returns the words that match, empty where there is nothing to quote; None where it is not met.
    """

    needs: ClassVar[frozenset[str]] = frozenset()


class WordList(Condition, frozen=True, tag="words"):
    """One of these words or phrases; whole words, however they are set."""

    words: Annotated[list[Word], Meta(min_length=1, max_length=MOST_WORDS)]

    def find(self, post: Post) -> str | None:
        words = tuple(self.words)
        match = words_pattern(words, fold).search(post.text)
        if not match and post.alike != post.text:
            match = words_pattern(words, _fold_alike).search(post.alike)
        return match.group(1) if match else None


class Pattern(Condition, frozen=True, tag="pattern"):
    """A regular expression, of the text as typed or as shown. RE2 takes linear time for every pattern."""

    pattern: Annotated[str, Meta(min_length=1, max_length=LONGEST_PATTERN)]
    any_case: bool = True

    def find(self, post: Post) -> str | None:
        pattern = compile_pattern(self.pattern, any_case=self.any_case)
        texts = (post.body, post.shown, *([post.alike] if self.any_case else []))
        match = next(filter(None, map(pattern.search, dict.fromkeys(texts))), None)
        return match.group(0) if match else None


class Links(Condition, frozen=True, tag="links"):
    """At least `at_least` links; `to` sites that discussions seldom link to (links.py), or to any."""

    at_least: Count = 1
    to: Literal["any", "seldom"] = "any"

    def find(self, post: Post) -> str | None:
        links = post.seldom_linked if self.to == "seldom" else post.links
        return " ".join(links) if len(links) >= self.at_least else None


class FewWords(Condition, frozen=True, tag="few_words"):
    """Fewer than `words` words besides its links."""

    words: Count = 4

    def find(self, post: Post) -> str | None:
        return "" if post.words_beside_links < self.words else None


class Domains(Condition, frozen=True, tag="domains"):
    """A link to one of these domains or their subdomains."""

    domains: Annotated[
        list[Annotated[str, Meta(pattern=r"^[^\s/@:]+\.[^\s/@:]+$")]], Meta(min_length=1, max_length=500)
    ]

    def find(self, post: Post) -> str | None:
        wanted = tuple(f".{domain.casefold()}" for domain in self.domains)
        return next((host for host in post.hosts if f".{host}".endswith(wanted)), None)


class Similar(Condition, frozen=True, tag="similar"):
    """Similar to a recent post: one of the author's last 10, or of the last 30 by anyone."""

    share: Annotated[float, Meta(ge=0.5, le=1)] = 0.9
    to: Literal["author", "anyone"] = "author"
    needs: ClassVar[frozenset[str]] = frozenset({"recent"})

    def find(self, post: Post) -> str | None:
        if len(post.compared) < signature.SHORTEST_COMPARED:
            return None
        others = post.own if self.to == "author" else post.others
        match = process.extractOne(post.compared, others, scorer=fuzz.ratio, score_cutoff=100 * self.share)
        return match[0] if match else None


class Age(Condition, frozen=True, tag="age"):
    """The author signed up less than `days` ago."""

    days: Annotated[int, Meta(ge=1, le=365)]
    needs: ClassVar[frozenset[str]] = frozenset({"record"})

    def find(self, post: Post) -> str | None:
        return "" if post.age < self.days else None


class FirstComments(Condition, frozen=True, tag="first"):
    """The author has fewer than `posts` comments that were let in."""

    posts: Count
    needs: ClassVar[frozenset[str]] = frozenset({"record"})

    def find(self, post: Post) -> str | None:
        return "" if post.comments < self.posts else None


class BelowTrust(Condition, frozen=True, tag="trust"):
    """The author is below a trust level (trust.py), which takes days and comments that stood, not numbers of posts."""

    below: Literal["new", "established"] = "established"
    needs: ClassVar[frozenset[str]] = frozenset({"record"})

    def find(self, post: Post) -> str | None:
        names = [level.name for level in trust.LEVELS]
        return "" if names.index(trust.level(post).name) < names.index(self.below) else None


class UpheldBefore(Condition, frozen=True, tag="record"):
    """At least `upheld` decisions against the author in the last 90 days."""

    upheld: Count
    needs: ClassVar[frozenset[str]] = frozenset({"record"})

    def find(self, post: Post) -> str | None:
        return "" if post.upheld >= self.upheld else None


class Members(Condition, frozen=True, tag="members"):
    """Its author is one of these members, by the present name or one of the last year."""

    names: Annotated[list[Word], Meta(min_length=1, max_length=100)]
    needs: ClassVar[frozenset[str]] = frozenset({"record"})

    def find(self, post: Post) -> str | None:
        return None if _name_keys(tuple(self.names)).isdisjoint(post.names) else ""


class Threads(Condition, frozen=True, tag="threads"):
    """It is in one of these threads."""

    threads: Annotated[list[Annotated[int, Meta(ge=1)]], Meta(min_length=1, max_length=100)]

    def find(self, post: Post) -> str | None:
        return "" if post.thread in self.threads else None


class Rate(Condition, frozen=True, tag="rate"):
    """The author posted at least `posts` times in the last `minutes`."""

    posts: Count
    minutes: Annotated[int, Meta(ge=1, le=HOUR)]
    needs: ClassVar[frozenset[str]] = frozenset({"recent"})

    def find(self, post: Post) -> str | None:
        lately = sum(1 for seconds in post.since if seconds < 60 * self.minutes)
        return "" if lately >= self.posts else None


class Heat(Condition, frozen=True, tag="heat"):
    """The thread's heat (discussion/slow_mode/heat.py) is at least `at_least`."""

    at_least: Annotated[float, Meta(ge=2, le=1_000)]
    needs: ClassVar[frozenset[str]] = frozenset({"heat"})

    def find(self, post: Post) -> str | None:
        return "" if post.heat >= self.at_least else None


class Assisted(Condition, frozen=True, tag="assisted"):
    """The post was declared as written with AI assistance, or as written without."""

    declared: bool = True

    def find(self, post: Post) -> str | None:
        return "" if post.assisted == self.declared else None


class NearCopies(Condition, frozen=True, tag="copies"):
    """A near-copy of posts of the last `days`: of `at_least` others' (one counted for each), or own ones."""

    share: Annotated[float, Meta(ge=0.5, le=1)] = 0.8
    at_least: Count = 2
    by: Literal["author", "others"] = "others"
    days: Annotated[int, Meta(ge=1, le=30)] = 7
    needs: ClassVar[frozenset[str]] = frozenset({"copies"})

    def find(self, post: Post) -> str | None:
        lately = [earlier for earlier in post.earlier if earlier.seconds < DAY_SECONDS * self.days]
        copies = [
            earlier.author
            for earlier in lately
            if earlier.own == (self.by == "author") and post.likeness(earlier) >= self.share
        ]
        number = len(copies) if self.by == "author" else len(set(copies))
        return post.compared if number >= self.at_least else None


class Burst(Condition, frozen=True, tag="burst"):
    """At least `members` others linked to the same site, or posted a near-copy, in the last `minutes`."""

    of: Literal["links", "copies"] = "links"
    members: Count = 3
    minutes: Annotated[int, Meta(ge=1, le=HOUR)] = 10
    needs: ClassVar[frozenset[str]] = frozenset({"copies", "moment"})

    def find(self, post: Post) -> str | None:
        lately = [earlier for earlier in post.earlier if not earlier.own and earlier.seconds < 60 * self.minutes]
        if self.of == "copies":
            copied = {earlier.author for earlier in lately if post.likeness(earlier) >= NEAR_COPY}
            return post.compared if len(copied) >= self.members else None
        linked = (
            (host, {earlier.author for earlier in lately if host in earlier.hosts}) for host in post.signature.hosts
        )
        return next((host for host, authors in linked if len(authors) >= self.members), None)


class FirstLinks(Condition, frozen=True, tag="first_links"):
    """It has a link, as fewer than `comments` of its author's last 100 comments have."""

    comments: Count = 1
    needs: ClassVar[frozenset[str]] = frozenset({"linked"})

    def find(self, post: Post) -> str | None:
        return " ".join(post.links) if post.links and post.linked < self.comments else None


class SpamScore(Condition, frozen=True, tag="score"):
    """The learned score of the text (score.py) is at least `at_least`; it quotes what speaks for it.

    A score for which nothing can be quoted matches nothing: nobody could check it.
    """

    # A low threshold catches little advertising by itself, but keeps the rule's other conditions away from plain talk.
    at_least: Annotated[float, Meta(ge=0.1, le=1)] = score.SUGGESTED

    def find(self, post: Post) -> str | None:
        if post.score < self.at_least:
            return None
        return " · ".join(score.reasons(post.alike, post.seldom_linked)) or None


class Labelled(Condition, frozen=True, tag="label"):
    """A webhook gave it one of these labels, with this score at least (automod/labels.py)."""

    labels: Annotated[list[Word], Meta(min_length=1, max_length=20)]
    at_least: Annotated[float, Meta(ge=0.01, le=1)] = 0.8
    needs: ClassVar[frozenset[str]] = frozenset({"labels"})

    def find(self, post: Post) -> str | None:
        wanted = set(map(str.casefold, self.labels))
        found = [one for one in post.labels if one.label in wanted and one.score >= self.at_least]
        return ", ".join(f"{one.label} {one.score:.0%}" for one in found) or None


AnyCondition = (
    WordList | Pattern | SpamScore | Links | FewWords | Domains | Similar | NearCopies | Burst | FirstLinks | Age
    | FirstComments | BelowTrust | UpheldBefore | Members | Threads | Rate | Heat | Assisted | Labelled
)  # fmt: skip


@lru_cache(maxsize=64)
def _name_keys(typed: tuple[str, ...]) -> frozenset[str]:
    return frozenset(map(names.key, typed))


def _fold_alike(word: str) -> str:
    return fold_alike(fold(word))
