"""Translates the HTML of a comment: asks the service of PARLEY_TRANSLATOR, in the form of LibreTranslate.

Quotations and code stay as they are. What the service answers is a stranger's: it has no more markup than the original
and no other links, and is cleaned as comments are.
"""

import asyncio
import re
from collections.abc import Iterator, Sequence
from html import unescape
from itertools import groupby

import msgspec
import nh3
import structlog

from parley.extraction.errors import CannotImport
from parley.extraction.fetching.fetch import ask
from parley.platform.environment import networks
from parley.platform.errors import Busy
from parley.platform.settings import settings
from parley.platform.text.beginnings import TAG, VOID
from parley.platform.text.cleaning import clean
from parley.platform.text.markdown import ATTRIBUTES, LINK_REL, SCHEMES, TAGS
from parley.platform.text.messages import N_

log = structlog.get_logger(__name__)

SECONDS = 10.0
LARGEST_ANSWER = 400_000
# How many times as long as the original a translation may be, and a few words more.
TIMES, MORE = 3, 200
HEADERS = {"Content-Type": "application/json", "Accept": "application/json"}
# The operator chose the address. Nothing that is redirected to is asked.
ANYWHERE = networks("0.0.0.0/0 ::/0")
HREF = re.compile(r' href="([^"]*)"')
NOT_NOW = N_("This comment cannot be translated right now. Please try again later.")


class Answer(msgspec.Struct, frozen=True):
    texts: list[str] = msgspec.field(name="translatedText")


async def translate(html: str, source: str, target: str) -> str:
    """Return rendered `html` in another language. Raises Busy when the service gives no answer that can be shown."""
    parts = [(is_own, "".join(blocks)) for is_own, blocks in groupby(_blocks(html), _is_own)]
    asked = [part for is_own, part in parts if is_own]
    try:
        async with asyncio.timeout(SECONDS):
            answers = await _ask(asked, source, target)
        done = iter([_cleaned(answer, part) for answer, part in zip(answers, asked, strict=True)])
    except (CannotImport, TimeoutError, ValueError, msgspec.MsgspecError) as error:
        log.warning("translator failed", source=source, target=target, error=str(error) or type(error).__name__)
        raise Busy(NOT_NOW, 60) from None
    return "".join(next(done) if is_own else part for is_own, part in parts)


async def _ask(texts: Sequence[str], source: str, target: str) -> list[str]:
    question = {"q": texts, "source": source, "target": target, "format": "html"}
    if key := settings().translator_key:
        question["api_key"] = key
    address, body = f"{settings().translator}/translate", msgspec.json.encode(question)
    status, answer = await ask(address, body, HEADERS, allow=ANYWHERE, deadline=SECONDS, limit=LARGEST_ANSWER)
    if status != 200:  # noqa: PLR2004 its only good answer
        raise ValueError(f"status {status}")
    return msgspec.json.decode(answer, type=Answer).texts


def _blocks(html: str) -> Iterator[str]:
    """The blocks that rendered `html` consists of; together they are all of it."""
    depth = start = 0
    for tag in TAG.finditer(html):
        if tag[2] not in VOID:
            depth += -1 if tag[1] else 1
        if not depth:
            yield html[start : tag.end()]
            start = tag.end()
    yield html[start:]


def _is_own(block: str) -> bool:
    """Whether a block is in the author's own words."""
    return "<blockquote" not in block and "<pre" not in block


def _cleaned(answer: str, original: str) -> str:
    """Return an answer that can be shown. Raises ValueError."""
    if len(answer) > TIMES * len(original) + MORE or answer.count("<") > original.count("<"):
        raise ValueError("more than was asked for")
    links = {unescape(href) for href in HREF.findall(original)}

    def of_original(_tag: str, name: str, value: str) -> str | None:
        return None if name == "title" or (name == "href" and value not in links) else value

    # Raises BadText for what PostgreSQL cannot hold.
    text = clean(answer)
    return nh3.clean(
        text, tags=TAGS, attributes=ATTRIBUTES, url_schemes=SCHEMES, link_rel=LINK_REL, attribute_filter=of_original
    )
