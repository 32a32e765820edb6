CREATE INDEX notification_counted ON "notification" (member, (kind = 'followed'), id desc) WHERE read_at is null;
CREATE TABLE "unread_change" (
  "id" BIGSERIAL PRIMARY KEY NOT NULL,
  "member" BIGINT NOT NULL DEFAULT null,
  "created_at" TIMESTAMPTZ NOT NULL DEFAULT current_timestamp
);
CREATE INDEX unread_change_member ON "unread_change" (member);
CREATE TABLE "unread_count" (
  "member" BIGINT PRIMARY KEY NOT NULL REFERENCES "member" ("id") ON DELETE CASCADE ON UPDATE CASCADE DEFAULT null,
  "notifications" INTEGER NOT NULL DEFAULT 0,
  "counted_at" TIMESTAMPTZ NOT NULL DEFAULT current_timestamp,
  "valid_until" TIMESTAMPTZ NOT NULL DEFAULT current_timestamp
);

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

create trigger comment_unread_changed after update of state, ups, downs, base_ups, base_downs on comment for each row
  when (old.state <> new.state or (old.base_downs + old.downs > old.base_ups + old.ups + 1)
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
