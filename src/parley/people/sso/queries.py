"""Reading members' accounts at other sites."""

from collections.abc import Mapping
from datetime import datetime

import msgspec

from parley.people.sso.tables import Identity
from parley.platform import db
from parley.platform.providers import Provider
from parley.platform.settings import settings

# A member who never confirmed their address does not keep the link from another one.
RELEASE_IDENTITY = """
delete from identity i using member m
where i.source = $1 and i.subject = $2 and m.id = i.member and m.state = 'unverified' and m.id <> $3
"""


class IdentityRow(msgspec.Struct, frozen=True):
    """An account elsewhere, as its member sees it."""

    id: int
    source: str
    created_at: datetime

    @property
    def name(self) -> str:
        """The provider's name, or its address if it is no longer in the settings."""
        return next(
            (provider.name for provider in settings().providers.values() if provider.source == self.source), self.source
        )


async def owner(source: str, subject: str) -> int | None:
    """The id of the member to whom an account elsewhere is connected."""
    member: int | None = await db.value(
        Identity.select(Identity.member).where(Identity.source == source, Identity.subject == subject)
    )
    return member


async def links(member: int) -> list[IdentityRow]:
    own = Identity.select().where(Identity.member == member)
    return await db.fetch(IdentityRow, own.order_by(Identity.created_at, Identity.id))


def not_connected(links: list[IdentityRow]) -> Mapping[str, Provider]:
    """The providers that a member with these links can still connect."""
    known = {link.source for link in links}
    return {key: provider for key, provider in settings().providers.items() if provider.source not in known}
