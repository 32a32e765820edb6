"""The beginning of a long comment is well-formed HTML of bounded size, made of whole blocks and words."""

from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parley.platform.text import markdown
from parley.platform.text.beginnings import BLOCKS, CLOSING_BYTES, MOST_BYTES, VOID, beginning

LETTERS = st.text(alphabet="ab <>&\"'é漢😀\n#*_`|-[]()>1.", max_size=60)
MOST = 1_500


class Balance(HTMLParser):
    """Raises AssertionError where tags are not balanced, and collects the text."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.opened: list[str] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: object) -> None:  # noqa: ARG002 the library's
        if tag not in VOID:
            self.opened.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.opened.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data


def text_of(html: str) -> str:
    parser = Balance()
    parser.feed(html)
    parser.close()
    assert not parser.opened, parser.opened
    return parser.text


@given(st.lists(LETTERS, min_size=20, max_size=60).map("\n\n".join))
def test_it_is_well_formed_and_begins_as_the_whole(text: str) -> None:
    html = markdown.render(text)
    short = beginning(html, MOST)

    if len(html.encode()) <= MOST:
        assert short is None
        return
    assert short is not None and len(short.encode()) <= MOST
    assert text_of(html).startswith(text_of(short))


DENSE = [
    "[" * 4_100 + "'" * 35_900,
    "&" * 40_000,
    "<" * 39_000,
    "word & " * 5_700,
    "> " * 15 + "&" * 39_000,
    "| a | b |\n|---|---|\n" + "| && && && && && && && && | && |\n" * 1_200,
    "- &&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&\n" * 800,
    '[a](/x "a > b & <c>") ' * 1_500,
    "`" + "&" * 39_900 + "`",
    "😀&" * 19_000,
    "&" * 39_000 + "\n\n" + "a" * 900,
    "short\n\n" + "&" * 39_000,
]


@pytest.mark.parametrize("body", DENSE, ids=range(len(DENSE)))
def test_the_densest_texts_are_bounded(body: str) -> None:
    html = markdown.render(body[:40_000])
    short = beginning(html)

    if len(html.encode()) <= MOST_BYTES:
        assert short is None
        return
    assert short is not None and MOST_BYTES // 3 < len(short.encode()) <= MOST_BYTES
    assert text_of(html).startswith(text_of(short).rstrip())


def test_it_ends_with_a_block_where_one_ends_in_time() -> None:
    blocks = "".join(f"<p>paragraph {number} &amp; more</p>\n" for number in range(3_000))
    short = beginning(blocks)

    assert short is not None and short.endswith("</p>") and blocks.startswith(short)
    assert len(short) > MOST_BYTES - CLOSING_BYTES - 100


def test_a_cut_list_ends_with_a_whole_item() -> None:
    short = beginning("<ul>\n" + "<li>one &amp; two</li>\n" * 5_000 + "</ul>")

    assert short is not None and short.endswith("</li></ul>")


def test_a_cut_paragraph_ends_with_a_whole_word() -> None:
    short = beginning("<p>" + "some words " * 10_000 + "</p>")

    assert short is not None and short.endswith(("some</p>", "words</p>"))


def test_short_html_has_none() -> None:
    assert beginning("<p>" + "a" * (MOST_BYTES - 7) + "</p>") is None


def test_every_block_that_comments_can_have_is_known() -> None:
    assert BLOCKS | {"code", "em", "s", "strong", "a", "br", "td", "th", "tbody"} == markdown.TAGS
