"""Revising articles from their sources, on a schedule (articles/checking.py)."""

import asyncio

import structlog

from parley.articles import checking
from parley.articles.checking import DueCheck
from parley.articles.importing.errors import CannotImport, PageGone, Unchanged
from parley.core.events import attempts
from parley.threads.opening import revise_from_source

log = structlog.get_logger(__name__)

# In one sweep, and no two of one site.
MOST = 5
SECONDS = 60
GONE = "When we last checked, the source had no page at this address."
GONE_FOR_GOOD = "The source removed the page. We no longer check it; the text here stays as it is."
FAULT = "The page could not be read because of a fault on our side."


async def check_sources() -> int:
    """Look at some of the sources that are due, and return how many."""
    hosts: list[str] = []
    while len(hosts) < MOST and (due := await checking.claim(hosts)) is not None:
        hosts.append(due.host)
        # Whichever fails here is due again in a quarter of an hour (articles/checking.py).
        await attempts.each("sources", [due], check, key=lambda one: one.id, in_transaction=False)
    return len(hosts)


async def check(due: DueCheck) -> None:
    """Look at one source; whatever it says or does, the text that is kept comes to no harm."""
    try:
        async with asyncio.timeout(SECONDS):
            text = None if due.archived else await checking.read(due)
        if text is None or not await revise_from_source(due.id, text):
            await checking.wait(due)
        else:
            log.info("source revised", article=due.id, url=due.url)
    except Unchanged:
        await checking.wait(due)
    except PageGone:
        await _gone(due)
    except CannotImport as error:
        # The rest of its sentences is for somebody who imports.
        await _not_taken(due, f"{str(error).partition('. ')[0].rstrip('.')}.")
    except TimeoutError:
        await _not_taken(due, "Reading the page took too long.")
    except Exception:
        log.exception("check failed", article=due.id)
        await checking.wait(due, FAULT)


async def _gone(due: DueCheck) -> None:
    if due.note == GONE:
        log.info("source gone", article=due.id, url=due.url)
        await checking.stop(due, GONE_FOR_GOOD)
    else:
        await _not_taken(due, GONE)


async def _not_taken(due: DueCheck, note: str) -> None:
    log.info("source not taken", article=due.id, url=due.url, note=note)
    await checking.wait(due, note)
