"""Whether this process is up, and whether it can serve."""

from typing import Any

from litestar import MediaType, Request, Response, get

from parley.core import db
from parley.core.access import ANYONE
from parley.core.errors import Unavailable
from parley.core.failures import OUTAGES
from parley.core.migrated import is_migrated

AnyRequest = Request[Any, Any, Any]


@get("/healthz", name="health:up", opt={"who": ANYONE})
async def healthz(request: AnyRequest) -> Response[str]:
    """200 while this process takes requests; 503 once it is about to end, so that a proxy turns to others.

    It says nothing of the database: when that is away, people shall see our own page, with what they typed.
    """
    return _answer(_why_ending(request), "up")


@get("/readyz", name="health:ready", opt={"who": ANYONE})
async def readyz(request: AnyRequest) -> Response[str]:
    """200 when the database answers and is migrated and this process is not about to end; else 503 and why."""
    return _answer(_why_ending(request) or await _why_not(), "ready")


def _answer(reason: str | None, well: str) -> Response[str]:
    return Response((reason or well) + "\n", status_code=503 if reason else 200, media_type=MediaType.TEXT)


def _why_ending(request: AnyRequest) -> str | None:
    return "This process is about to end." if request.app.state.ending else None


async def _why_not() -> str | None:
    try:
        if not await is_migrated():
            return "The database is not migrated. Run `parley migrate`."
        await db.value("select 1")
    except (Unavailable, *OUTAGES):
        return "The database does not answer."
    return None


handlers = [healthz, readyz]
