"""Whether this process is up, and whether it can serve."""

from typing import Any

from litestar import MediaType, Response, get

from parley.core import db
from parley.core.access import ANYONE
from parley.core.errors import Unavailable
from parley.core.failures import OUTAGES
from parley.core.migrate import is_migrated


@get("/healthz", name="health:up", opt={"who": ANYONE}, media_type=MediaType.TEXT)
async def healthz() -> str:
    return "up\n"


@get("/readyz", name="health:ready", opt={"who": ANYONE})
async def readyz() -> Response[Any]:
    """200 when the database answers and is migrated and the demo, if one is wanted, is in; else 503 and why."""
    reason = await _why_not()
    return Response((reason or "ready") + "\n", status_code=503 if reason else 200, media_type=MediaType.TEXT)


async def _why_not() -> str | None:
    try:
        if not await is_migrated():
            return "The database is not migrated. Run `parley migrate`."
        await db.value("select 1")
    except (Unavailable, *OUTAGES):
        return "The database does not answer."
    return None


handlers = [healthz, readyz]
