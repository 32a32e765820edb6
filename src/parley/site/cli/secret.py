"""`parley secret`: replacing the secret that Parley signs and seals with."""

from typing import Any

import msgspec
import rich_click as click

from parley.interfaces.webhooks.signing import PURPOSE
from parley.people.accounts import sealing
from parley.platform import db
from parley.platform.errors import CommandFailed
from parley.platform.settings import settings
from parley.site.cli.running import on_installation

# A row that was changed meanwhile is sealed with the present secret already.
SELECT_AUTHENTICATORS = "select member as id, seed as sealed, 'seed|' || member as bound_to from authenticator"
RENEW_AUTHENTICATOR = "update authenticator set seed = $3 where member = $1 and seed = $2"
SELECT_WEBHOOKS = f"select id, secret as sealed, '{PURPOSE}' as bound_to from webhook"  # noqa: S608 a constant
RENEW_WEBHOOK = "update webhook set secret = $3 where id = $1 and secret = $2"
SELECT_FORMER = (
    f"select id, former_secret as sealed, '{PURPOSE}' as bound_to from webhook where former_secret is not null"  # noqa: S608 a constant
)
RENEW_FORMER = "update webhook set former_secret = $3 where id = $1 and former_secret = $2"


class Sealed(msgspec.Struct, frozen=True):
    id: int
    sealed: bytes
    bound_to: str


@click.group()
def secret() -> None:
    """Replace the secret that Parley signs and seals with."""


@secret.command()
@on_installation
async def renew() -> dict[str, Any]:
    """Seal authenticator apps and webhooks with PARLEY_SECRET that were sealed with PARLEY_SECRET_FORMER.

    Doing it again changes nothing.
    """
    if settings().former_secret is None:
        raise CommandFailed("Set PARLEY_SECRET_FORMER to the secret that PARLEY_SECRET replaces.")
    apps, webhooks = await seal_anew()
    text = f"Sealed anew: {apps} authenticator apps and {webhooks} webhooks."
    return {"text": text, "authenticators": apps, "webhooks": webhooks}


async def seal_anew() -> tuple[int, int]:
    """Seal with the present secret what only the former one opens; return the numbers of apps and of webhooks."""
    apps = await _renew(SELECT_AUTHENTICATORS, RENEW_AUTHENTICATOR)
    webhooks = await _renew(SELECT_WEBHOOKS, RENEW_WEBHOOK)
    await _renew(SELECT_FORMER, RENEW_FORMER)
    return apps, webhooks


async def _renew(select: str, update: str) -> int:
    outdated = [row for row in await db.fetch(Sealed, select) if sealing.is_outdated(row.sealed, row.bound_to)]
    for sealed in outdated:
        plain = sealing.unseal(sealed.sealed, sealed.bound_to)
        if plain is not None:
            await db.execute(update, sealed.id, sealed.sealed, sealing.seal(plain, sealed.bound_to))
    return len(outdated)
