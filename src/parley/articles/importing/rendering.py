"""The Markdown of articles, which may hold more than that of comments: tables, and HTML."""

from markdown_it import MarkdownIt

_MARKDOWN = MarkdownIt("commonmark").enable(["table", "strikethrough"])


def to_html(text: str) -> str:
    """Markdown as HTML, with the HTML that stands in it; nothing of it is safe before it is sanitised."""
    html: str = _MARKDOWN.render(text)
    return html
