"""The text of an issue: subjects that fit, names of days, and small letters."""

import re
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from parley.letters.digests import letters, mailing
from parley.letters.digests.items import DigestItem
from parley.letters.digests.letters import IssueRow
from parley.letters.digests.words import SUBJECT_LENGTH, day_word, lay_out
from parley.letters.news.selection import MOST_ITEMS, SECTION_INDEX
from parley.people import mail
from parley.people.mail import writing
from parley.platform.settings import settings
from tests.hebrew import hebrew, undirected

AT = datetime(2026, 11, 25, 14, tzinfo=UTC)
ISSUE = IssueRow(7, 3, "digest", "2026-W48", AT, "mira", "mira@example.org", "Europe/Berlin", "weekly", 6)
ITEM = DigestItem(
    issue=7,
    member=3,
    position=0,
    kind="best",
    thread=5,
    comment=9,
    revision=None,
    unread=0,
    since=None,
    slug="the-wager",
    title="The wager against language models",
    topic="Research",
    author="jon",
    stance="challenges",
    assisted=False,
    excerpt="The figure is old: nobody has checked it since 2019.",
    text="",
    ups=4,
    at=AT - timedelta(days=2),
    parent_author=None,
    parent_excerpt="",
)
texts = st.text(st.characters(exclude_categories=["Cs", "Cc", "Zl", "Zp"]), min_size=1, max_size=400).map(
    lambda text: text.strip() or "x"
)


