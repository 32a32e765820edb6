"""Which migrations a database has. Separate from `migrate`, whose imports take much memory."""

import re
from functools import cache
from pathlib import Path

from parley.platform.db import value, values

FOLDER = Path(__file__).resolve().parents[1] / "migrations"
# The schema to which a restore moves the existing tables until it is done (site/backup/restoring.py).
OLD_SCHEMA = "before_restore"


async def is_migrated() -> bool:
    """Whether the database has every migration this code knows, and no restore was interrupted."""
    if await value("select to_regnamespace($1) is not null", OLD_SCHEMA):
        return False
    return known_migrations() <= await applied_migrations()


async def applied_migrations() -> set[str]:
    """Return the ids of the migrations that the database has."""
    if await value("select to_regclass('migration') is null"):
        return set()
    return set(await values("select name from migration where app_name = 'parley'"))


@cache
def known_migrations() -> set[str]:
    """Return the ids of all migrations in the code."""
    files = FOLDER.glob("m[0-9]*.py")
    return {match[1] for file in files if (match := re.search(r'^ID = "(.+)"$', file.read_text(), re.MULTILINE))}
