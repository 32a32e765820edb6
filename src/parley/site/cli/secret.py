"""`parley secret`: replacing the secret that Parley signs and seals with."""

from typing import Any

import msgspec
import rich_click as click

from parley.interfaces.webhooks.signing import PURPOSE
from parley.people.accounts import reserved_names, sealing
from parley.platform import db
from parley.platform.errors import CommandFailed
from parley.platform.settings import settings
from parley.site.cli.running import on_installation

# What is sealed: table, key, column, and what a value is bound to, as SQL.
AUTHENTICATORS = ("authenticator", "member", "seed", "'seed|' || member")
WEBHOOKS = ("webhook", "id", "secret", f"'{PURPOSE}'")
ERASED_NAMES = ("erased_name_key", "id", "sealed", f"'{reserved_names.PURPOSE}'")
FORMER_SECRETS = ("webhook", "id", "former_secret", f"'{PURPOSE}'")


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
    apps, webhooks = await _renew(*AUTHENTICATORS), await _renew(*WEBHOOKS)
    await _renew(*FORMER_SECRETS)
    await _renew(*ERASED_NAMES)
    return apps, webhooks


async def _renew(table: str, key: str, column: str, bound_to: str) -> int:
    """Seal a column anew. A row that was changed meanwhile is sealed with the present secret already."""
    select = f"select {key} as id, {column} as sealed, {bound_to} as bound_to from {table} where {column} is not null"  # noqa: S608 constants only
    update = f"update {table} set {column} = $3 where {key} = $1 and {column} = $2"  # noqa: S608 constants only
    outdated = [row for row in await db.fetch(Sealed, select) if sealing.is_outdated(row.sealed, row.bound_to)]
    for sealed in outdated:
        plain = sealing.unseal(sealed.sealed, sealed.bound_to)
        if plain is not None:
            await db.execute(update, sealed.id, sealed.sealed, sealing.seal(plain, sealed.bound_to))
    return len(outdated)
