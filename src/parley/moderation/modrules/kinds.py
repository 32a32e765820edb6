"""The conditions in the interface: their labels, their form fields, and how each reads in a sentence."""

from collections.abc import Callable, Mapping
from typing import Any, get_type_hints

import msgspec

from parley.moderation.matching import conditions as c
from parley.moderation.matching.conditions import Condition
from parley.moderation.matching.patterns import BadPattern
from parley.moderation.matching.score import SUGGESTED
from parley.moderation.modrules.fields import YES_NO, Field, as_typed, number, value_of
from parley.platform.text.cleaning import BadText, shorten
from parley.platform.text.messages import N_, Message, join, plural, verbatim

# Sentences shorten longer lists of words, and longer patterns.
MOST_LISTED = 6
LONGEST_PATTERN = 80


class ConditionKind(msgspec.Struct, frozen=True):
    """One kind of condition; `says` words it so that it follows "a comment where"."""

    condition: type[Condition]
    label: Message
    fields: tuple[Field, ...]
    says: Callable[[Any], Message]

    @property
    def name(self) -> str:
        """Its name in the database and in forms."""
        return str(self.condition.__struct_config__.tag)


WHOSE = {"author": N_("by the same author (the last 10)"), "anyone": N_("by anybody (the last 30)")}
COPIED = {"others": N_("by different other members"), "author": N_("by the same author")}
LINKED = {"any": N_("any site"), "seldom": N_("sites that discussions seldom link to")}
TRUSTED = {"new": N_("a member with some history"), "established": N_("an established member")}
BURSTS = {"links": N_("links to the same site"), "copies": N_("near-copies")}