@pytest.fixture(autouse=True)
def lists(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(mail.lists, "digest", mailing.MAIL_LIST)


def changed(**changes: object) -> DigestItem:
    return msgspec.structs.replace(ITEM, **changes)


@given(title=texts, author=texts, kind=st.sampled_from(sorted(SECTION_INDEX)))
def test_a_subject_is_one_line_of_at_most_78_characters(title: str, author: str, kind: str) -> None:
    subject = lay_out([changed(title=title, author=author, kind=kind)], "UTC", AT).subject

    assert 0 < len(subject) <= SUBJECT_LENGTH
    assert len(subject.splitlines()) == 1


def pair(**changes: object) -> list[DigestItem]:
    other = changed(position=1, comment=10, author="kofi", stance="supports")
    both = [changed(**changes), msgspec.structs.replace(other, **changes)]
    return [msgspec.structs.replace(one, disagreement=[10, both[0].comment or 0]) for one in both]


def test_a_subject_names_the_two_who_disagree_and_how_much_more_there_is() -> None:
    more = [changed(position=n, thread=n, comment=n) for n in range(20, 24)]

    quotes = ("wager", "The wager is lost")
    same = [msgspec.structs.replace(one, quote=quote) for one, quote in zip(pair()[::-1], quotes, strict=True)]
    other = [msgspec.structs.replace(one, quote=quote) for one, quote in zip(pair(), ("won", "lost"), strict=True)]

    assert lay_out([*same, *more], "UTC", AT).subject == 'kofi and jon disagree on "wager", and 4 more'
    assert "disagree" not in lay_out([*other, *more], "UTC", AT).subject
    assert lay_out([changed(kind="reply"), *pair()], "UTC", AT).subject == (
        "jon replies to you: The wager against language models, and 2 more"
    )


def test_two_who_answer_the_same_words_stand_side_by_side_under_a_line_that_says_so() -> None:
    disputed = letters.digest(ISSUE, pair(is_disputed=True))
    apart = letters.digest(ISSUE, [msgspec.structs.replace(one, disagreement=[]) for one in pair()])

    assert "Readers disagree most about these words" in disputed.text
    assert "Readers disagree most about these words" in (disputed.html or "")
    assert "Two views of the same words" in letters.digest(ISSUE, pair()).text
    assert 'class="pair"' not in (apart.html or "") and "same words" not in apart.text


def test_a_subject_sets_nobody_against_somebody_who_answers_other_words() -> None:
    both = [msgspec.structs.replace(one, disagreement=[]) for one in pair()]

    assert "disagree" not in lay_out(both, "UTC", AT).subject


@given(title=texts, name=texts)
def test_a_subject_about_a_pair_fits_whatever_the_names_and_the_title(title: str, name: str) -> None:
    both = [changed(title=title, author=name), changed(title=title, author=f"{name}2", stance="supports", comment=10)]
    more = [changed(position=n, thread=n, comment=n) for n in range(20, 28)]

    assert len(lay_out([*both, *more], "UTC", AT).subject) <= SUBJECT_LENGTH


def test_a_hostile_title_begins_no_header_and_turns_no_text_round() -> None:
    items = [changed(title="Hi\r\nBcc: all@example.org\u2028\u202eevil\x00")]

    assert lay_out(items, "UTC", AT).subject == "Hi Bcc: all@example.org evil"


def test_the_text_begins_with_the_name_of_the_community(monkeypatch: pytest.MonkeyPatch) -> None:
    named = msgspec.structs.replace(settings(), name="The Agora")
    monkeypatch.setattr(writing, "settings", lambda: named)

    assert letters.digest(ISSUE, [ITEM]).text.startswith("THE AGORA\n")


def test_a_comment_on_a_passage_quotes_it_and_a_reply_quotes_what_it_answers() -> None:
    on_passage = letters.digest(ISSUE, [changed(quote="It only guesses.")])
    reply = letters.digest(ISSUE, [changed(quote="It only guesses.", parent_author="ada", parent_excerpt="Is it?")])

    assert "On: “It only guesses.”" in on_passage.text and "On: “It only guesses.”" in (on_passage.html or "")
    assert "It only guesses." not in reply.text and "to ada: Is it?" in reply.text


def test_a_comment_on_the_whole_article_comes_with_its_opening() -> None:
    whole = letters.digest(ISSUE, [changed(opening="Models are a wager.")])
    on_passage = letters.digest(ISSUE, [changed(opening="Models are a wager.", quote="It only guesses.")])

    context = "On the whole article, which begins: “Models are a wager.”"
    assert " ".join(whole.text.split()).count(context) == 1
    assert (whole.html or "").count(context) == 1
    assert "Models are a wager." not in on_passage.text


def test_a_reply_whose_parent_cannot_be_shown_says_so() -> None:
    alone = letters.digest(ISSUE, [changed(is_reply=True)])

    assert "In reply to a hidden comment" in alone.text


def test_a_context_that_both_perspectives_share_is_shown_once() -> None:
    both = [changed(quote="It only guesses."), changed(quote="It only guesses.", position=1, comment=10)]
    letter = letters.digest(ISSUE, both)
    apart = letters.digest(ISSUE, [both[0], msgspec.structs.replace(both[1], quote="It knows.")])

    assert letter.text.count("On: “It only guesses.”") == (letter.html or "").count("On: “It only guesses.”") == 1
    assert "On: “It only guesses.”" in apart.text and "On: “It knows.”" in apart.text


@pytest.mark.parametrize(
    ("days", "word"),
    [(0, "today"), (1, "yesterday"), (2, "Monday"), (6, "Thursday"), (7, "18 November"), (60, "26 September")],
)
def test_days_are_named_relative_to_today(days: int, word: str) -> None:
    now = AT.astimezone(ZoneInfo("Europe/Berlin"))

    assert day_word(AT - timedelta(days=days), now) == word


def test_the_day_is_the_readers_local_day() -> None:
    late = datetime(2026, 11, 24, 23, 30, tzinfo=UTC)

    assert day_word(late, AT.astimezone(ZoneInfo("Europe/Berlin"))) == "today"
    assert day_word(late, AT) == "yesterday"


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({}, "4 readers found this worth reading"),
        ({"ups": 1}, "Written Monday"),
        ({"kind": "elsewhere"}, "4 readers found this worth reading; a topic you rarely read"),
        ({"kind": "reply"}, "Replies to you, Monday"),
        ({"kind": "mention"}, "Mentions you, Monday"),
        ({"kind": "followed", "unread": 5, "since": AT - timedelta(days=1)},
         "You follow this thread: 5 new since yesterday"),
        ({"kind": "followed", "unread": 0, "since": AT - timedelta(days=1)},
         "You follow this thread: many new comments since yesterday"),
        ({"kind": "read", "unread": 99, "since": AT - timedelta(days=3)},
         "You read this thread: 99 new since Sunday"),
        ({"kind": "question"}, "Asked Monday; nobody has answered yet"),
        ({"kind": "opened"}, "Added Monday"),
        ({"kind": "picked"}, "Picked for all readers"),
        ({"kind": "revised"}, "You commented on this passage; it was revised Monday"),
    ],
)  # fmt: skip
def test_every_item_says_why_it_is_included(changes: dict[str, object], reason: str) -> None:
    story = lay_out([changed(**changes)], "UTC", AT).sections[0].threads[0]

    assert story.quotations[0].reason == story.reason == reason


