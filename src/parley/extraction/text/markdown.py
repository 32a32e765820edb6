"""An article written in Markdown, with or without front matter."""

import re
from html import escape
from itertools import takewhile

import lxml.html

from parley.extraction.errors import EMPTY, CannotImport
from parley.extraction.html.boilerplate import TopLines, read_top
from parley.extraction.html.extract import Extracted
from parley.extraction.html.passages import same_words
from parley.extraction.html.sanitiser import sanitise
from parley.extraction.pruning.furniture import drop_hidden
from parley.extraction.text.front_matter import FrontMatter, read_front_matter
from parley.extraction.text.plain import may_be_heading
from parley.extraction.text.rendering import to_html
from parley.platform.text.directions import direction_of

_DIALECT = re.compile(
    # Code stays as it is.
    r"(?P<code>^[ \t]*(?P<fence>```+|~~~+)[\s\S]*?(?:^[ \t]*(?P=fence)[`~]*[ \t]*$|\Z)|`[^`\n]+`)"
    r"|^\{% highlight (?P<language>\w+)[^%\n]*%\}\n(?P<listing>(?:(?!\{% (?:end)?highlight).*\n)*)\{% endhighlight %\}"
    # A comment, an embedded file and the name of a paragraph of Obsidian.
    r"|%%[^%]*%%|!\[\[[^\[\]\n]*\]\]|[ \t]\^[\w-]+[ \t]*$"
    # Of kramdown, a contents list, attributes, and the name of a heading.
    r"|^[*-][ \t][^\n]*\n\{:toc[^{}\n]*\}[ \t]*$|[ \t]*\{:[^{}\n]*\}|(?<=\S)[ \t]+\{[#.][\w:. #-]+\}(?=[ \t]*$)"
    # A tag of Jekyll, a shortcode of Hugo, the start or end of a box of Pandoc, and attributes of a picture.
    r"|^[ \t]*\{(?:%[^\n]*%|\{[<%][^\n]*[>%]\})\}[ \t]*$|^[ \t]*:::+[^\n]*$|(?<=[\])])\{[.#][^{}\n]*\}"
    r"|\[\[(?:[^\[\]|\n]*\|)?(?P<link>[^\[\]|\n]+)\]\](?!\()"
    r"|(?<![\w=])==(?=\S)(?P<highlighted>[^=\n]+)(?<=\S)==(?![\w=])"
    r"|(?P<quote>^>[ \t]*)\[!\w+\][-+]?[ \t]*(?P<title>\S.*)?$"
    r"|(?P<bullet>^[ \t]*[*+-][ \t]+)\[(?P<done>[ xX])\](?=[ \t])",
    re.MULTILINE,
)
_MOST_FACTS = 3  # paragraphs


def extract_markdown(text: str, title: str = "") -> Extracted:
    """Read an article. Its title is that of the front matter, else the first heading, else `title`.

    Without any of these, it is the first line if that looks like a title. A heading or line that became the title is
    removed from the text. Raises CannotImport when there is no text.
    """
    front, text = read_front_matter(text)
    tree = lxml.html.fragment_fromstring(to_html(plain_markdown(text)), create_parent="div")
    drop_hidden(tree)
    shown = "".join(lxml.html.tostring(part, encoding="unicode") for part in tree)
    return extract_markup(sanitise(escape(tree.text or "") + shown, boxes=True), front, title)


def extract_markup(html: str, front: FrontMatter, title: str = "") -> Extracted:
    """Like `extract_markdown`, for sanitised markup and what its document states."""
    heading = front.title
    article = lxml.html.fragment_fromstring(html, create_parent="div")
    words = article.text_content()
    if not any(map(str.isalnum, words)):
        raise CannotImport(EMPTY)
    first = article.find("h1")
    if first is not None and not heading:
        heading = " ".join(first.text_content().split())
    if not heading and _begins_with_title(article, title):
        heading = title or " ".join(article[0].text_content().split())
        article.remove(article[0])
    facts = _take_facts(article, heading or title)
    return Extracted(
        title=heading or title or None,
        html="".join(lxml.html.tostring(part, encoding="unicode") for part in article),
        byline=front.byline or facts.byline,
        lang=front.lang,
        dir=direction_of(words),
        published_at=front.published_at or facts.published_at,
        updated_at=front.updated_at or facts.updated_at,
        canonical_url=front.canonical_url,
        licence=front.licence,
        section=front.section,
        images=tuple(dict.fromkeys(src for picture in article.iter("img") if (src := picture.get("src")))),
        where=facts.where | ({"title": "heading"} if heading and not front.title else {}) | front.where,
    )


def _take_facts(article: lxml.html.HtmlElement, title: str | None) -> TopLines:
    """Remove the byline and the dates below the title, and return them."""
    below = [part for part in article if part.tag != "h1"]
    paragraphs = list(takewhile(lambda part: part.tag == "p", below[:_MOST_FACTS]))
    if not title:
        return TopLines("")
    top, count = read_top([title, *(" ".join(part.text_content().split()) for part in paragraphs)])
    if count > len(below):
        return TopLines("")  # there is nothing else
    for part in paragraphs[: count - 1]:
        article.remove(part)
    return top


def _begins_with_title(article: lxml.html.HtmlElement, title: str) -> bool:
    words = article[0].text_content().strip()
    if len(article) == 1 or article[0].tag != "p" or not words:
        return False
    return same_words(words, title) if title else may_be_heading(words)


def plain_markdown(text: str) -> str:
    """The text without what only the tool understands in which it was written."""
    return _DIALECT.sub(_in_plain_markdown, text)


def _in_plain_markdown(found: re.Match[str]) -> str:
    if found["listing"] is not None:
        return f"```{found['language']}\n{found['listing']}```"
    if found["quote"] is not None:
        return f"{found['quote']}**{found['title']}**\\" if found["title"] else found["quote"]
    if found["bullet"] is not None:
        return f"{found['bullet']}{'☐' if found['done'] == ' ' else '☑'}"
    return found["code"] or found["link"] or found["highlighted"] or ""
