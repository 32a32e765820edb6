"""Serving the picture for links to a thread, while it shows the title and the source that the thread's page shows."""

from typing import Any

from litestar import Response, get
from litestar.params import FromPath

from parley.discussion.thesis.queries import PRESENT
from parley.platform import db
from parley.platform.errors import NotFound
from parley.platform.http.access import ANYONE
from parley.platform.settings import settings
from parley.platform.text.cleaning import as_id
from parley.platform.text.messages import N_

CURRENT_PICTURE = f"""
from link_picture k join thread t on t.id = k.thread join article a on a.id = t.article {PRESENT}
where t.id = $1 and not a.untitled and k.title = t.title and k.thesis = coalesce(h.text, '')
  and k.site is not distinct from case when a.url is not null then a.site end
"""
SELECT_DIGEST = f"select k.digest {CURRENT_PICTURE}"
SELECT_DATA = f"select k.data {CURRENT_PICTURE} and k.digest = $2"


async def address(thread: int) -> str | None:
    """Return the absolute address of the present picture of a thread, or None while there is none."""
    digest = await db.value(SELECT_DIGEST, thread)
    return f"{settings().base_url}/card/{thread}/{digest}.png" if digest else None


@get("/card/{thread:str}/{picture:str}", name="feeds:picture", opt={"who": ANYONE, "reading": True})
async def picture(thread: FromPath[str], picture: FromPath[str]) -> Response[Any]:
    """Serve the picture. Other sites may show it."""
    number = as_id(thread)
    data = await db.value(SELECT_DATA, number, picture.removesuffix(".png")) if number is not None else None
    if data is None:
        raise NotFound(N_("There is no such picture."))
    return Response(data, media_type="image/png", headers={"Cross-Origin-Resource-Policy": "cross-origin"})


handlers: list[object] = [picture]
