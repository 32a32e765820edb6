"""What writing tools add to Markdown: comments, templates and references that only they understand.

Obsidian, Hugo, Jekyll, Quarto and Pandoc replace these when they show a page. Without the tool they are no words of the
article, and nobody was meant to read a comment.
"""

import re

_DIALECT = re.compile(
    # Code stays as it is.
    r"(?P<code>^[ \t]*(?P<fence>```+|~~~+)[\s\S]*?(?:^[ \t]*(?P=fence)[`~]*[ \t]*$|\Z)|`[^`\n]+`)"
    r"|^\{% highlight (?P<language>\w+)[^%\n]*%\}\n(?P<listing>(?:(?!\{% (?:end)?highlight).*\n)*)\{% endhighlight %\}"
    # A comment, an embedded file and the name of a paragraph of Obsidian.
    r"|%%[^%]*%%|!\[\[[^\[\]\n]*\]\]|[ \t]\^[\w-]+[ \t]*$"
    # A tag of Jekyll, a shortcode of Hugo, the start or end of a box of Pandoc, and attributes of a picture.
    r"|^[ \t]*\{(?:%[^\n]*%|\{[<%][^\n]*[>%]\})\}[ \t]*$|^[ \t]*:::+[^\n]*$|(?<=[\])])\{[.#][^{}\n]*\}"
    r"|\[\[(?:[^\[\]|\n]*\|)?(?P<link>[^\[\]|\n]+)\]\](?!\()"
    r"|(?<![\w=])==(?=\S)(?P<highlighted>[^=\n]+)(?<=\S)==(?![\w=])"
    r"|(?P<quote>^>[ \t]*)\[!\w+\][-+]?[ \t]*(?P<title>\S.*)?$"
    r"|(?P<bullet>^[ \t]*[*+-][ \t]+)\[(?P<done>[ xX])\](?=[ \t])",
    re.MULTILINE,
)


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
