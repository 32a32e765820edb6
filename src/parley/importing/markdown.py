"""An article written in Markdown, with or without front matter."""

import lxml.html

from parley.core.text.directions import direction_of
from parley.core.text.messages import N_
from parley.importing.errors import CannotImport
from parley.importing.extract import Extracted
from parley.importing.front_matter import read_front_matter
from parley.importing.passages import same_words
from parley.importing.plain import may_be_heading
from parley.importing.rendering import to_html
from parley.importing.sanitiser import sanitise


def extract_markdown(text: str, title: str = "") -> Extracted:
    """Read an article. Its title is that of the front matter, else the first heading, else `title`.

    Without any of these, it is the first line if that looks like a title. A heading or line that became the title is
    removed from the text. Raises CannotImport when there is no text.
    """
    front, text = read_front_matter(text)
    heading = front.title
    html = sanitise(to_html(text), boxes=True)
    article = lxml.html.fragment_fromstring(html, create_parent="div")
    words = article.text_content()
    if not any(map(str.isalnum, words)):
        raise CannotImport(N_("There is no text in it. Paste the article's text, or give its address."))
    first = article.find("h1")
    if first is not None and not heading:
        heading = " ".join(first.text_content().split())
    if not heading and _begins_with_title(article, title):
        heading = title or " ".join(article[0].text_content().split())
        article.remove(article[0])
        html = "".join(lxml.html.tostring(part, encoding="unicode") for part in article)
    return Extracted(
        title=heading or title or None,
        html=html,
        byline=front.byline,
        lang=front.lang,
        dir=direction_of(words),
        published_at=front.published_at,
        updated_at=front.updated_at,
        canonical_url=front.canonical_url,
        licence=front.licence,
        section=front.section,
        images=tuple(dict.fromkeys(src for picture in article.iter("img") if (src := picture.get("src")))),
        where=front.where | ({"title": "heading"} if heading and not front.title else {}),
    )


def _begins_with_title(article: lxml.html.HtmlElement, title: str) -> bool:
    words = article[0].text_content().strip()
    if len(article) == 1 or article[0].tag != "p" or not words:
        return False
    return same_words(words, title) if title else may_be_heading(words)
