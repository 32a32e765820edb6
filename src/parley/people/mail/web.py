"""Unsubscribing with one click from a letter, without signing in (RFC 8058)."""

from typing import Any

from litestar import Response, get, post
from litestar.params import FromPath

from parley.people.mail.letters import MailList, lists
from parley.people.mail.links import Unsubscription, read_unsubscribe_token
from parley.platform import db
from parley.platform.errors import NotFound
from parley.platform.http.access import ANYONE, AnyRequest
from parley.platform.http.pages import page
from parley.platform.text.messages import N_


@get("/mail/off/{token:str}", name="mail:off", opt={"who": ANYONE})
async def unsubscribe_page(request: AnyRequest, token: FromPath[str]) -> Response[Any]:
    """Show a button. A GET changes nothing, since programs that check links in mail open them."""
    unsubscription, of = _read(token)
    return page(request, "people/mailbox/off.html", done=None, **await _words(unsubscription, of))


@post("/mail/off/{token:str}", name="mail:stop", status_code=200, opt={"who": ANYONE, "any_body": True})
async def unsubscribe(request: AnyRequest, token: FromPath[str]) -> Response[Any]:
    """Unsubscribe, whatever the body is; only `back=1` subscribes again."""
    unsubscription, of = _read(token)
    # Only our own form sends this. Any other body, even an invalid one, unsubscribes.
    is_back = await request.body() == b"back=1" and of.start is not None
    change = of.start if is_back and of.start is not None else of.stop
    async with db.atomic():
        await change(unsubscription.member, unsubscription.argument)
    return page(
        request, "people/mailbox/off.html", done="back" if is_back else "off", **await _words(unsubscription, of)
    )


def _read(token: str) -> tuple[Unsubscription, MailList]:
    unsubscription = read_unsubscribe_token(token)
    if unsubscription is None or unsubscription.list not in lists:
        raise NotFound(N_("This link is incomplete. Please open it from the mail again, or copy the whole link."))
    return unsubscription, lists[unsubscription.list]


async def _words(unsubscription: Unsubscription, of: MailList) -> dict[str, Any]:
    about = await of.about(unsubscription.argument) if of.about and unsubscription.argument else None
    return {"title": of.title, "about": about, "can_go_back": of.start is not None}


handlers: list[object] = [unsubscribe_page, unsubscribe]
