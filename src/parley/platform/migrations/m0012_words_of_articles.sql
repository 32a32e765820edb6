alter table thesis add column in_article boolean not null default false;

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
