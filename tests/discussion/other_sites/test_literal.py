"""Text of other sites is shown as it was there: no character of it becomes Markdown."""

import re
from html import escape

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parley.discussion.other_sites.formats.markup import as_markdown
from parley.platform.text import markdown
from parley.platform.text.markdown import literal

MARKS = (
    "~~", "~", "*", "**", "_", "`", "```", "|", "a | b", "\\", "&", "&amp;", "&#42;", "<b>", "<", ">", "!", "![", "[",
    "]", "(", ")", "[x](https://e.example)", "[a]: b", "<https://e.example>", "https://e.example",
    "https://e.example/a_b*c", "#", "# ", "- ", "+ ", "1. ", "2) ", "> ", "---", "===", ":-:", "-:", "@ada", "://",
    "http", "a", "b c", " ",
)  # fmt: skip
LINES = st.lists(st.lists(st.sampled_from(MARKS), max_size=9).map("".join), min_size=1, max_size=4)


def shown(source: str) -> str:
    """Return what readers see of Markdown, without spaces."""
    return "".join(markdown.plain(markdown.render(source)).split())


def elements(source: str) -> set[str]:
    return set(re.findall(r"<(\w+)", markdown.render(source)))


@given(lines=LINES)
def test_literal_text_is_shown_as_it_is(lines: list[str]) -> None:
    source = "\\\n".join(literal(line.strip()) for line in lines if line.strip())

    assert elements(source) <= {"p", "br", "a"}
    assert shown(source) == "".join("".join(lines).split())


@given(lines=LINES, start=st.sampled_from(["", "<span></span>"]))
def test_the_text_of_html_is_shown_as_it_is(lines: list[str], start: str) -> None:
    source = as_markdown(f"<p>{start}{'<br>'.join(map(escape, lines))}</p>")

    assert elements(source) <= {"p", "br", "a"}
    assert shown(source) == "".join("".join(lines).split())


@pytest.mark.parametrize(
    ("html", "said", "made"),
    [
        ("<p>It was ~~cheap~~ free.</p>", "It was ~~cheap~~ free.", {"p"}),
        ("<p>About ~<span>~5</span>~~ of it</p>", "About ~~5~~ of it", {"p"}),
        ("<p><span>1</span>. one</p>", "1. one", {"p"}),
        ("<p>One\n- two\n# three</p>", "One - two # three", {"p"}),
        ('<a href="https://e.example/a(b">x] ~~y~~ (z)</a>', "x] ~~y~~ (z)", {"p", "a"}),
        ('<a href="https://e.example/a b\\">x</a>', "x", {"p", "a"}),
        ("<pre>a\n```\n~~b~~</pre>", "a ``` ~~b~~", {"pre", "code"}),
        ('<p><img class="emoji" alt=":a_b_c~~" src="https://e.example/s.png"></p>', ":a_b_c~~", {"p"}),
        ("<table><tr><th>a|b</th></tr><tr><td><code>c|d</code></td></tr></table>", "a|b c|d",
         {"table", "thead", "tbody", "tr", "th", "td", "code"}),
        (f"{'<div>' * 120}~~deep~~{'</div>' * 120}", "~~deep~~", {"p"}),
    ],
)  # fmt: skip
def test_marks_within_other_elements_are_shown_as_they_are(html: str, said: str, made: set[str]) -> None:
    assert shown(as_markdown(html)) == "".join(said.split())
    assert elements(as_markdown(html)) == made


def test_a_line_break_after_a_bare_url_is_no_part_of_it() -> None:
    assert 'href="https://e.example/a"' in markdown.render("https://e.example/a\\\nb")
