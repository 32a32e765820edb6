"""What changes the community's rules."""

import structlog

from parley.community.queries import shipped
from parley.core import db
from parley.core.errors import Forbidden
from parley.core.http.access import ADMIN, Viewer

log = structlog.get_logger(__name__)

# Rules that read the same as before keep the day on which they were changed.
SET = """
update community set rules = $1, asks_declaration = $2, changed_at = now()
where (rules, asks_declaration) is distinct from ($1, $2)
"""


async def set_rules(*, viewer: Viewer, rules: str, asks_declaration: bool) -> None:
    """Write the community's rules; none, or those that come with Parley, leave these in force as they develop.

    Raises Forbidden for anybody but admins.
    """
    if viewer.standing < ADMIN:
        raise Forbidden("Only admins can do this.")
    own = "" if rules == shipped() else rules
    if await db.execute(SET, own, asks_declaration):
        log.info("rules changed", member=viewer.id, asks_declaration=asks_declaration)
