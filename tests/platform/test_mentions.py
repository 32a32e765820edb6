"""Mentions in Markdown: found in its words only, and linked where somebody has that name."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parley.platform.text import markdown

MEMBERS = {"ann": "Ann", "été": "été"}


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("@ann", ["ann"]),
        ("Hello @ann, @bob. And (@cem)!", ["ann", "bob", "cem"]),
        ("@ann @ann", ["ann"]),
        ("*@ann* ~~@bob~~ **@cem**", ["ann", "bob", "cem"]),
        ("@ann-marie_2.", ["ann-marie_2"]),
        ("@été @漢字 @अनु", ["été", "漢字", "अनु"]),
        ("# @ann\n\n- @bob\n\n| @cem |\n|---|", ["ann", "bob", "cem"]),
        ("mail@ann.org a@b @@ann /@ann x.@ann", []),
        ("`@ann`\n\n    @bob\n\n```\n@cem\n```", []),
        ("> @ann\n\n> > @bob\n\n@cem", ["cem"]),
        ("[@ann](https://x.org) https://x.org/@bob", []),
        ("@", []),
        ("@ ann @. @-", []),
    ],
)
def test_names_are_found_in_words_only(text: str, names: list[str]) -> None:
    assert markdown.mentioned_names(text) == names


def test_a_mention_leads_to_the_member_of_that_name() -> None:
    assert markdown.render("See @ann, @été and @nobody.", MEMBERS) == (
        '<p>See <a href="/u/Ann" rel="nofollow ugc noopener">@ann</a>, '
        '<a href="/u/%C3%A9t%C3%A9" rel="nofollow ugc noopener">@été</a> and @nobody.</p>\n'
    )


def test_text_without_mentions_reads_as_before() -> None:
    text = "Words, *words*, `@ann` and [@ann](https://x.org)."

    assert markdown.render(text, MEMBERS) == markdown.render(text)


PIECES = st.sampled_from(
    ["@ann", "@", "`", "*", "[", "](x)", "> ", "\n\n", "<b>", "été", "https://x.org/", " ", "|", "&"]
)


@given(st.lists(PIECES | st.text(max_size=4), max_size=40).map("".join))
def test_whatever_is_typed_only_links_to_members_are_added(text: str) -> None:
    linked = markdown.render(text, MEMBERS)

    for name in MEMBERS:
        linked = linked.replace(f">@{name}</a>", f">@{name}")
    without = linked.replace('<a href="/u/Ann" rel="nofollow ugc noopener">@', "@")
    without = without.replace('<a href="/u/%C3%A9t%C3%A9" rel="nofollow ugc noopener">@', "@")
    plain = markdown.render(text)
    for name in MEMBERS:
        plain = plain.replace(f">@{name}</a>", f">@{name}")
    assert without == plain
    assert len(markdown.mentioned_names(text)) <= text.count("@")
