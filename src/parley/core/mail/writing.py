"""Writing mail from templates: the text by an engine without HTML escapes, the HTML with its styles put inline."""

from functools import cache
from typing import Any

import css_inline
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from parley.core import pages
from parley.core.assets import folder
from parley.core.settings import settings


def written(template: str, **context: Any) -> tuple[str, str]:
    """The subject and text of `templates/mail/{template}.txt`, whose first line is the subject."""
    rendered = _plain().get_template(f"mail/{template}.txt").render(context)
    subject, _, text = rendered.partition("\n")
    return subject.removeprefix("Subject: ").strip(), text.strip() + "\n"


def written_html(template: str, **context: Any) -> str:
    """The HTML of `templates/mail/{template}.html`, which extends `mail/_layout.html` and says there what it may hold.

    `context` holds `off`, the link that stops these letters (`off_link`), besides what the template itself asks for.
    """
    site = {"name": "Parley", "home": settings().base_url, "settings": f"{settings().base_url}/settings/mail"}
    html = pages.environment().get_template(f"mail/{template}.html").render(mail=site, letter_style=_style(), **context)
    return _inliner().inline(html)


@cache
def _plain() -> Environment:
    return Environment(
        loader=FileSystemLoader(folder("templates")),
        autoescape=False,  # noqa: S701 only .txt templates are read here
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )


@cache
def _style() -> Markup:
    """What is styled in every letter. It comes from here because no template of a page may hold a style."""
    css = (folder("templates") / "mail" / "letter.css").read_text()
    return Markup("<style>{}</style>").format(Markup(css))  # noqa: S704 our own file


@cache
def _inliner() -> css_inline.CSSInliner:
    """Of the sheet itself only the at-rules stay: what depends on the screen cannot stand in an element."""
    return css_inline.CSSInliner(
        keep_style_tags=False, keep_at_rules=True, load_remote_stylesheets=False, preallocate_node_capacity=512
    )
