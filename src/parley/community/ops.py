"""Changing the community's rules."""

import structlog

from parley.community.queries import default_rules
from parley.community.tables import Community
from parley.core.db import NOW
from parley.core.errors import Forbidden
from parley.core.http.access import ADMIN, Viewer
from parley.core.text.messages import N_

log = structlog.get_logger(__name__)


async def set_sign_up(viewer: Viewer, mode: str) -> None:
    """Set who can become a member. Raises Forbidden for anybody but admins."""
    if viewer.access < ADMIN:
        raise Forbidden(N_("Only admins can do this."))
    changed = await Community.update({Community.sign_up: mode}).where(Community.sign_up != mode).returning(Community.id)
    if changed:
        log.info("sign-up changed", member=viewer.id, mode=mode)


async def set_rules(*, viewer: Viewer, rules: str, asks_declaration: bool) -> None:
    """Set the community's rules. With none, or with Parley's own text, Parley's own rules apply and follow its updates.

    Raises Forbidden for anybody but admins.
    """
    if viewer.access < ADMIN:
        raise Forbidden(N_("Only admins can do this."))
    own = "" if rules == default_rules() else rules
    changed = (
        await Community.update(
            {Community.rules: own, Community.asks_declaration: asks_declaration, Community.changed_at: NOW}
        )
        # Rules that stay the same keep the day of their last change.
        .where((Community.rules != own) | (Community.asks_declaration != asks_declaration))
        .returning(Community.id)
    )
    if changed:
        log.info("rules changed", member=viewer.id, asks_declaration=asks_declaration)