KINDS = {
    kind.name: kind
    for kind in (
        ConditionKind(
            c.WordList,
            N_("Words"),
            (Field("words", N_("Words or phrases, one a line; whole words, in any case"), "lines", "",
                   N_("Please write at least one word, at most 500, each of up to 100 characters.")),),
            lambda condition: N_("its words include {words}").format(words=_quote(condition.words)),
        ),
        ConditionKind(
            c.Pattern,
            N_("A pattern"),
            (Field("pattern", N_("Regular expression (RE2)"), "line", "", N_("Please write at most 500 characters.")),
             Field("any_case", N_("Case"), "flag", "1", N_("Please choose one of the two."))),
            lambda condition: (
                N_("its text matches {pattern}") if condition.any_case else
                N_("its text matches {pattern} (case counts)")
            ).format(pattern=shorten(condition.pattern, LONGEST_PATTERN)),
        ),
        ConditionKind(
            c.SpamScore,
            N_("Like advertising"),
            (Field("at_least", N_("Score, in percent"), "percent", str(round(100 * SUGGESTED)),
                   N_("Please give a whole number from 10 to 100.")),),
            lambda condition: N_("its text is like advertising (score {score}% or more)").format(
                score=round(100 * condition.at_least)
            ),
        ),
        ConditionKind(
            c.Links,
            N_("Links"),
            (number("at_least", N_("At least"), 1, 1, 100),
             Field("to", N_("To"), "choice", "any", N_("Please choose one of the two."), LINKED)),
            lambda condition: (
                plural("it has a link", "it has {count} links or more", condition.at_least)
                if condition.to == "any" else
                plural("it has a link to a site that discussions seldom link to",
                       "it has {count} links or more to sites that discussions seldom link to", condition.at_least)
            ),
        ),
        ConditionKind(
            c.FewWords,
            N_("Few words"),
            (number("words", N_("Words besides links, fewer than"), 4, 1, 100),),
            lambda condition: plural("it has no word besides links", "it has fewer than {count} words besides links",
                                     condition.words),
        ),
        ConditionKind(
            c.Domains,
            N_("Sites it links to"),
            (Field("domains", N_("Domains, one a line; subdomains count too"), "lines", "",
                   N_("Please write at least one domain, at most 500, each alone, like example.org.")),),
            lambda condition: N_("it links to {domains}").format(domains=_quote(condition.domains)),
        ),
        ConditionKind(
            c.Similar,
            N_("Similarity to earlier posts"),
            (Field("share", N_("Similarity, in percent"), "percent", "90",
                   N_("Please give a whole number from 50 to 100.")),
             Field("to", N_("Compared with"), "choice", "author", N_("Please choose one of the two."), WHOSE)),
            lambda condition: N_("it is {share}% similar to something {whose}").format(
                share=round(100 * condition.share), whose=WHOSE[condition.to]
            ),
        ),
        ConditionKind(
            c.NearCopies,
            N_("Near-copies over days"),
            (number("at_least", N_("At least"), 2, 1, 100),
             Field("by", N_("Of comments"), "choice", "others", N_("Please choose one of the two."), COPIED),
             number("days", N_("within days"), 7, 1, 30),
             Field("share", N_("Similarity, in percent"), "percent", "80",
                   N_("Please give a whole number from 50 to 100."))),
            lambda condition: (
                plural("it is a near-copy of a comment by another member within {days} days",
                       "it is a near-copy of comments by {count} other members within {days} days",
                       condition.at_least, days=condition.days)
                if condition.by == "others" else
                plural("it is a near-copy of a comment by its author within {days} days",
                       "it is a near-copy of {count} comments by its author within {days} days",
                       condition.at_least, days=condition.days)
            ),
        ),
        ConditionKind(
            c.Burst,
            N_("Many accounts at once"),
            (Field("of", N_("They post"), "choice", "links", N_("Please choose one of the two."), BURSTS),
             number("members", N_("Other members, at least"), 3, 1, 100),
             number("minutes", N_("within minutes"), 10, 1, 60)),
            lambda condition: (
                plural("another member linked to the same site within {minutes} min before",
                       "{count} other members linked to the same site within {minutes} min before",
                       condition.members, minutes=condition.minutes)
                if condition.of == "links" else
                plural("another member posted a near-copy within {minutes} min before",
                       "{count} other members posted near-copies within {minutes} min before",
                       condition.members, minutes=condition.minutes)
            ),
        ),
        ConditionKind(
            c.FirstLinks,
            N_("First links"),
            (number("comments", N_("One of the author's first comments with a link, up to number"), 1, 1, 100),),
            lambda condition: plural("it has the first link of its author",
                                     "it is one of the first {count} comments of its author with a link",
                                     condition.comments),
        ),
        ConditionKind(
            c.Age,
            N_("A new account"),
            (number("days", N_("Days since sign-up, fewer than"), 7, 1, 365),),
            lambda condition: plural("its author signed up today", "its author signed up less than {count} days ago",
                                     condition.days),
        ),
        ConditionKind(
            c.FirstComments,
            N_("A first comment"),
            (number("posts", N_("One of the author's first comments, up to number"), 3, 1, 100),),
            lambda condition: plural("it is its author's first", "it is one of its author's first {count}",
                                     condition.posts),
        ),
        ConditionKind(
            c.BelowTrust,
            N_("An author without a record"),
            (Field("below", N_("Below the trust level"), "choice", "established",
                   N_("Please choose one of the two."), TRUSTED),),
            lambda condition: N_("its author is not yet {level}").format(level=TRUSTED[condition.below]),
        ),
        ConditionKind(
            c.UpheldBefore,
            N_("The author's record"),
            (number("upheld", N_("Decisions against the author within 90 days, at least"), 1, 1, 100),),
            lambda condition: plural("moderators decided against its author within 90 days",
                                     "moderators decided against its author {count} times or more within 90 days",
                                     condition.upheld),
        ),
        ConditionKind(
            c.Members,
            N_("Members"),
            (Field("names", N_("Names, one a line"), "lines", "", N_("Please write at least one name, at most 100.")),),
            lambda condition: N_("it is by {names}").format(names=_alternatives(condition.names)),
        ),
        ConditionKind(
            c.Threads,
            N_("Threads"),
            (Field("threads", N_("Threads, one a line: numbers or addresses"), "threads", "",
                   N_("Please write at least one thread, at most 100, each by its number or address.")),),
            lambda condition: N_("it is in thread {threads}").format(
                threads=_alternatives(list(map(str, condition.threads)))
            ),
        ),
        ConditionKind(
            c.Rate,
            N_("Fast posting"),
            (number("posts", N_("Comments, at least"), 6, 1, 100), number("minutes", N_("within minutes"), 5, 1, 60)),
            lambda condition: N_("its author posted {posts} times or more within {minutes} min before").format(
                posts=condition.posts, minutes=condition.minutes
            ),
        ),
        ConditionKind(
            c.Heat,
            N_("A heated thread"),
            (number("at_least", N_("Heat, at least: a quick reply counts 1, a report 2, a removal 3"),
                     10, 2, 1_000),),
            lambda condition: N_("its thread is heated ({heat:g} or more)").format(heat=condition.at_least),
        ),
        ConditionKind(
            c.Labelled,
            N_("A label of a webhook"),
            (Field("labels", N_("Labels, one a line, in any case"), "lines", "",
                   N_("Please write at least one label, at most 20.")),
             Field("at_least", N_("Score, in percent"), "percent", "80",
                   N_("Please give a whole number from 1 to 100."))),
            lambda condition: N_("a webhook said of it {labels} (score {score}% or more)").format(
                labels=_quote(condition.labels), score=round(100 * condition.at_least)
            ),
        ),
        ConditionKind(
            c.Assisted,
            N_("AI assistance"),
            (Field("declared", N_("Declared as"), "choice", "1", N_("Please choose one of the two."), YES_NO),),
            lambda condition: N_("it was declared as {what}").format(what=YES_NO[str(int(condition.declared))]),
        ),
    )
}  # fmt: skip

