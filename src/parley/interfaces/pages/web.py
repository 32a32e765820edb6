"""Pages without data: how Parley works, and how to report a security problem."""

from datetime import UTC, datetime, timedelta
from typing import Any

from litestar import MediaType, Response, get

from parley.platform.http.access import ANYONE, AnyRequest
from parley.platform.http.pages import page
from parley.platform.settings import settings

# RFC 9116 recommends less than a year.
LASTS = timedelta(days=180)


@get("/how", name="pages:how", opt={"who": ANYONE, "reading": True})
async def how(request: AnyRequest) -> Response[Any]:
    return page(request, "interfaces/how/page.html")


@get("/.well-known/security.txt", name="pages:security-txt", opt={"who": ANYONE}, sync_to_thread=False)
def security_txt() -> Response[str]:
    """Say where to report a security problem (RFC 9116). The date of expiry changes once a day."""
    today = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    base = settings().base_url
    lines = (
        f"Contact: mailto:{settings().security_contact or settings().mail_address}",
        f"Expires: {today + LASTS:%Y-%m-%dT%H:%M:%SZ}",
        "Preferred-Languages: en",
        f"Canonical: {base}/.well-known/security.txt",
    )
    return Response("\n".join(lines) + "\n", media_type=MediaType.TEXT)


handlers: list[object] = [how, security_txt]
