"""Whether a database has the tables that this code expects. Apart from `migrate`, whose tools take much memory."""

import re
from functools import cache
from pathlib import Path

from parley.core.db import value

FOLDER = Path(__file__).resolve().parents[1] / "migrations"


async def is_migrated() -> bool:
    """Whether the database has every migration this code knows."""
    if await value("select to_regclass('migration') is null"):
        return False
    done = await value("select coalesce(array_agg(name), '{}') from migration where app_name = 'parley'")
    return known() <= set(done)


@cache
def known() -> set[str]:
    """The ids of all migrations in the code."""
    files = FOLDER.glob("m[0-9]*.py")
    return {match[1] for file in files if (match := re.search(r'^ID = "(.+)"$', file.read_text(), re.MULTILINE))}