@given(words=texts)
def test_a_letter_is_small_and_holds_no_markup_of_its_items(words: str) -> None:
    """Ten items of the longest, in whatever script: mail clients cut off what is longer than 100 kB."""
    changes = {"title": words[:200], "excerpt": words}
    items = [changed(position=n, thread=n, comment=n, **changes) for n in range(1, MOST_ITEMS + 1)]

    letter = letters.digest(ISSUE, items)

    assert letter.html is not None
    assert len(letter.html.encode()) < 80_000
    assert letter.html.count("<h3") == MOST_ITEMS
    assert len(re.findall("<script|<img|<iframe|<link", letter.html)) == 0


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"parent_author": "ada"}, "to ada: Is it old?"),
        ({"parent_author": "ada", "kind": "reply"}, "to you: Is it old?"),
        ({"parent_author": "jon"}, "following up: Is it old?"),
        ({}, ""),
    ],
)
def test_an_answer_says_what_it_answers(changes: dict[str, object], words: str) -> None:
    item = changed(parent_excerpt="Is it old?", **changes)

    assert lay_out([item], "UTC", AT).sections[0].threads[0].quotations[0].answers == words


def test_members_words_have_their_own_direction_in_a_letter() -> None:
    theirs = {"title": hebrew("The wager"), "author": hebrew("ada"), "excerpt": hebrew("It is old.")}
    quoting = changed(**theirs, quote=hebrew("It only guesses."))
    answering = changed(**theirs, parent_author=hebrew("jon"), parent_excerpt=hebrew("Is it?"), thread=6)
    issue = msgspec.structs.replace(ISSUE, name=hebrew("mira"))

    assert undirected(letters.digest(issue, [quoting, answering]).html or "") == []


def test_what_looks_like_markup_stays_text() -> None:
    items = [changed(title="<script>alert(1)</script>", excerpt="<img src=x>", author="<b>x</b>")]

    letter = letters.digest(ISSUE, items)

    assert letter.html is not None
    assert "<script>" not in letter.html
    assert "<img" not in letter.html
    assert "&lt;script&gt;alert(1)" in letter.html
    assert "<img src=x>" in letter.text


def test_the_key_of_an_issue_is_always_the_same_and_no_other_has_it() -> None:
    assert letters.key(ISSUE) == letters.key(msgspec.structs.replace(ISSUE, id=8, email="new@example.org"))
    others = [
        msgspec.structs.replace(ISSUE, **change) for change in ({"member": 4}, {"list": "keep"}, {"period": "2026-W49"})
    ]
    assert len({letters.key(one) for one in (ISSUE, *others)}) == 4


def test_an_arabic_letter_is_mirrored() -> None:
    letter = letters.digest(msgspec.structs.replace(ISSUE, language="ar"), [ITEM])

    assert '<html lang="ar" dir="rtl">' in letter.html
    assert "border-right: 2px" in letter.html
    assert "border-left" not in letter.html
    assert "الأربعاء، 25" in letter.html
