"""Serving the picture for links to a thread, while it shows the words that the thread's page shows."""

import hashlib
from typing import Any

from litestar import Response, get
from litestar.params import FromPath

from parley.discussion.thesis.queries import PRESENT
from parley.discussion.threads.voices import Voices, voices
from parley.platform import db
from parley.platform.errors import NotFound
from parley.platform.http.access import ANYONE
from parley.platform.settings import settings
from parley.platform.text.cleaning import as_id

CURRENT_PICTURE = f"""
from link_picture k join thread t on t.id = k.thread join article a on a.id = t.article {PRESENT}
where t.id = $1 and not a.untitled and k.title = t.title and k.thesis = coalesce(h.text, '')
  and k.voices = $2 and k.site is not distinct from case when a.url is not null then a.site end
"""
SELECT_DIGEST = f"select k.digest {CURRENT_PICTURE}"
SELECT_DATA = f"select k.data {CURRENT_PICTURE} and k.digest = $3"


def mark_of(both: Voices | None) -> str:
    """Return the beginning of the SHA-256 of the words of a disagreement, or nothing for none."""
    words = "\0".join((both.quote, *(voice.words for voice in both.both))) if both else ""
    return words and hashlib.sha256(words.encode()).hexdigest()[:16]


async def address(thread: int, both: Voices | None) -> str | None:
    """Return the absolute address of the present picture of a thread with this disagreement, or None without one."""
    digest = await db.value(SELECT_DIGEST, thread, mark_of(both))
    return f"{settings().base_url}/card/{thread}/{digest}.png" if digest else None


@get("/card/{thread:str}/{picture:str}", name="feeds:picture", opt={"who": ANYONE, "reading": True})
async def picture(thread: FromPath[str], picture: FromPath[str]) -> Response[Any]:
    """Serve the picture. Other sites may show it."""
    number = as_id(thread)
    if number is None:
        raise NotFound
    both = (await voices([number])).get(number)
    data = await db.value(SELECT_DATA, number, mark_of(both), picture.removesuffix(".png"))
    if data is None:
        raise NotFound
    return Response(data, media_type="image/png", headers={"Cross-Origin-Resource-Policy": "cross-origin"})


handlers: list[object] = [picture]
