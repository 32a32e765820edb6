-- What the tables (*/tables.py) cannot say: a sequence, statistics, functions and triggers. It runs after the tables are made.

-- The numbers of passages' lineages: several passages, one a revision, have the same.
create sequence lineage;


-- PostgreSQL knows how frequent the 4,000 most frequent words are, and estimates that each other one is half as frequent
-- as the last of them. With its usual 1,000, it read most documents of a site to find one of two rare words.
alter table search_document alter column words set statistics 400;


-- A row goes from one state to another only by a step that is listed here, whoever asks for it.
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
  'silenced>active', 'silenced>deactivated',
  'suspended>active', 'suspended>anonymised',
  'deactivated>active', 'deactivated>silenced', 'deactivated>anonymised'
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
  'pending>visible', 'pending>rejected', 'pending>expired', 'pending>withdrawn',
  'visible>hidden', 'visible>removed', 'visible>deleted_by_author',
  'hidden>visible', 'hidden>removed',
  'removed>visible', 'rejected>visible', 'deleted_by_author>visible'
);


-- The beginning of a comment's HTML never outlives it: whoever changes only the HTML need not know of it.
create function comment_begins_anew() returns trigger language plpgsql as $$
begin
  if new.beginning is not distinct from old.beginning then
    new.beginning := null;
  end if;
  return new;
end $$;

create trigger comment_begins_anew before update of html on comment for each row
  when (old.beginning is not null and new.html <> old.html) execute function comment_begins_anew();


-- What a machine made of a comment's words goes with them, whoever changes or hides them.
create function comment_translation_goes() returns trigger language plpgsql as $$
begin
  delete from comment_translation where comment = new.id;
  return null;
end $$;

create trigger comment_translation_goes after update of state, html on comment for each row
  when (old.state <> new.state or old.html <> new.html) execute function comment_translation_goes();


-- Pages of threads show the names, titles and states of their authors, and are kept until a row changes that they are
-- made from. So that none has to read the rows of all its authors, a change of a member writes the
-- stats of their threads again, unchanged. At the commit, and by one transaction at a time: so none that is waited for
-- waits itself.
create function author_changed() returns trigger language plpgsql as $$
begin
  perform pg_advisory_xact_lock(7270003);
  update thread_stats set thread = thread where thread in (
    select thread from comment where author = new.id union all select id from thread where starter = new.id
  );
  return null;
end $$;

create constraint trigger author_changed after update of name, title, state on member deferrable initially deferred
  for each row when ((old.name, old.title, old.state) is distinct from (new.name, new.title, new.state))
  execute function author_changed();


-- The number of a member's unread notifications is kept (letters/notifications/counts.py). Whatever it depends on adds
-- a row here when it changes, in the same transaction, and the next page counts again. Votes and the passing of time
-- make little difference, so the number is also counted again after a minute.
create function unread_changed() returns trigger language plpgsql as $$
begin
  insert into unread_change (member, created_at) select distinct member, now() from changed;
  return null;
end $$;

create trigger notification_added after insert on notification referencing new table as changed
  for each statement execute function unread_changed();
create trigger notification_changed after update on notification referencing new table as changed
  for each statement execute function unread_changed();
create trigger notification_gone after delete on notification referencing old table as changed
  for each statement execute function unread_changed();
create trigger follow_added after insert on follow referencing new table as changed
  for each statement execute function unread_changed();
create trigger follow_changed after update on follow referencing new table as changed
  for each statement execute function unread_changed();
create trigger follow_gone after delete on follow referencing old table as changed
  for each statement execute function unread_changed();
create trigger topic_follow_added after insert on topic_follow referencing new table as changed
  for each statement execute function unread_changed();
create trigger topic_follow_changed after update on topic_follow referencing new table as changed
  for each statement execute function unread_changed();
create trigger topic_follow_gone after delete on topic_follow referencing old table as changed
  for each statement execute function unread_changed();
create trigger muted_word_added after insert on muted_word referencing new table as changed
  for each statement execute function unread_changed();
create trigger muted_word_changed after update on muted_word referencing new table as changed
  for each statement execute function unread_changed();
create trigger muted_word_gone after delete on muted_word referencing old table as changed
  for each statement execute function unread_changed();
create trigger preference_added after insert on notification_preference referencing new table as changed
  for each statement execute function unread_changed();
create trigger preference_changed after update on notification_preference referencing new table as changed
  for each statement execute function unread_changed();
create trigger preference_gone after delete on notification_preference referencing old table as changed
  for each statement execute function unread_changed();

-- Neither sees notifications about the other any more, or both do again.
create function block_unread_changed() returns trigger language plpgsql as $$
begin
  insert into unread_change (member, created_at)
  select one, now() from changed cross join lateral (values (member), (other)) both_of_them(one);
  return null;
end $$;

create trigger block_added after insert on block referencing new table as changed
  for each statement execute function block_unread_changed();
create trigger block_changed after update on block referencing new table as changed
  for each statement execute function block_unread_changed();
create trigger block_gone after delete on block referencing old table as changed
  for each statement execute function block_unread_changed();

