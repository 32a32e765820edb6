"""Members who leave choose whether their pasted articles go, and what others quoted of them.

The moderation record can forget what moderators removed from a profile, or as a statement.
"""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from parley.platform.db import execute

ID = "2026-12-01T23:52:04:000000"
VERSION = "1.38.0"
DESCRIPTION = "choices of an erasure, and more that the record forgets"

FORWARDS = """
alter table "member" add column "erase_articles" boolean not null default false;
alter table "member" add column "erase_quotes" boolean not null default false;
alter table "article" add column "erased" boolean not null default false;
create table "sanctioned_address" (
  "digest" bytea primary key not null,
  "decision" bigint not null,
  "created_at" timestamptz not null default current_timestamp
);
create or replace function mod_action_without_words(state jsonb) returns jsonb language sql immutable as $$
  select state - '{why,name,bio,title,statement}'::text[]
    || case when jsonb_typeof(state -> 'collapsed') = 'string' then '{"collapsed": ""}' else '{}' end::jsonb
$$;

create or replace function mod_action_forgets() returns trigger language plpgsql as $$
begin
  if new.reason <> '' or new.salt is not null
     or new.before not in (old.before - 'why', mod_action_without_words(old.before))
     or new.after not in (old.after - 'why', mod_action_without_words(old.after))
     or to_jsonb(new) - '{reason,salt,before,after}'::text[]
        <> to_jsonb(old) - '{reason,salt,before,after}'::text[] then
    raise exception 'the moderation record is never changed' using errcode = 'insufficient_privilege';
  end if;
  return new;
end $$;
"""


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="parley", description=DESCRIPTION)

    async def run() -> None:
        await execute(FORWARDS)

    manager.add_raw(run)
    return manager
