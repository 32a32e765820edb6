"""What real exports of other sites have: broken XML, empty fields, private notes, quotes of a dialect."""

from pathlib import Path

import pytest

from comments.test_formats import HYPOTHESIS, WORDPRESS, written
from parley.cli.discussion import read_format
from parley.comments.formats import markup
from parley.comments.formats.markup import as_markdown, quotes_as_markdown
from parley.core.errors import CommandFailed


@pytest.mark.parametrize(
    ("was", "broken", "said"),
    [
        ("<title>A</title>", "<title>A & B &nbsp; &copy;</title>", "Reply."),
        ("Reply.", "Caf\xe9", "Caf\xe9"),
    ],
)
def test_what_sites_write_though_it_is_no_xml_is_read(tmp_path: Path, was: str, broken: str, said: str) -> None:
    file = tmp_path / "export.xml"
    file.write_bytes(WORDPRESS.replace(was, broken).encode("windows-1252"))
    assert [one.body for one in read_format(file, "wordpress", None)][1] == said


def test_a_file_that_breaks_off_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CommandFailed, match="ends in the middle"):
        read_format(written(tmp_path, WORDPRESS[:-60]), "wordpress", None)


def test_names_are_no_html_and_times_may_be_those_of_the_blog(tmp_path: Path) -> None:
    old = WORDPRESS.replace("[Jon]", "[O&#039;Neil &amp; Co]").replace(
        "<wp:comment_date_gmt>2015-03-01 10:00:00<",
        "<wp:comment_date>2015-03-01 10:00:00</wp:comment_date><wp:comment_date_gmt>0000-00-00 00:00:00<",
    )
    found = read_format(written(tmp_path, old), "wordpress", None)[0]
    assert (found.author, found.created_utc) == ("O'Neil & Co", 1_425_204_000)


def test_private_notes_are_left_out_and_a_reply_stays_below_what_is_there(tmp_path: Path) -> None:
    rows = HYPOTHESIS["rows"]
    assert isinstance(rows, list)
    private = rows[0] | {"id": "p", "permissions": {"read": ["acct:jon@hypothes.is"]}}
    reply = rows[1] | {"id": "c", "references": ["a", "gone"], "permissions": {"read": ["group:__world__"]}}
    found = read_format(written(tmp_path, {"rows": [*rows, private, reply]}), "hypothesis", None)
    assert [(one.id, one.parent_id) for one in found][2:] == [("hypothesis:c", "hypothesis:a")]


def test_an_item_without_a_time_or_children_is_read(tmp_path: Path) -> None:
    item = {"id": 2, "type": "comment", "author": "jon", "created_at_i": None, "text": "One.", "children": None}
    found = read_format(written(tmp_path, {"id": 1, "children": [item]}), "hackernews", None)
    assert [(one.body, one.created_utc) for one in found] == [("One.", 0)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('[quote="ada, post:3, topic:9"]\nHer *words*.\n[/quote]\n\nMine.', "ada:\n\n> Her *words*.\n\nMine."),
        ("[quote]a[quote]b[/quote]c[/quote]d", "> a\n> \n> > b\n> \n> c\n\nd"),
        ("A [/quote] alone", "A [/quote] alone"),
    ],
)
def test_quotes_of_a_topic_are_quotes_here(text: str, expected: str) -> None:
    assert quotes_as_markdown(text) == expected


@pytest.mark.parametrize(
    "html",
    [
        "<p>One <br>two &amp; *three*</p>\n<p>Four_five</p>",
        "<P>One<br/>two<br />three</P>",
        "<p> &nbsp; </p><p>x</p>",
        "<p>&lt;b&gt; 1. x</p>",
    ],
)
def test_plain_text_becomes_what_the_converter_makes_of_it(monkeypatch: pytest.MonkeyPatch, html: str) -> None:
    plain = as_markdown(html)
    monkeypatch.setattr(markup, "_without_markup", lambda _: None)
    assert "".join(plain.split()) == "".join(as_markdown(html).split())