-- Whoever has a notification about the comment: those it was for, and its author.
create function comment_unread_changed() returns trigger language plpgsql as $$
begin
  insert into unread_change (member, created_at)
  select member, now() from notification
  where comment = new.id and kind in ('reply', 'mention', 'followed') and read_at is null
  union select new.author, now() where new.author is not null;
  return null;
end $$;

create trigger comment_unread_changed
  after update of state, ups, downs, base_ups, base_downs, body, statement on comment for each row
  when (old.state <> new.state or (old.body, old.statement) is distinct from (new.body, new.statement)
        or (old.base_downs + old.downs > old.base_ups + old.ups + 1)
        <> (new.base_downs + new.downs > new.base_ups + new.ups + 1))
  execute function comment_unread_changed();

create function report_unread_changed() returns trigger language plpgsql as $$
begin
  insert into unread_change (member, created_at)
  select n.member, now() from queue_item i join notification n on n.comment = i.target
  where i.id = new.item and i.kind = 'comment' and n.kind in ('reply', 'mention', 'followed') and n.read_at is null;
  return null;
end $$;

create trigger report_unread_changed after insert or update of state, weight on report for each row
  execute function report_unread_changed();

create function decision_unread_changed() returns trigger language plpgsql as $$
begin
  insert into unread_change (member, created_at)
  select member, now() from notification where decision = new.id and read_at is null;
  return null;
end $$;

create trigger decision_unread_changed after update of state on decision for each row
  when (old.state <> new.state) execute function decision_unread_changed();


-- Whether a thesis has words of its article, in any version: then they may not be read where that part may not. Long
-- histories are not read to their ends, and count as if they had the words.
create function thesis_is_in_article() returns trigger language plpgsql as $$
begin
  select coalesce(bool_or(strpos(newest.text, rtrim(new.text, '.!…')) > 0), false) or count(*) = 100000
  into new.in_article from (
    select p.text from thread t join revision r on r.article = t.article join passage p on p.revision = r.id
    where t.id = new.thread order by r.id desc limit 100000
  ) newest;
  return new;
end $$;

create trigger thesis_is_in_article before insert or update of text on thesis
  for each row execute function thesis_is_in_article();

-- The same for the theses that there are, when an article gets a version.
create function thesis_comes_into_article() returns trigger language plpgsql as $$
begin
  update thesis h set in_article = true from (
    select t.id, string_agg(a.text, chr(10)) as text
    from added a join revision r on r.id = a.revision join thread t on t.article = r.article
    where exists (select from thesis n where n.thread = t.id and not n.in_article) group by t.id
  ) version
  where h.thread = version.id and not h.in_article and strpos(version.text, rtrim(h.text, '.!…')) > 0;
  return null;
end $$;

create trigger thesis_comes_into_article after insert on passage referencing new table as added
  for each statement execute function thesis_comes_into_article();


-- The digest of an entry's words. Without the salt nobody can find the words by trying.
create function mod_action_words(a mod_action) returns bytea language sql immutable as $$
  select sha256(a.salt || convert_to(jsonb_build_array(a.before, a.after, a.reason)::text, 'UTF8'))
$$;

-- The hash of an entry of the moderation record, which holds that of the entry before it. It has the digest of the
-- words, not the words: so an entry can forget them. An entry that names no request is hashed without one.
create function mod_action_digest(a mod_action) returns bytea language sql immutable as $$
  select sha256(a.prev_hash || convert_to((jsonb_build_array(a.id, extract(epoch from a.at), a.actor, a.role, a.action,
    a.kind, a.target, encode(a.words, 'hex'), a.guideline, a.automated, a.decision)
    || case when a.request is null then '[]' else jsonb_build_array(a.request) end)::text, 'UTF8'))
$$;

-- Entries are numbered without gaps, in the order in which they are committed: the lock lets one transaction at a time
-- add to the record.
create function mod_action_chain() returns trigger language plpgsql as $$
begin
  perform pg_advisory_xact_lock(7270002);
  new.id := (select coalesce(max(id), 0) + 1 from mod_action);
  new.prev_hash := coalesce((select hash from mod_action where id = new.id - 1), ''::bytea);
  new.salt := decode(replace(gen_random_uuid()::text, '-', ''), 'hex');
  new.words := mod_action_words(new);
  new.hash := mod_action_digest(new);
  return new;
end $$;

create trigger mod_action_chain before insert on mod_action for each row execute function mod_action_chain();

-- The record only grows, but for words that are forgotten. The application's role lacks the right to anything else, too
--.
create function mod_action_stays() returns trigger language plpgsql as $$
begin
  raise exception 'the moderation record is never changed' using errcode = 'insufficient_privilege';
end $$;

create trigger mod_action_stays before delete or truncate on mod_action
  for each statement execute function mod_action_stays();

-- The states of an entry before and after it, without what people wrote.
create function mod_action_without_words(state jsonb) returns jsonb language sql immutable as $$
  select state - '{why,name,bio,title,statement}'::text[]
    || case when jsonb_typeof(state -> 'collapsed') = 'string' then '{"collapsed": ""}' else '{}' end::jsonb
$$;

-- Forgetting empties the reason and the words of the states (or `why` only, as an older version does), with the salt,
-- and changes nothing else.
create function mod_action_forgets() returns trigger language plpgsql as $$
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

create trigger mod_action_forgets before update on mod_action
  for each row execute function mod_action_forgets();
