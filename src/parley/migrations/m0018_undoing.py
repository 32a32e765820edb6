"""A decision that is taken back within its transaction gives a comment exactly the state it had, listed step or not."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.querystring import QueryString

from parley.core.db import DB
from parley.migrations.m0010_moderation_rules import TRANSITIONS

ID = "2026-11-25T14:18:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "undoing"

# now() is when the transaction began: only the one that undoes the decision itself finds it. What the decision made of
# the comment must be what it is still, and what it had been is all that it can become.
TRANSITION = f"""
create or replace function comment_transition() returns trigger language plpgsql as $$
begin
  if new.state <> old.state
     and not (old.state || '>' || new.state) = any (string_to_array('{TRANSITIONS["comment"]}', ' '))
     and not exists (
       select from decision d
       where d.kind = 'comment' and d.target = new.id and d.state = 'undone' and d.ended_at = now()
         and d.before ->> 'state' = new.state
         and old.state = case when d.action = 'approve' then 'visible' when new.state = 'pending' then 'rejected'
                              else 'removed' end) then
    raise exception 'a comment cannot go from % to %', old.state, new.state using errcode = 'check_violation';
  end if;
  return new;
end $$
"""


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="parley", description=DESCRIPTION)

    async def run() -> None:
        await DB.run_querystring(QueryString(TRANSITION))

    manager.add_raw(run)
    return manager
