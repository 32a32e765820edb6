"""Step-up: before something sensitive, a member gives their password again, even though they are signed in."""

import structlog

from parley.accounts import passwords, queries
from parley.accounts.ops import Client
from parley.accounts.password_ops import NOT_CURRENT
from parley.core import db, ratelimit
from parley.core.errors import Refused
from parley.core.http.access import Viewer

log = structlog.get_logger(__name__)

# Also stated by templates/accounts/prove.html.
MINUTES = 10
IS_PROVEN = f"""
select proved_at > now() - interval '{MINUTES} minutes' from session where id = $1 and member = $2
"""  # noqa: S608 a constant


async def is_proven(viewer: Viewer) -> bool:
    """Whether the viewer gave their password in this session within the last ten minutes."""
    return bool(await db.value(IS_PROVEN, viewer.session, viewer.id))


async def prove(viewer: Viewer, password: str, client: Client) -> None:
    """Record that the viewer gave their password.

    Raises Refused when it is not theirs, TooMany after too many tries.
    """
    await ratelimit.take(ratelimit.CONFIRM_ACCOUNT, str(viewer.id))
    account = await queries.account(viewer.id)
    if account is None or not await passwords.matches(password, account.password_hash):
        log.warning("password not confirmed", member=viewer.id, network=client.network)
        raise Refused(NOT_CURRENT)
    await db.execute("update session set proved_at = now() where id = $1 and member = $2", viewer.session, viewer.id)
