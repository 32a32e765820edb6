"""Uniqueness over several columns as constraints, and one function for all simple lists of steps: as the tables say."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from parley.core.db import execute

ID = "2026-11-27T05:30:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "constraints as declared"

UNIQUE = {
    "block": "block_member_other_key",
    "comment_version": "comment_version_comment_number_key",
    "event": "event_thread_seq_key",
    "follow": "follow_member_thread_key",
    "issue": "issue_member_list_period_key",
    "item": "item_kind_target_key",
    "job_failure": "job_failure_job_item_key",
    "passage": "passage_revision_position_key",
    "passage_count": "passage_count_part",
    "preference": "preference_member_kind_key",
    "revision": "revision_article_number_key",
    "rule_version": "rule_version_key",
    "topic_follow": "topic_follow_member_topic_key",
    "visit": "visit_member_thread_key",
    "vote": "vote_comment_member_axis_key",
}
STEPS = """
drop trigger member_transition on member;
drop function member_transition();
drop trigger report_transition on report;
drop function report_transition();
drop trigger appeal_transition on appeal;
drop function appeal_transition();
drop trigger comment_transition on comment;
drop function comment_transition();

-- A row goes from one state to another only by a step that is listed here, whoever asks for it (trust.md B3).
create function state_transition() returns trigger language plpgsql as $$
begin
  if new.state <> old.state and not (old.state || '>' || new.state) = any (tg_argv) then
    raise exception 'a % cannot go from % to %', tg_table_name, old.state, new.state using errcode = 'check_violation';
  end if;
  return new;
end $$;

create trigger member_transition before update of state on member for each row execute function state_transition(
  'unverified>active',
  'active>silenced', 'active>suspended', 'active>deactivated',
  'silenced>active',
  'suspended>active',
  'deactivated>active', 'deactivated>anonymised'
);

create trigger report_transition before update of state on report for each row execute function state_transition(
  'open>claimed',
  'claimed>open', 'claimed>resolved',
  'resolved>open'
);

create trigger appeal_transition before update of state on appeal for each row execute function state_transition(
  'filed>assigned', 'filed>withdrawn',
  'assigned>upheld', 'assigned>overturned', 'assigned>modified'
);

-- A comment may also go back to the state that a decision changed, when the same transaction undoes this decision
-- (docs/decisions/0009): now() is the time at which a transaction began, so only the one that undoes it has ended_at.
-- The comment must still be in the state that the decision gave it.
create function comment_transition() returns trigger language plpgsql as $$
begin
  if new.state <> old.state and not (old.state || '>' || new.state) = any (tg_argv)
     and not exists (
       select from decision d
       where d.kind = 'comment' and d.target = new.id and d.state = 'undone' and d.ended_at = now()
         and d.before ->> 'state' = new.state
         and old.state = case when d.action = 'approve' then 'visible' when new.state = 'pending' then 'rejected'
                              else 'removed' end) then
    raise exception 'a comment cannot go from % to %', old.state, new.state using errcode = 'check_violation';
  end if;
  return new;
end $$;

create trigger comment_transition before update of state on comment for each row execute function comment_transition(
  'draft>pending', 'draft>visible',
  'pending>visible', 'pending>rejected', 'pending>expired',
  'visible>hidden', 'visible>removed', 'visible>deleted_by_author',
  'hidden>visible', 'hidden>removed',
  'removed>visible', 'removed>purged',
  'rejected>visible', 'rejected>purged',
  'deleted_by_author>visible', 'deleted_by_author>purged'
);
"""


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="parley", description=DESCRIPTION)

    async def run() -> None:
        for table, name in UNIQUE.items():
            await execute(f"alter table {table} add constraint {name} unique using index {name}")
        await execute(STEPS)

    manager.add_raw(run)
    return manager
