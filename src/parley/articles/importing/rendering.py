"""Rendering the Markdown of articles. It can have tables and HTML, unlike that of comments."""

from markdown_it import MarkdownIt

_MARKDOWN = MarkdownIt("commonmark").enable(["table", "strikethrough"])


def to_html(text: str) -> str:
    """Render Markdown to HTML. The result must be sanitised, since HTML in the text is kept."""
    html: str = _MARKDOWN.render(text)
    return html
