"""Step-up: before something sensitive, a member proves again who they are, even though they are signed in.

They give a code of their authenticator app or, if they have none, their password.
"""

import structlog

from parley.accounts import authenticators, passwords, queries, second_factor
from parley.accounts.authentication import Client
from parley.accounts.password_ops import NOT_CURRENT
from parley.accounts.queries import Account
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
    """Whether the viewer proved who they are in this session within the last ten minutes."""
    return bool(await db.value(IS_PROVEN, viewer.session, viewer.id))


async def prove(viewer: Viewer, client: Client, *, password: str, code: str) -> None:
    """Record that the viewer proved who they are: with `code` if they have an authenticator app, else `password`.

    Raises Refused when it is wrong, TooMany after too many tries.
    """
    account = await queries.account(viewer.id)
    if account is not None and await authenticators.is_on(viewer.id):
        await second_factor.method_of(account, code)
    else:
        await _check_password(account, password, client)
    await db.execute("update session set proved_at = now() where id = $1 and member = $2", viewer.session, viewer.id)


async def _check_password(account: Account | None, password: str, client: Client) -> None:
    if account is None:
        raise Refused(NOT_CURRENT)
    await ratelimit.take(ratelimit.CONFIRM_ACCOUNT, str(account.id))
    if not await passwords.matches(password, account.password_hash):
        log.warning("password not confirmed", member=account.id, network=client.network)
        raise Refused(NOT_CURRENT)
