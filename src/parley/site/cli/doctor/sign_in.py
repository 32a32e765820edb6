"""Checks of signing up and in: who can sign up, breached passwords, other providers."""

import asyncio

import asyncpg
import httpx

from parley.people.sign_in import breached
from parley.people.sso import discovery
from parley.platform.providers import Provider
from parley.platform.settings import Settings
from parley.site.cli.doctor.checks import Check, Level, judge
from parley.site.cli.doctor.servers import SECONDS

WHO = {
    "open": "Anybody can sign up.",
    "invited": "Only people whom a member invited can sign up.",
    "approved": "Anybody can sign up, and moderators let them in at /mod/signups.",
    "closed": "Nobody can sign up. `parley member add` adds members.",
}


async def sign_up(settings: Settings) -> list[Check]:
    try:
        connection = await asyncpg.connect(settings.database_url, timeout=SECONDS)
    except (OSError, TimeoutError, ValueError, asyncpg.PostgresError, asyncpg.InterfaceError):
        return []  # `database` reports it
    try:
        mode = await connection.fetchval("select sign_up from community")
    except asyncpg.PostgresError:
        return []
    finally:
        await connection.close()
    return [Check(Level.OK, "sign-up", WHO[mode])]


async def passwords(settings: Settings) -> list[Check]:
    """Say what keeps members from passwords that were published in breaches."""
    count = breached.size(settings.data)
    parts = [f"{count:,} from a file" if count else "", f"those that {settings.password_range} knows"]
    known = [part for part in parts[: 2 if settings.password_range else 1] if part]
    yes = f"Refused are common ones, and from breaches {' and '.join(known)}."
    no = "Only common ones are refused. `parley passwords import FILE` adds those from breaches."
    return [judge("passwords", good=bool(known), yes=yes, no=no, otherwise=Level.WARN if settings.secure else Level.OK)]


async def providers(settings: Settings) -> list[Check]:
    """Read what each provider of OpenID Connect publishes."""
    return list(await asyncio.gather(*map(_provider, settings.providers.values())))


async def _provider(provider: Provider) -> Check:
    if not provider.issuer:
        return Check(Level.OK, "provider", f"{provider.name} signs in at {provider.address}.")
    address = discovery.address_of(provider)
    try:
        async with httpx.AsyncClient(timeout=SECONDS) as client:
            issuer = (await client.get(address)).json()["issuer"]
    except (httpx.HTTPError, ValueError, KeyError, TypeError) as error:
        text = f"Nobody can sign in with {provider.name}: {address} cannot be read ({error or type(error).__name__})."
        return Check(Level.FAIL, "provider", text)
    no = (
        f"Nobody can sign in with {provider.name}: it calls itself {issuer!r}. Set exactly this issuer, if it is right."
    )
    yes = f"{provider.name} answers as {provider.issuer}."
    return judge("provider", good=issuer == provider.issuer, yes=yes, no=no)
