"""The database role under which the application works: it may write all tables, and only add to the record.

The login of DATABASE_URL owns the tables, so migrations need it; every other connection gives its rights up for this
role, where it exists. PostgreSQL then refuses what a mistake, or somebody who found a way in, would do to the record.
"""

from typing import Any

ROLE = "parley_app"

# Every migration run does it anew, so that it holds for new tables, and for a role that was made later.
# A login that may not make roles goes on without one; `parley doctor` says what to do.
GRANT = f"""
do $$ begin
  begin
    create role {ROLE} nologin;
    execute format('grant {ROLE} to %I', current_user);
  exception when insufficient_privilege or duplicate_object or unique_violation then
    raise notice 'the role {ROLE} was not made here';
  end;
  if exists (select from pg_roles where rolname = '{ROLE}') then
    grant usage on schema public to {ROLE};
    grant select, insert, update, delete on all tables in schema public to {ROLE};
    grant usage, select on all sequences in schema public to {ROLE};
    alter default privileges in schema public grant select, insert, update, delete on tables to {ROLE};
    alter default privileges in schema public grant usage, select on sequences to {ROLE};
    revoke update, delete, truncate on mod_action from {ROLE};
    revoke insert, update, delete, truncate on migration from {ROLE};
  end if;
end $$
"""  # noqa: S608 constants only

# Nothing happens where the database was not migrated since there is the role, or the login is none of its members.
TAKE_ON = f"""
select set_config('role', rolname, false) from pg_roles
where rolname = '{ROLE}' and pg_has_role(current_user, oid, 'member')
  and has_table_privilege(oid, to_regclass('mod_action'), 'insert')
"""  # noqa: S608 constants only


async def take_on(connection: Any) -> None:
    """Let a new connection work under the application's role. It outlives RESET ALL."""
    await connection.execute(TAKE_ON)
