"""The conditions of rules. A rule matches a post that meets all of its conditions."""

from functools import cache
from typing import Annotated, ClassVar, Literal

import msgspec
import re2  # type: ignore[import-untyped]
from msgspec import Meta
from rapidfuzz import fuzz, process

from parley.automod.rules.post import Post, comparable, folded
from parley.core.text.messages import N_, Message

MOST_WORDS = 500
LONGEST_PATTERN = 500
# The most memory of a compiled pattern; one that needs more is refused when it is saved.
PATTERN_BYTES = 8 << 20
# Shorter posts are often alike by chance ("Thank you!").
SHORTEST_COMPARED = 40
HOUR = 60

Count = Annotated[int, Meta(ge=1, le=100)]
Word = Annotated[str, Meta(min_length=1, max_length=100)]
# The end of a word in every script; RE2's \b knows ASCII only.
BETWEEN = r"[^\p{L}\p{M}\p{N}_]"


class BadPattern(ValueError):
    """A pattern that cannot be used; the message says why."""

    def __init__(self, message: Message) -> None:
        super().__init__(message)
        self.message = message


class Condition(msgspec.Struct, frozen=True, tag_field="kind"):
    """One condition. `needs` names the facts beyond the text that it reads."""

    needs: ClassVar[frozenset[str]] = frozenset()

    def find(self, post: Post) -> str | None:
        """The words that match, empty where there is nothing to quote; None where the condition is not met."""
        raise NotImplementedError


class WordList(Condition, frozen=True, tag="words"):
    """One of these words or phrases; whole words, case ignored."""

    words: Annotated[list[Word], Meta(min_length=1, max_length=MOST_WORDS)]

    def find(self, post: Post) -> str | None:
        found = _words(tuple(self.words)).search(post.text)
        return found.group(1) if found else None


class Pattern(Condition, frozen=True, tag="pattern"):
    """A regular expression. RE2 takes linear time for every pattern."""

    pattern: Annotated[str, Meta(min_length=1, max_length=LONGEST_PATTERN)]
    any_case: bool = True

    def find(self, post: Post) -> str | None:
        found = compiled(self.pattern, any_case=self.any_case).search(post.body)
        return found.group(0) if found else None


class Links(Condition, frozen=True, tag="links"):
    """At least `at_least` links."""

    at_least: Count = 1

    def find(self, post: Post) -> str | None:
        return " ".join(post.links) if len(post.links) >= self.at_least else None


class Domains(Condition, frozen=True, tag="domains"):
    """A link to one of these domains or their subdomains."""

    domains: Annotated[
        list[Annotated[str, Meta(pattern=r"^[^\s/@:]+\.[^\s/@:]+$")]], Meta(min_length=1, max_length=500)
    ]

    def find(self, post: Post) -> str | None:
        wanted = tuple(domain.casefold() for domain in self.domains)
        return next((host for host in post.hosts if host.endswith(wanted) and _is_below(host, wanted)), None)


class Similar(Condition, frozen=True, tag="similar"):
    """Similar to a recent post: one of the author's last 10, or of the last 30 by anyone."""

    share: Annotated[float, Meta(ge=0.5, le=1)] = 0.9
    to: Literal["author", "anyone"] = "author"
    needs: ClassVar[frozenset[str]] = frozenset({"recent"})

    def find(self, post: Post) -> str | None:
        if len(post.compared) < SHORTEST_COMPARED:
            return None
        others = [comparable(one) for one in (post.own if self.to == "author" else post.others)]
        found = process.extractOne(post.compared, others, scorer=fuzz.ratio, score_cutoff=100 * self.share)
        return found[0] if found else None


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


class UpheldBefore(Condition, frozen=True, tag="record"):
    """At least `upheld` decisions against the author in the last 90 days."""

    upheld: Count
    needs: ClassVar[frozenset[str]] = frozenset({"record"})

    def find(self, post: Post) -> str | None:
        return "" if post.upheld >= self.upheld else None


class Rate(Condition, frozen=True, tag="rate"):
    """The author posted at least `posts` times in the last `minutes`."""

    posts: Count
    minutes: Annotated[int, Meta(ge=1, le=HOUR)]
    needs: ClassVar[frozenset[str]] = frozenset({"recent"})

    def find(self, post: Post) -> str | None:
        lately = sum(1 for seconds in post.since if seconds < 60 * self.minutes)
        return "" if lately >= self.posts else None


class Heat(Condition, frozen=True, tag="heat"):
    """The thread's heat (slow_mode/heat.py) is at least `at_least`."""

    at_least: Annotated[float, Meta(ge=2, le=1_000)]
    needs: ClassVar[frozenset[str]] = frozenset({"heat"})

    def find(self, post: Post) -> str | None:
        return "" if post.heat >= self.at_least else None


class Assisted(Condition, frozen=True, tag="assisted"):
    """The post was declared as written with AI assistance, or as written without."""

    declared: bool = True

    def find(self, post: Post) -> str | None:
        return "" if post.assisted == self.declared else None


AnyCondition = (
    WordList | Pattern | Links | Domains | Similar | Age | FirstComments | UpheldBefore | Rate | Heat | Assisted
)


@cache
def compiled(pattern: str, *, any_case: bool) -> "re2._Regexp":
    """Compile a pattern. Raises BadPattern."""
    options = re2.Options()
    options.max_mem, options.log_errors, options.case_sensitive = PATTERN_BYTES, False, not any_case
    try:
        return re2.compile(pattern, options)
    except re2.error as error:
        reason = error.args[0].decode() if isinstance(error.args[0], bytes) else str(error)
        raise BadPattern(N_("This pattern cannot be read: {reason}.").format(reason=reason)) from None


@cache
def _words(words: tuple[str, ...]) -> "re2._Regexp":
    either = "|".join(re2.escape(folded(word.strip())) for word in words)
    return compiled(f"(?:^|{BETWEEN})({either})(?:$|{BETWEEN})", any_case=False)


def _is_below(host: str, domains: tuple[str, ...]) -> bool:
    return any(host == domain or host.endswith(f".{domain}") for domain in domains)