ACTIONS = {
    "hold": N_("Holds a comment back until a moderator has read it"),
    "flag": N_("Asks a moderator to look at a comment"),
    "collapse": N_("Collapses a comment, and asks a moderator to look at it"),
    "slow": N_("Turns on slow mode in the thread for half an hour"),
    "notify": N_("Mails the moderators about a comment"),
}


def says(condition: Condition) -> Message:
    return KINDS[str(condition.__struct_config__.tag)].says(condition)


def sentence(action: str, conditions: tuple[Condition, ...]) -> Message:
    *others, last = map(says, conditions)
    where = N_("{conditions}, and {last}").format(conditions=join(", ", others), last=last) if others else last
    return N_("{action} where {conditions}.").format(action=ACTIONS[action], conditions=where)


def in_full(action: str, conditions: tuple[Condition, ...]) -> Message:
    """A rule in one sentence, followed by the full lists that the sentence shortens."""
    lists = (
        value for condition in conditions for value in msgspec.structs.astuple(condition) if isinstance(value, list)
    )
    return join(" ", [sentence(action, conditions), *(", ".join(words) for words in lists if len(words) > MOST_LISTED)])


def field_values(condition: Condition) -> dict[str, str]:
    kind = KINDS[str(condition.__struct_config__.tag)]
    return {field.name: as_typed(field, getattr(condition, field.name)) for field in kind.fields}


def read(kind: ConditionKind, values: Mapping[str, str]) -> tuple[Condition | None, dict[str, Message]]:
    """The condition that was typed, or None with an error for each wrong field."""
    hints, read_values, errors = get_type_hints(kind.condition, include_extras=True), {}, {}
    for field in kind.fields:
        try:
            read_values[field.name] = msgspec.convert(value_of(field, values.get(field.name, "")), hints[field.name])
        except (BadText, BadPattern) as error:
            errors[field.name] = error.message
        except msgspec.ValidationError:
            errors[field.name] = field.error
    return (None if errors else kind.condition(**read_values)), errors


def _quote(words: list[str]) -> Message:
    return _alternatives([f"“{word}”" for word in words])


def _alternatives(words: list[str]) -> Message:
    if len(words) > MOST_LISTED:
        first = ", ".join(words[: MOST_LISTED - 1])
        more = len(words) - MOST_LISTED + 1
        return plural("{words} or one other", "{words} or one of {count} others", more, words=first)
    *others, last = words
    return N_("{words} or {last}").format(words=", ".join(others), last=last) if others else verbatim(last)
