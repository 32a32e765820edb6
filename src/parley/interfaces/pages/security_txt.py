"""How to report a security problem (RFC 9116)."""

from datetime import UTC, datetime, timedelta

from litestar import MediaType, Response, get

from parley.platform.http.access import ANYONE
from parley.platform.settings import settings

# RFC 9116 recommends less than a year.
LASTS = timedelta(days=180)


@get("/.well-known/security.txt", name="pages:security-txt", opt={"who": ANYONE}, sync_to_thread=False)
def security_txt() -> Response[str]:
    """Who to write to. The end of its validity changes once a day."""
    today = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    base = settings().base_url
    lines = (
        f"Contact: mailto:{settings().security_contact or settings().mail_address}",
        f"Expires: {today + LASTS:%Y-%m-%dT%H:%M:%SZ}",
        "Preferred-Languages: en",
        f"Canonical: {base}/.well-known/security.txt",
    )
    return Response("\n".join(lines) + "\n", media_type=MediaType.TEXT)


handlers: list[object] = [security_txt]
