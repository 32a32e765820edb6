"""A visitor's answer on its way through signing in: in the address that they come back to, so that nothing is stored.

Whoever opens such an address gives the answer only if they signed in within an hour after it was made. So a link to
somebody else's answer does nothing for members who are signed in.
"""

from datetime import datetime
from time import time

from parley.people.accounts.tables import Session
from parley.people.accounts.viewer import Viewer
from parley.platform import db
from parley.platform.signing import is_signature, sign

# Signing in takes no longer. The clocks of web servers and the database may differ a little.
LONGEST_SECONDS, DIFFERENCE = 3_600, 5


def given_token(thread: int, value: int, version: int | None) -> str:
    """Return the token of an answer that a visitor gives now."""
    plain = f"{int(time())}"
    return f"{plain}.{sign('thesis', _signed(thread, value, version, plain)).hex()}"


async def was_given(viewer: Viewer, token: str, thread: int, value: int, version: int | None) -> bool:
    """Whether this answer was given by a visitor, who then signed in as `viewer`."""
    plain, _, signature = token.partition(".")
    if not is_signature("thesis", _signed(thread, value, version, plain), signature):
        return False
    started: datetime | None = await db.value(Session.select(Session.created_at).where(Session.id == viewer.session))
    return started is not None and -DIFFERENCE <= started.timestamp() - int(plain) <= LONGEST_SECONDS


def _signed(thread: int, value: int, version: int | None, plain: str) -> bytes:
    return f"{thread}|{value}|{version}|{plain}".encode(errors="replace")
