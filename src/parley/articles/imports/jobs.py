"""Reading imports."""

import asyncio

import msgspec
import structlog

from parley.articles.articles.text import ArticleText
from parley.articles.imports import ops as imports
from parley.articles.imports.ops import Import, decode, encode
from parley.articles.imports.reading import complete, partial_text, read_file, read_text, read_url
from parley.extraction.errors import CannotImport
from parley.platform.errors import TooMany
from parley.platform.events import attempts
from parley.platform.ratelimit import take_volume
from parley.platform.text.messages import N_

log = structlog.get_logger(__name__)

SECONDS = 90


async def read_waiting() -> int:
    """Read all waiting imports, and return how many there were."""
    # An import is given up after three tries, whatever the attempts of the job.
    await imports.give_up()
    return await attempts.each_claimed("imports", imports.claim, read)


async def read(wanted: Import) -> None:
    """Read one import. If that fails, its page says why."""
    try:
        async with asyncio.timeout(SECONDS):
            text = await _text(wanted)
            if wanted.title and wanted.title != text.title:
                # The member typed this title, so it was not found anywhere.
                text = msgspec.structs.replace(text, title=wanted.title, where=text.where | {"title": ""})
            draft = encode(text)
            await take_volume(wanted.member, len(draft))
    except CannotImport as error:
        partial = partial_text(error.found)
        await imports.fail(wanted.id, error.message, encode(partial) if partial else None)
    except TooMany as error:
        await imports.fail(wanted.id, error.message)
    except TimeoutError:
        await imports.fail(wanted.id, N_("Reading it took too long. Paste the text instead."))
    except Exception:
        log.exception("import failed", id=wanted.id)
        await imports.fail(
            wanted.id,
            N_("It could not be read because of a fault on our side. Paste the text instead."),
        )
    else:
        can_be_read_again = wanted.source == "file" and text.encoding is not None
        await imports.finish(wanted.id, draft=draft, keep_file=can_be_read_again)


async def _text(wanted: Import) -> ArticleText:
    given = wanted.given or b""
    if wanted.source == "url":
        return await read_url(wanted.url or "", wanted.member, wanted.encoding)
    if wanted.source == "file":
        data = await imports.file_of(wanted.id)
        return await read_file(wanted.url or "", data, title=wanted.title, member=wanted.member, chosen=wanted.encoding)
    text = await read_text(given.decode(), title=wanted.title, member=wanted.member, claimed=wanted.url)
    return complete(text, decode(wanted.draft)) if wanted.draft else text
