"""Renders mail from templates: the text without HTML escapes, the HTML with inlined styles."""

import re
from collections.abc import Container
from functools import cache
from typing import TYPE_CHECKING, Any

import msgspec
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from parley.people.mail.letters import send
from parley.platform import db
from parley.platform.http.assets import folder
from parley.platform.http.environment import environment
from parley.platform.http.languages import for_staff, language_for
from parley.platform.http.messages import Messages
from parley.platform.settings import settings
from parley.platform.text.cleaning import one_line, shorten
from parley.platform.text.formats import number
from parley.platform.text.languages import Language, speaking, spoken
from parley.platform.text.messages import as_text, isolate

if TYPE_CHECKING:
    from css_inline import CSSInliner

PREHEADER = 110
# Where the letters are that only the staff get.
STAFF = "staff/"
SIDE = re.compile("-(?:left|right)\\b")
# Several may have signed up with an address that nobody has confirmed.
SELECT_LANGUAGE = "select language from member where email = $1 order by state = 'unverified', id desc limit 1"


class MailBlock(msgspec.Struct, frozen=True):
    """A paragraph, or the label of a button and its link."""

    words: str
    link: str = ""


def write(template: str, **context: Any) -> tuple[str, str]:
    """Return the subject and text of `templates/mail/{template}.txt`, whose first line is the subject."""
    rendered = _plain().get_template(f"people/mail/{template}.txt").render(mail=_site(), **context)
    subject, _, text = rendered.partition("\n")
    # A title in it may hold whatever a member typed.
    return one_line(subject.removeprefix("Subject: ")), text.strip() + "\n"


def written_message(template: str, **context: Any) -> tuple[str, str, str]:
    """Return the subject, text and HTML of a message to one address, from `templates/mail/{template}.txt`.

    A line of text above a URL that is in `context` becomes a button in the HTML.
    """
    with speaking(for_staff(spoken()) if template.startswith(STAFF) else spoken()):
        return _written_message(template, **context)


def _written_message(template: str, **context: Any) -> tuple[str, str, str]:
    subject, text = write(template, **context)
    links = {value for value in context.values() if isinstance(value, str) and value.startswith("http")}
    text_blocks = blocks(text, links)
    # The first block is the greeting. The second says what the message is about.
    preheader = shorten(" ".join(text_blocks[min(1, len(text_blocks) - 1)].words.split()), PREHEADER)
    return subject, text, written_html("message", subject=subject, preheader=preheader, blocks=text_blocks)


async def send_written(kind: str, to: str, template: str, **context: Any) -> None:
    """Queue the message of a template to one address, as `send` does, in the language of whoever has it."""
    with speaking(await language_of(to)):
        written = written_message(template, **context)
    await send(kind, to, *written)


async def language_of(address: str) -> Language:
    """Return the language in which to write to an address: its member's, or the site's."""
    return language_for(await db.value(SELECT_LANGUAGE, address) or "")


def written_html(template: str, **context: Any) -> str:
    """Return the HTML of `templates/mail/{template}.html`, which extends `people/mail/_layout.html`.

    For a letter of a list, `context` needs `off`, the unsubscribe link (`unsubscribe_link`), besides the template's own
    variables.
    """
    html = (
        environment()
        .get_template(f"people/mail/{template}.html")
        .render(mail=_site(), letter_style=_style(spoken().direction), **context)
    )
    return _inliner(spoken().direction).inline(html)


def blocks(text: str, links: Container[str]) -> list[MailBlock]:
    """Return the blocks of `text`, which are separated by empty lines.

    A line above one of `links` becomes a button. Other URLs do not, since a person may have written them.
    """
    return [_block(part.strip("\n"), links) for part in text.split("\n\n") if part.strip()]


def _block(text: str, links: Container[str]) -> MailBlock:
    words, _, link = text.rpartition("\n")
    return MailBlock(words.strip().removesuffix(":"), link) if words and link in links else MailBlock(text)


def _site() -> dict[str, str]:
    home = settings().base_url
    return {"name": settings().name, "home": home, "settings": f"{home}/settings/mail"}


def _plain() -> Environment:
    return _plain_in(spoken())


@cache
def _plain_in(language: Language) -> Environment:
    env = Environment(
        loader=FileSystemLoader(folder("templates")),
        extensions=[Messages],
        autoescape=False,  # noqa: S701 only .txt templates are read here
        undefined=StrictUndefined,
        finalize=as_text,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    env.filters |= {"number": number, "shown": as_text, "in_message": _in_message}
    env.globals["plural_form"] = language.form
    return env


def _in_message(value: Any) -> Any:
    """A value as it stands in a message of plain text, which has no markup to say its direction."""
    return isolate(value) if isinstance(value, str) and not value.startswith("http") else value


@cache
def _style(direction: str) -> Markup:
    """Return the media queries as a style element; they cannot be inlined. Templates must not have styles."""
    return Markup('<style data-css-inline="ignore">\n{}</style>').format(Markup("".join(_css(direction)[1:])))  # noqa: S704 ours


@cache
def _inliner(direction: str) -> "CSSInliner":
    import css_inline  # noqa: PLC0415 it takes 2 MB, which only the worker and previews need

    return css_inline.CSSInliner(
        extra_css=_css(direction)[0], keep_style_tags=True, load_remote_stylesheets=False, preallocate_node_capacity=512
    )


def _css(direction: str) -> tuple[str, str, str]:
    """Return the styles of letters: those for inlining, and the media queries.

    Many mail programs know no logical properties, so for a letter from right to left the sides are exchanged.
    """
    css = (folder("templates") / "people/mail/letter.css").read_text()
    mirrored = SIDE.sub(lambda side: "-right" if side[0] == "-left" else "-left", css) if direction == "rtl" else css
    return mirrored.partition("@media")
