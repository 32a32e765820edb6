"""What may happen to comments, members, reports and appeals; the record that only grows; the first guidelines."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.querystring import QueryString

from parley.core.db import DB

ID = "2026-11-25T05:00:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "transitions, the record, guidelines"

# trust.md B3: whatever is not listed here cannot happen, whoever asks for it.
TRANSITIONS = {
    "comment": "draft>pending draft>visible pending>visible pending>rejected pending>expired visible>hidden "
    "visible>removed visible>deleted_by_author hidden>visible hidden>removed removed>visible removed>purged "
    "rejected>visible rejected>purged deleted_by_author>visible deleted_by_author>purged",
    "member": "unverified>active active>silenced active>suspended active>deactivated silenced>active "
    "suspended>active deactivated>active deactivated>anonymised",
    "report": "open>claimed claimed>open claimed>resolved resolved>open",
    "appeal": "filed>assigned filed>withdrawn assigned>upheld assigned>overturned assigned>modified",
}

TRANSITION = """
create function {table}_transition() returns trigger language plpgsql as $$
begin
  if new.state <> old.state and not (old.state || '>' || new.state) = any (string_to_array('{pairs}', ' ')) then
    raise exception 'a {table} cannot go from % to %', old.state, new.state using errcode = 'check_violation';
  end if;
  return new;
end $$;;
create trigger {table}_transition before update of state on {table}
  for each row execute function {table}_transition()
"""

RULES = """
alter table item add constraint item_kind_check check (kind in ('comment', 'member', 'article'));;
alter table item add constraint item_state_check check (state in ('open', 'done'));;
create unique index item_kind_target_key on item (kind, target);;
create index item_open on item (risk desc, opened_at, id) where state = 'open';;
alter table report add constraint report_state_check check (state in ('open', 'claimed', 'resolved'));;
alter table report add constraint report_outcome_check check (
  outcome in ('upheld', 'declined', 'duplicate', 'no_action') and state = 'resolved' or outcome is null);;
create unique index report_once on report (item, reporter) where reporter is not null and state <> 'resolved';;
create index report_reporter on report (reporter, created_at desc) where reporter is not null;;
alter table decision add constraint decision_state_check
  check (state in ('awaiting', 'in_force', 'undone', 'overturned', 'ended', 'refused'));;
create index decision_target on decision (kind, target, id desc);;
create index decision_member on decision (member, id desc) where member is not null;;
create index decision_moderator on decision (moderator, created_at desc) where moderator is not null;;
create index decision_until on decision (until) where state = 'in_force' and until is not null;;
alter table appeal add constraint appeal_state_check
  check (state in ('filed', 'assigned', 'upheld', 'overturned', 'modified', 'withdrawn'));;
create index appeal_waiting on appeal (created_at) where state in ('filed', 'assigned');;
create index note_member on note (member, id desc);;
create index mod_action_target on mod_action (kind, target, id);;
create index mod_action_at on mod_action (at desc, id desc);;
alter table rule add constraint rule_state_check check (state in ('off', 'shadow', 'on'));;
alter table rule add constraint rule_action_check check (action in ('hold', 'flag', 'collapse', 'slow', 'notify'));;
create unique index rule_version_key on rule_version (rule, version);;
create index hit_comment on hit (comment);;
create index hit_rule on hit (rule, created_at desc);;
alter table block add constraint block_kind_check check (kind in ('block', 'mute'));;
create unique index block_member_other_key on block (member, other);;
create index comment_pending on comment (author, created_at) where state = 'pending';;
create function mod_action_digest(a mod_action) returns bytea language sql immutable as $$
  select sha256(a.prev_hash || convert_to(jsonb_build_array(a.id, extract(epoch from a.at), a.actor, a.role, a.action,
    a.kind, a.target, a.before, a.after, a.guideline, a.reason, a.automated, a.decision)::text, 'UTF8'))
$$;;
create function mod_action_chain() returns trigger language plpgsql as $$
begin
  perform pg_advisory_xact_lock(7270002);
  new.id := (select coalesce(max(id), 0) + 1 from mod_action);
  new.prev_hash := coalesce((select hash from mod_action where id = new.id - 1), ''::bytea);
  new.hash := mod_action_digest(new);
  return new;
end $$;;
create trigger mod_action_chain before insert on mod_action for each row execute function mod_action_chain();;
create function mod_action_stays() returns trigger language plpgsql as $$
begin
  raise exception 'the moderation record is never changed' using errcode = 'insufficient_privilege';
end $$;;
create trigger mod_action_stays before update or delete or truncate on mod_action
  for each statement execute function mod_action_stays();;
insert into guideline (code, title, text, illegal, severity, position) values
  ('civility', 'Argue with the case, not with the person', 'No insults, no threats, no guessing at motives.', false, 1, 1),
  ('hate', 'Nobody is attacked for what they are', 'Origin, belief, body, gender, whom one loves.', false, 3, 2),
  ('privacy', 'Other people''s private lives stay private', 'No addresses, no private mail, no unmasking.', false, 3, 3),
  ('spam', 'No advertising', 'Nothing posted to sell, to be ranked, or many times over.', false, 1, 4),
  ('topic', 'Stay with the article', 'A thread is about its article and what follows from it.', false, 0.5, 5),
  ('honesty', 'Say what you are', 'No second accounts, no undeclared machine text, no made-up sources.', false, 1, 6),
  ('illegal', 'Nothing against the law', 'Content that is illegal where this community is at home.', true, 5, 7)
"""


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="parley", description=DESCRIPTION)

    async def run() -> None:
        made = (TRANSITION.format(table=table, pairs=pairs) for table, pairs in TRANSITIONS.items())
        for statement in (*RULES.split(";;\n"), *(part for one in made for part in one.split(";;\n"))):
            await DB.run_querystring(QueryString(statement.replace("{}", "{{}}")))

    manager.add_raw(run)
    return manager
