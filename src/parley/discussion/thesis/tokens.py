"""A visitor's answer on its way through signing in: in the address that they come back to, so that nothing is stored.

Whoever opens such an address gives the answer only within an hour after it was made, from the host that made it, and if
they signed in meanwhile. So a link to somebody else's answer does nothing.
"""

from datetime import datetime
from time import time

from parley.discussion.thesis.forms import ThesisAnswerForm
from parley.people.accounts.tables import Session
from parley.people.accounts.viewer import Viewer
from parley.platform import db
from parley.platform.http.access import AnyRequest, address_of
from parley.platform.networks import source
from parley.platform.signing import is_signature, sign

# Signing in takes no longer. The clocks of web servers and the database may differ a little.
LONGEST_SECONDS, DIFFERENCE = 3_600, 5


def given_token(request: AnyRequest, thread: int, form: ThesisAnswerForm) -> str:
    """Return the token of an answer that a visitor gives now."""
    plain = f"{int(time())}"
    return f"{plain}.{sign('thesis', _signed(request, thread, form, plain)).hex()}"


async def was_given(request: AnyRequest, viewer: Viewer, thread: int, form: ThesisAnswerForm) -> bool:
    """Whether this answer was given by a visitor, who then signed in as `viewer`."""
    plain, _, signature = form.given.partition(".")
    if not is_signature("thesis", _signed(request, thread, form, plain), signature):
        return False
    started: datetime | None = await db.value(Session.select(Session.created_at).where(Session.id == viewer.session))
    made = int(plain)
    return started is not None and started.timestamp() >= made - DIFFERENCE and time() - made <= LONGEST_SECONDS


def _signed(request: AnyRequest, thread: int, form: ThesisAnswerForm, plain: str) -> bytes:
    host = source(address_of(request)).host
    return f"{thread}|{form.value}|{form.version}|{plain}|{host}".encode(errors="replace")
