"""The database role of the application: it may write all tables, but only append to the moderation log.

It may erase the words of an entry, which a trigger checks (schema.sql).

The login of DATABASE_URL owns the tables, as migrations need. Every other connection switches to this role, if it
exists. PostgreSQL then refuses to change or delete entries of the log, even after a bug or a break-in.
"""

from typing import Any

ROLE = "parley_app"

# Every run of the migrations grants anew, for new tables and for a role that was created later.
# A login that may not create roles works without one; `parley doctor` says what to do.
GRANT_ROLE = f"""
do $$ begin
  begin
    create role {ROLE} nologin;
    execute format('grant {ROLE} to %I', current_user);
  exception when insufficient_privilege or duplicate_object or unique_violation then
    raise notice 'the role {ROLE} was not created';
  end;
  if exists (select from pg_roles where rolname = '{ROLE}') then
    grant usage on schema public to {ROLE};
    grant select, insert, update, delete on all tables in schema public to {ROLE};
    grant usage, select on all sequences in schema public to {ROLE};
    alter default privileges in schema public grant select, insert, update, delete on tables to {ROLE};
    alter default privileges in schema public grant usage, select on sequences to {ROLE};
    revoke update, delete, truncate on mod_action from {ROLE};
    grant update (reason, before, after, salt) on mod_action to {ROLE};
    revoke insert, update, delete, truncate on migration from {ROLE};
  end if;
end $$
"""  # noqa: S608 constants only

# Does nothing if the database has not been migrated since the role exists, or the login is not a member of it.
ASSUME_ROLE = f"""
select set_config('role', rolname, false) from pg_roles
where rolname = '{ROLE}' and pg_has_role(current_user, oid, 'member')
  and has_table_privilege(oid, to_regclass('mod_action'), 'insert')
"""  # noqa: S608 constants only


async def assume_role(connection: Any) -> None:
    """Switch a new connection to the application's role, if there is one. RESET ALL does not switch back."""
    await connection.execute(ASSUME_ROLE)
