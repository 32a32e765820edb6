"""Erasing again, at a restore, the members who were erased since the backup was taken.

The list of erasures says who they were: the one in the data folder, or a copy beside the backup. The one in the backup
says only who was erased before. Where the backup replaces a database of the same installation, that says it as well.
"""

import zipfile
from pathlib import Path
from typing import Any

import msgspec

from parley.own_data.erasure import ledger
from parley.own_data.erasure.ledger import Ledger
from parley.own_data.erasure.rules import MORE, Scope
from parley.platform.db.migrated import OLD_SCHEMA
from parley.platform.settings import settings
from parley.site.backup.archive import ERASURES

# Ids are given once, so the same id and time mean the same member. The replaced tables may be of an older Parley.
SELECT_REPLACED = """
select m.id, to_jsonb(o) as choices from {schema}.member o
join member m on m.id = o.id and m.created_at = o.created_at
where o.state = 'anonymised' and m.state <> 'anonymised'
"""
# Members whose address was not confirmed wrote nothing, and become active first: only so can they be erased.
ACTIVATE = """
update member set state = 'active', email = 'erased-' || id, email_key = 'erased-' || id
where id = $1 and state = 'unverified'
"""
ERASE_AGAIN = """
update member set state = case when state = 'suspended' then state else 'deactivated' end,
  erase_at = now(), erase_words = $2, erase_articles = $3, erase_quotes = $4
where id = $1 and state in ('active', 'silenced', 'suspended', 'deactivated') returning id
"""


class NoList(Exception):
    """There is no list of erasures, so members may come back who were erased since the backup was taken."""


def find(path: Path) -> Ledger | None:
    """The list in the data folder, with that beside the backup `path`; None if there is neither."""
    own, beside = ledger.read(settings().data), ledger.read(path.absolute().parent)
    return own | beside if own and beside else own or beside


def known(archive: zipfile.ZipFile, erasures: Ledger | None) -> Ledger:
    """The list with the erasures from before the backup, for restoring an older one later."""
    before = ledger.parse(archive.read(ERASURES).decode("ascii")) if ERASURES in archive.namelist() else Ledger()
    return (erasures or Ledger()) | before


async def erase_again(connection: Any, backup_secret: str, erasures: Ledger | None) -> int:
    """Mark the members to be erased, and return how many there are. The secret may have been replaced meanwhile."""
    own = settings().secrets
    secrets = own if backup_secret in own else (backup_secret or "",)
    marked = set()
    for listed in (erasures or Ledger()).erased:
        name_key = await connection.fetchval("select name_key from member where id = $1", listed.member)
        if name_key is not None and listed.digest in [ledger.digest(secret, name_key) for secret in secrets]:
            marked.add(await _mark(connection, listed.member, listed.scope))
    if await connection.fetchval("select to_regclass($1)", f"{OLD_SCHEMA}.member"):
        for number, choices in await connection.fetch(SELECT_REPLACED.format(schema=OLD_SCHEMA)):
            chosen = msgspec.json.decode(choices)
            scope = Scope(chosen["erase_words"], *(chosen.get(f"erase_{more}", False) for more in MORE))
            marked.add(await _mark(connection, number, scope))
    return len(marked - {None})


async def _mark(connection: Any, member: int, scope: Scope) -> int | None:
    await connection.execute(ACTIVATE, member)
    marked: int | None = await connection.fetchval(ERASE_AGAIN, member, scope.words, scope.articles, scope.quotes)
    return marked
