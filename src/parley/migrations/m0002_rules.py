"""What Piccolo cannot say: checks, uniqueness over several columns, partial indexes, the topics of the first field."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.querystring import QueryString

from parley.core.db import DB

ID = "2026-11-25T01:00:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "checks, indexes, topics"

FORWARDS = """
alter table member add constraint member_role_check check (role in ('member', 'moderator', 'admin'));
alter table member add constraint member_state_check
  check (state in ('unverified', 'active', 'silenced', 'suspended', 'deactivated', 'anonymised'));
create index session_member on session (member);
create index token_member on token (member, purpose) where used_at is null;

alter table source add constraint source_display_check check (display in ('full', 'excerpt'));
alter table article add constraint article_display_check check (display in ('full', 'excerpt'));
create unique index article_url_key on article (url) where url is not null;
create unique index revision_article_number_key on revision (article, number);
create index revision_text on revision (text_hash);
create sequence lineage;
create unique index passage_revision_position_key on passage (revision, position);
create index passage_lineage on passage (lineage);
alter table article_import add constraint article_import_state_check
  check (state in ('waiting', 'fetching', 'reading', 'ready', 'failed', 'published'));
create index article_import_waiting on article_import (changed_at) where state in ('waiting', 'fetching', 'reading');
create index article_import_member on article_import (member, id);

alter table thread add constraint thread_state_check check (state in ('open', 'locked', 'archived'));
create index thread_new on thread (created_at desc, id desc);
create index thread_active on thread (last_activity_at desc, id desc);
create index thread_topic on thread (topic, last_activity_at desc);
create index standing_hot on standing (hot desc, thread desc);
create index standing_score on standing (score desc, thread desc);
create unique index visit_member_thread_key on visit (member, thread);

alter table comment add constraint comment_state_check check (state in
  ('draft', 'pending', 'visible', 'hidden', 'removed', 'rejected', 'expired', 'deleted_by_author', 'purged'));
alter table comment add constraint comment_stance_check
  check (stance is null or (stance in ('supports', 'challenges', 'adds', 'asks') and parent is null));
create unique index comment_author_submission_key on comment (author, submission) where submission is not null;
create unique index comment_thread_imported_key on comment (thread, imported_id) where imported_id is not null;
create index comment_children on comment (parent, best desc) where parent is not null;
create index comment_roots on comment (thread, best desc) where parent is null;
create index comment_best on comment (thread, best desc, id);
create index comment_time on comment (thread, created_at, id);
create index comment_controversial on comment (thread, controversial desc, id);
create index comment_author on comment (author, created_at desc) where author is not null;
create index comment_scored on comment (thread, scored_at) where scored_at is not null;
create unique index comment_version_comment_number_key on comment_version (comment, number);

alter table vote add constraint vote_axis_check check (axis in ('quality', 'agreement'));
alter table vote add constraint vote_value_check check (value in (-1, 0, 1));
create unique index vote_comment_member_axis_key on vote (comment, member, axis);
create index vote_member_thread on vote (member, thread);
create index vote_uncounted on vote (member) where not counted;

create unique index event_thread_seq_key on event (thread, seq);
create index event_unhandled on event (id) where handled_at is null;
create index mail_due on mail (due_at) where sent_at is null;

insert into topic (slug, name, position) values
  ('ai-and-society', 'AI and society', 1),
  ('research', 'Research', 2),
  ('work', 'Work', 3),
  ('policy', 'Policy', 4),
  ('craft', 'Craft', 5)
"""



async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="parley", description=DESCRIPTION)

    async def run() -> None:
        for statement in FORWARDS.split(";\n"):
            await DB.run_querystring(QueryString(statement))

    manager.add_raw(run)
    return manager
