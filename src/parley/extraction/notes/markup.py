"""The markup of references and notes."""

import re

LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,22}[A-Za-z0-9])?"
# As we write them, and as the sanitiser leaves them (with a rel).
REFERENCE = re.compile(rf'<a(?=[^<>]* role="doc-noteref")(?=[^<>]* href="#fn-(?P<label>{LABEL})")[^<>]*></a>')
BACKLINK = re.compile(rf'<a(?=[^<>]* role="doc-backlink")(?=[^<>]* href="#fnref-(?P<label>{LABEL})")[^<>]*></a>\s*')
NOTE = re.compile(rf'\s*<aside(?=[^<>]* role="doc-footnote")(?=[^<>]* id="fn-(?P<label>{LABEL})")[^<>]*>')
# The values of the attributes that the sanitiser keeps on a note.
NOTE_VALUES = {"id": re.compile(rf"fn-{LABEL}"), "role": re.compile("doc-footnote")}
_FIRST_BLOCK = re.compile(r"\s*<p\b[^>]*>")


def reference(label: str, occurrence: int = 1) -> str:
    """The link to a note; `occurrence` counts the links to the same note, from 1."""
    number = f"-{occurrence}" if occurrence > 1 else ""
    return f'<a id="fnref-{label}{number}" href="#fn-{label}" role="doc-noteref" aria-label="{label}"></a>'


def note(label: str, html: str) -> str:
    """A note, with the link back to its first reference before its first word."""
    begin = _FIRST_BLOCK.match(html)
    lead = begin.end() if begin else 0
    return f'<aside id="fn-{label}" role="doc-footnote">{html[:lead]}{backlink(label)}{html[lead:]}</aside>'


def backlink(label: str) -> str:
    """The link from a note to its first reference."""
    return f'<a href="#fnref-{label}" role="doc-backlink" aria-label="{label}"></a>'
