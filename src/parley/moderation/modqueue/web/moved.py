"""Pages that became parts of the queue, of the overview, of People or of Rules lead there."""

from litestar import get
from litestar.handlers import HTTPRouteHandler
from litestar.response import Redirect

from parley.platform.http.access import MODERATOR, AnyRequest

MOVED = {
    "/mod/appeals": "/mod/queue?kind=appeal",
    "/mod/second-looks": "/mod/queue?kind=second-look",
    "/mod/rights": "/mod/queue?kind=rights",
    "/mod/signups": "/mod/queue?kind=signup",
    "/mod/imported": "/mod/queue?kind=imported",
    "/mod/stats": "/mod",
    "/mod/guidelines": "/mod/rules",
    "/mod/rings": "/mod/members#rings",
}


def _leading(old: str, new: str) -> HTTPRouteHandler:
    @get(old, name=f"moved:{old.rpartition('/')[2]}", opt={"who": MODERATOR})
    async def lead(request: AnyRequest) -> Redirect:
        address, has_anchor, anchor = new.partition("#")
        if query := request.url.query:
            address += ("&" if "?" in address else "?") + query
        return Redirect(address + has_anchor + anchor, status_code=303)

    return lead


handlers: list[object] = [_leading(old, new) for old, new in MOVED.items()]
