"""The role under which the application works: what it cannot do, and how it does without."""

from pathlib import Path
from typing import Any

import asyncpg
import pytest
from litestar import Litestar

from parley.platform import db
from parley.platform.db.role import GRANT_ROLE, assume_role
from parley.platform.local_servers import Folder
from parley.platform.local_servers import servers as local_servers
from tests import make

pytestmark = pytest.mark.anyio

WHO = "select current_user::text"


async def test_every_connection_works_under_it(app: Litestar) -> None:
    assert await db.value(WHO) == "parley_app"
    async with db.atomic():
        await db.execute("reset all")
        assert await db.value(WHO) == "parley_app"


@pytest.mark.parametrize(
    "sql",
    [
        "update mod_action set hash = ''",
        "delete from mod_action",
        "truncate mod_action",
        "alter table mod_action disable trigger mod_action_stays",
        "drop trigger mod_action_stays on mod_action",
        "set session_replication_role = replica",
        "delete from migration",
    ],
)
async def test_the_record_cannot_be_changed_whatever_the_trigger_says(app: Litestar, sql: str) -> None:
    async with make.as_owner():
        await db.execute("alter table mod_action disable trigger mod_action_stays")

    with pytest.raises(asyncpg.InsufficientPrivilegeError, match="permission denied|must be owner"):
        async with db.atomic():
            await db.execute(sql)


async def test_it_may_read_and_add_to_the_record(app: Litestar) -> None:
    await db.execute(
        "insert into mod_action (at, role, action, kind, target) values (now(), 'automatic', 'remove', 'comment', 1)"
    )

    assert await db.value("select action from mod_action") == "remove"


async def test_it_owns_nothing_and_cannot_sign_in(app: Litestar) -> None:
    assert await db.value("select count(*) from pg_tables where tableowner = 'parley_app'") == 0
    rights = "select rolcanlogin or rolsuper or rolcreaterole or rolbypassrls from pg_roles where rolname = $1"
    assert await db.value(rights, "parley_app") is False


async def test_tables_that_come_later_are_the_applications_too(app: Litestar) -> None:
    async with make.as_owner():
        await db.execute("create table later (id bigserial, words text)")

    assert await db.value("insert into later (words) values ('new') returning id") == 1


async def in_installation(folder: Path, *sql: str) -> Any:
    """Run statements in an installation as one new connection of the application, and say who it is then."""
    with local_servers(folder, fast=True) as both:
        connection = await asyncpg.connect(both.database_url)
        try:
            await assume_role(connection)
            for statement in sql:
                await connection.execute(statement)
            return await connection.fetchval(WHO)
        finally:
            await connection.close()


def pretend_it_has_the_role(path: Path, *, has: bool) -> None:
    folder = Folder(path)
    with folder.held():
        installation = folder.installation
        installation.has_application_role = has
        folder.remember(installation)


async def test_an_installation_from_before_goes_on_without_it_until_the_next_migration(tmp_path: Path) -> None:
    pretend_it_has_the_role(tmp_path, has=True)
    words = "reason text, before jsonb, after jsonb, salt bytea"
    tables = f"create table mod_action ({words}); create table migration (); create table comment ()"
    assert await in_installation(tmp_path, tables, GRANT_ROLE) == "parley"

    pretend_it_has_the_role(tmp_path, has=False)
    assert await in_installation(tmp_path, GRANT_ROLE) == "parley"

    assert await in_installation(tmp_path, "delete from comment") == "parley_app"
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await in_installation(tmp_path, "delete from mod_action")
