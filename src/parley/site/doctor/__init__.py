"""Examines an installation: `parley doctor` prints it, and admins read it on the page of the site."""

import asyncio

from parley.platform.settings import Settings
from parley.site.doctor import names, servers
from parley.site.doctor.checks import Check, address, disk, files, mail, passwords, providers, secret, version
from parley.site.doctor.work import backups, work


async def examine(settings: Settings) -> list[Check]:
    """Check everything that these settings name, all at once: a server that does not answer takes some seconds."""
    parts = await asyncio.gather(
        address(settings),
        names.certificate(settings),
        names.dns(settings),
        secret(settings),
        servers.database(settings),
        servers.replica(settings),
        servers.redis(settings),
        work(settings),
        backups(settings),
        disk(settings),
        mail(settings),
        files(),
        passwords(settings),
        providers(settings),
        version(settings),
    )
    return [check for part in parts for check in part]
