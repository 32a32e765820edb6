"""Revising articles from their sources, on a schedule (articles/imports/source_checks.py)."""

import asyncio

import structlog

from parley.articles.imports import source_checks
from parley.articles.imports.source_checks import DueCheck
from parley.discussion.threads.edit_ops import obey_reservations
from parley.discussion.threads.opening import revise_from_source
from parley.extraction.errors import CannotImport, PageGone, Unchanged
from parley.platform.events import attempts
from parley.platform.text.messages import N_, Message

log = structlog.get_logger(__name__)

# At most this many in one sweep, each of another site.
MOST_IN_SWEEP = 5
SECONDS = 60
GONE = N_("When we last checked, the source had no page at this address.")
GONE_FOR_GOOD = N_("The source removed the page. We no longer check it; the text here stays as it is.")
FAULT = N_("The page could not be read because of a fault on our side.")


async def check_sources() -> int:
    """Check some of the sources that are due, and return how many."""
    hosts: list[str] = []
    while len(hosts) < MOST_IN_SWEEP and (due := await source_checks.claim(hosts)) is not None:
        hosts.append(due.host)
        # One that fails here is due again in a quarter of an hour (articles/imports/source_checks.py).
        await attempts.each("sources", [due], check, key=lambda source: source.id, in_transaction=False)
    return len(hosts)


async def check(due: DueCheck) -> None:
    """Check one source, and revise its article if the text changed. A check that fails leaves the text as it is."""
    try:
        async with asyncio.timeout(SECONDS):
            revised = not due.archived and await _revise(due)
        if not revised:
            await source_checks.schedule(due)
    except Unchanged:
        await source_checks.schedule(due)
    except PageGone:
        await _handle_gone(due)
    except CannotImport as error:
        await _schedule_with_note(due, error.reason)
    except TimeoutError:
        await _schedule_with_note(due, N_("Reading the page took too long."))
    except Exception:
        log.exception("check failed", article=due.id)
        await source_checks.schedule(due, FAULT)


async def _revise(due: DueCheck) -> bool:
    """Revise an article from its page. Returns False if there was nothing to do."""
    page = await source_checks.read(due)
    text = await source_checks.as_revision(due, page)
    # Only once the article was found on the page: a login page may state stricter reservations.
    if await obey_reservations(due.id, page.reservations):
        log.info("source allows an excerpt only", article=due.id, url=due.url)
        return True
    if text is None or not await revise_from_source(due.id, text):
        return False
    log.info("source revised", article=due.id, url=due.url)
    return True


async def _handle_gone(due: DueCheck) -> None:
    if due.note == GONE:
        log.info("source gone", article=due.id, url=due.url)
        await source_checks.stop(due, GONE_FOR_GOOD)
    else:
        await _schedule_with_note(due, GONE)


async def _schedule_with_note(due: DueCheck, note: Message) -> None:
    log.info("source not revised", article=due.id, url=due.url, note=note)
    await source_checks.schedule(due, note)
