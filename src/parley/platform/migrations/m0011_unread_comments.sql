alter table unread_count add column comments integer, add column comments_until timestamptz,
  add column corrections bigint not null default 0;

-- What a member read decides which comments are unread for them, and not which notifications.
create function visit_unread_changed() returns trigger language plpgsql as $$
begin
  insert into unread_change (member, created_at) select distinct -member, now() from changed;
  return null;
end $$;

create trigger visit_added after insert on visit referencing new table as changed
  for each statement execute function visit_unread_changed();
create trigger visit_changed after update on visit referencing new table as changed
  for each statement execute function visit_unread_changed();

-- Comments that appear, disappear or move, for whomever they are unread (letters/unread/counts.py). New comments are
-- not recorded: there are too many.
create function comments_corrected() returns trigger language plpgsql as $$
begin
  insert into unread_change (member, created_at) values (0, now());
  return null;
end $$;

create trigger comment_corrected after update of state, thread on comment for each row
  when (old.state <> new.state or old.thread <> new.thread) execute function comments_corrected();
create trigger comments_deleted after delete on comment for each statement execute function comments_corrected();
