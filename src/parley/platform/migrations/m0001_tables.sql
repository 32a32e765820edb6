CREATE TABLE "event" (
  "id" BIGSERIAL PRIMARY KEY NOT NULL,
  "thread" BIGINT NOT NULL DEFAULT null,
  "seq" BIGINT NOT NULL DEFAULT null,
  "kind" VARCHAR(40) NOT NULL DEFAULT null,
  "comment" BIGINT DEFAULT null,
  "actor" BIGINT DEFAULT null,
  "payload" JSONB NOT NULL DEFAULT '{}',
  "created_at" TIMESTAMPTZ NOT NULL DEFAULT current_timestamp,
  "handled_at" TIMESTAMPTZ DEFAULT null,
  "indexed_at" TIMESTAMPTZ DEFAULT null,
  "xid" XID8 NOT NULL DEFAULT pg_current_xact_id(),
  CONSTRAINT event_thread_seq_key UNIQUE ("thread", "seq")
);
CREATE INDEX event_unhandled ON "event" (id) WHERE handled_at is null;
CREATE INDEX event_unindexed ON "event" (id) WHERE indexed_at is null;
CREATE INDEX event_position ON "event" (xid, id);
CREATE INDEX event_time ON "event" USING brin (handled_at) WITH (autosummarize = on);
CREATE TABLE "rate_bucket" (
  "key" TEXT PRIMARY KEY NOT NULL DEFAULT null,
  "tokens" DOUBLE PRECISION NOT NULL DEFAULT null,
  "filled_at" TIMESTAMPTZ NOT NULL DEFAULT current_timestamp
);
CREATE TABLE "job_failure" (
  "id" BIGSERIAL PRIMARY KEY NOT NULL,
  "job" TEXT NOT NULL DEFAULT null,
  "item" TEXT NOT NULL DEFAULT null,
  "attempts" INTEGER NOT NULL DEFAULT 0,
  "error" TEXT NOT NULL DEFAULT '',
  "failed_at" TIMESTAMPTZ NOT NULL DEFAULT current_timestamp,
  "retry_at" TIMESTAMPTZ DEFAULT null,
  CONSTRAINT job_failure_job_item_key UNIQUE ("job", "item")
);
CREATE INDEX job_failure_dead ON "job_failure" (job) WHERE retry_at is null;
CREATE TABLE "mail" (
  "id" BIGSERIAL PRIMARY KEY NOT NULL,
  "kind" VARCHAR(20) NOT NULL DEFAULT null,
  "list" VARCHAR(20) DEFAULT null,
  "argument" TEXT NOT NULL DEFAULT '',
  "member" BIGINT DEFAULT null,
  "recipient" VARCHAR(254) NOT NULL DEFAULT null,
  "domain" TEXT NOT NULL DEFAULT '',
  "key" TEXT UNIQUE DEFAULT null,
  "answers" TEXT DEFAULT null,
  "ancestors" TEXT NOT NULL DEFAULT '',
  "subject" TEXT NOT NULL DEFAULT null,
  "text" TEXT NOT NULL DEFAULT null,
  "html" TEXT DEFAULT null,
  "created_at" TIMESTAMPTZ NOT NULL DEFAULT current_timestamp,
  "due_at" TIMESTAMPTZ NOT NULL DEFAULT current_timestamp,
  "expires_at" TIMESTAMPTZ DEFAULT null,
  "attempts" BIGINT NOT NULL DEFAULT 0,
  "state" VARCHAR(10) NOT NULL DEFAULT 'planned',
  "claim" UUID DEFAULT null,
  "leased_until" TIMESTAMPTZ DEFAULT null,
  "message" BYTEA DEFAULT null,
  "data_at" TIMESTAMPTZ DEFAULT null,
  "sent_at" TIMESTAMPTZ DEFAULT null,
  "queue_id" TEXT DEFAULT null,
  "error" TEXT DEFAULT null,
  CONSTRAINT mail_state CHECK (state in ('planned', 'claimed', 'data', 'sent', 'failed', 'expired', 'stopped', 'unknown')),
  CONSTRAINT mail_of_list CHECK (list is null or (member is not null and key is not null))
);
CREATE INDEX mail_due ON "mail" (domain, due_at) WHERE state = 'planned';
CREATE INDEX mail_urgent ON "mail" (due_at) WHERE state = 'planned' and list is null;
CREATE INDEX mail_leased ON "mail" (leased_until) WHERE state in ('claimed', 'data');
CREATE INDEX mail_member ON "mail" (member, list) WHERE member is not null;
CREATE INDEX mail_time ON "mail" (created_at);
CREATE TABLE "mail_domain" (
  "domain" TEXT PRIMARY KEY NOT NULL DEFAULT null,
  "tokens" DOUBLE PRECISION NOT NULL DEFAULT null,
  "filled_at" TIMESTAMPTZ NOT NULL DEFAULT current_timestamp,
  "recent" VARCHAR(20) NOT NULL DEFAULT '',
  "pauses" BIGINT NOT NULL DEFAULT 0,
  "paused_until" TIMESTAMPTZ DEFAULT null
);
CREATE TABLE "mail_address" (
  "address" TEXT PRIMARY KEY NOT NULL DEFAULT null,
  "score" DOUBLE PRECISION NOT NULL DEFAULT 0.0,
  "scored_at" TIMESTAMPTZ NOT NULL DEFAULT current_timestamp,
  "suppressed_at" TIMESTAMPTZ DEFAULT null,
  "reason" VARCHAR(20) DEFAULT null
);
CREATE INDEX mail_address_suppressed ON "mail_address" (suppressed_at desc) WHERE suppressed_at is not null;
CREATE TABLE "mail_bounce" (
  "id" BIGSERIAL PRIMARY KEY NOT NULL,
  "mail" BIGINT NOT NULL DEFAULT null,
  "address" TEXT NOT NULL DEFAULT null,
  "kind" VARCHAR(20) NOT NULL DEFAULT null,
  "status" VARCHAR(20) NOT NULL DEFAULT '',
  "detail" TEXT NOT NULL DEFAULT '',
  "digest" TEXT UNIQUE NOT NULL DEFAULT null,
  "created_at" TIMESTAMPTZ NOT NULL DEFAULT current_timestamp
);
CREATE INDEX mail_bounce_time ON "mail_bounce" (created_at desc);
CREATE TABLE "member" (
  "id" BIGSERIAL PRIMARY KEY NOT NULL,
  "name" VARCHAR(30) NOT NULL DEFAULT null,
  "name_key" VARCHAR(60) UNIQUE NOT NULL DEFAULT null,
  "email" VARCHAR(254) NOT NULL DEFAULT null,
  "email_key" VARCHAR(254) NOT NULL DEFAULT null,
  "password_hash" TEXT DEFAULT null,
  "role" VARCHAR(10) NOT NULL DEFAULT 'member',
  "staff_since" TIMESTAMPTZ DEFAULT null,
  "state" VARCHAR(12) NOT NULL DEFAULT 'unverified',
  "state_until" TIMESTAMPTZ DEFAULT null,
  "state_before" VARCHAR(12) DEFAULT null,
  "erase_at" TIMESTAMPTZ DEFAULT null,
  "erase_words" BOOLEAN NOT NULL DEFAULT false,
  "state_reason" TEXT NOT NULL DEFAULT '',
  "title" VARCHAR(60) NOT NULL DEFAULT '',
  "bio" TEXT NOT NULL DEFAULT '',
  "assisted" VARCHAR(8) NOT NULL DEFAULT 'show',
  "density" VARCHAR(11) NOT NULL DEFAULT 'comfortable',
  "legend" BOOLEAN NOT NULL DEFAULT true,
  "marks" VARCHAR(3) NOT NULL DEFAULT 'on',
  "in_maps" BOOLEAN NOT NULL DEFAULT true,
  "has_feed" BOOLEAN NOT NULL DEFAULT true,
  "checked_comments" INTEGER NOT NULL DEFAULT 0,
  "is_demo" BOOLEAN NOT NULL DEFAULT false,
  "mentioned_as" VARCHAR(30)[] NOT NULL DEFAULT '{}',
  "zone" VARCHAR(64) NOT NULL DEFAULT 'UTC',
  "seen_at" TIMESTAMPTZ NOT NULL DEFAULT current_timestamp,
  "created_at" TIMESTAMPTZ NOT NULL DEFAULT current_timestamp,
  CONSTRAINT member_role_check CHECK (role in ('member', 'moderator', 'admin')),
  CONSTRAINT member_state_check CHECK (state in ('unverified', 'active', 'silenced', 'suspended', 'deactivated', 'anonymised')),
  CONSTRAINT member_assisted_check CHECK (assisted in ('show', 'collapse', 'hide')),
  CONSTRAINT member_density_check CHECK (density in ('comfortable', 'compact'))
);
CREATE UNIQUE INDEX member_confirmed_email_key ON "member" (email_key) WHERE state <> 'unverified';
CREATE INDEX member_name_bytes ON "member" (name_key collate "C");
CREATE INDEX member_email_bytes ON "member" (email_key collate "C");
CREATE INDEX member_created ON "member" (created_at);
CREATE INDEX member_mentioned_as ON "member" (id) WHERE mentioned_as <> '{}';
CREATE INDEX member_erase ON "member" (erase_at) WHERE erase_at is not null;
CREATE INDEX member_shut_out ON "member" (id) WHERE state in ('suspended', 'anonymised');
CREATE TABLE "session" (
  "id" BIGSERIAL PRIMARY KEY NOT NULL,
  "member" BIGINT NOT NULL REFERENCES "member" ("id") ON DELETE CASCADE ON UPDATE CASCADE DEFAULT null,
  "token_hash" BYTEA UNIQUE NOT NULL DEFAULT null,
  "agent" VARCHAR(200) NOT NULL DEFAULT '',
  "address" VARCHAR(45) NOT NULL DEFAULT '',
  "created_at" TIMESTAMPTZ NOT NULL DEFAULT current_timestamp,
  "seen_at" TIMESTAMPTZ NOT NULL DEFAULT current_timestamp,
  "expires_at" TIMESTAMPTZ NOT NULL DEFAULT null,
  "site" VARCHAR(40) DEFAULT null,
  "proved_at" TIMESTAMPTZ DEFAULT null
);
CREATE INDEX session_member ON "session" (member);
CREATE TABLE "token" (
  "id" BIGSERIAL PRIMARY KEY NOT NULL,
  "member" BIGINT NOT NULL REFERENCES "member" ("id") ON DELETE CASCADE ON UPDATE CASCADE DEFAULT null,
  "purpose" VARCHAR(10) NOT NULL DEFAULT null,
  "token_hash" BYTEA UNIQUE NOT NULL DEFAULT null,
  "created_at" TIMESTAMPTZ NOT NULL DEFAULT current_timestamp,
  "expires_at" TIMESTAMPTZ NOT NULL DEFAULT null,
  "used_at" TIMESTAMPTZ DEFAULT null
);
CREATE INDEX token_member ON "token" (member, purpose) WHERE used_at is null;
CREATE TABLE "authenticator" (
  "id" BIGSERIAL PRIMARY KEY NOT NULL,
  "member" BIGINT UNIQUE NOT NULL REFERENCES "member" ("id") ON DELETE CASCADE ON UPDATE CASCADE DEFAULT null,
  "seed" BYTEA NOT NULL DEFAULT null,
  "step" BIGINT NOT NULL DEFAULT 0,
  "created_at" TIMESTAMPTZ NOT NULL DEFAULT current_timestamp
);
CREATE TABLE "recovery_code" (
  "id" BIGSERIAL PRIMARY KEY NOT NULL,
  "member" BIGINT NOT NULL REFERENCES "member" ("id") ON DELETE CASCADE ON UPDATE CASCADE DEFAULT null,
  "digest" BYTEA UNIQUE NOT NULL DEFAULT null,
  "used_at" TIMESTAMPTZ DEFAULT null
);
CREATE INDEX recovery_code_member ON "recovery_code" (member);
CREATE TABLE "passkey" (
  "id" BIGSERIAL PRIMARY KEY NOT NULL,
  "member" BIGINT NOT NULL REFERENCES "member" ("id") ON DELETE CASCADE ON UPDATE CASCADE DEFAULT null,
  "name" VARCHAR(60) NOT NULL DEFAULT null,
  "credential" BYTEA UNIQUE NOT NULL DEFAULT null,
  "handle" BYTEA NOT NULL DEFAULT null,
  "public_key" BYTEA NOT NULL DEFAULT null,
  "sign_count" BIGINT NOT NULL DEFAULT 0,
  "transports" VARCHAR(20)[] NOT NULL DEFAULT '{}',
  "created_at" TIMESTAMPTZ NOT NULL DEFAULT current_timestamp,
  "used_at" TIMESTAMPTZ DEFAULT null
);
CREATE INDEX passkey_member ON "passkey" (member);
CREATE TABLE "used_challenge" (
  "id" BIGSERIAL PRIMARY KEY NOT NULL,
  "digest" BYTEA UNIQUE NOT NULL DEFAULT null,
  "expires_at" TIMESTAMPTZ NOT NULL DEFAULT null
);
CREATE TABLE "factor_recovery" (
  "id" BIGSERIAL PRIMARY KEY NOT NULL,
  "member" BIGINT UNIQUE NOT NULL REFERENCES "member" ("id") ON DELETE CASCADE ON UPDATE CASCADE DEFAULT null,
  "token_hash" BYTEA UNIQUE NOT NULL DEFAULT null,
  "due_at" TIMESTAMPTZ DEFAULT null,
  "first_admin" BIGINT DEFAULT null,
  "created_at" TIMESTAMPTZ NOT NULL DEFAULT current_timestamp
);
CREATE TABLE "former_name" (
  "id" BIGSERIAL PRIMARY KEY NOT NULL,
  "member" BIGINT NOT NULL REFERENCES "member" ("id") ON DELETE CASCADE ON UPDATE CASCADE DEFAULT null,
  "name" VARCHAR(30) NOT NULL DEFAULT null,
  "name_key" VARCHAR(60) UNIQUE NOT NULL DEFAULT null,
  "changed_at" TIMESTAMPTZ NOT NULL DEFAULT current_timestamp
);
CREATE INDEX former_name_member ON "former_name" (member);
CREATE TABLE "address_change" (
  "id" BIGSERIAL PRIMARY KEY NOT NULL,
  "member" BIGINT NOT NULL REFERENCES "member" ("id") ON DELETE CASCADE ON UPDATE CASCADE DEFAULT null,
  "email" VARCHAR(254) NOT NULL DEFAULT null,
  "former" VARCHAR(254) DEFAULT null,
  "confirm_hash" BYTEA UNIQUE NOT NULL DEFAULT null,
  "undo_hash" BYTEA UNIQUE DEFAULT null,
  "created_at" TIMESTAMPTZ NOT NULL DEFAULT current_timestamp,
  "confirmed_at" TIMESTAMPTZ DEFAULT null,
  "expires_at" TIMESTAMPTZ NOT NULL DEFAULT null
);
CREATE INDEX address_change_member ON "address_change" (member);
CREATE TABLE "identity" (
  "id" BIGSERIAL PRIMARY KEY NOT NULL,
  "member" BIGINT NOT NULL REFERENCES "member" ("id") ON DELETE CASCADE ON UPDATE CASCADE DEFAULT null,
  "source" VARCHAR(200) NOT NULL DEFAULT null,
  "subject" VARCHAR(255) NOT NULL DEFAULT null,
  "created_at" TIMESTAMPTZ NOT NULL DEFAULT current_timestamp,
  CONSTRAINT identity_source_subject_key UNIQUE ("source", "subject")
);
CREATE INDEX identity_member ON "identity" (member);
CREATE TABLE "used_state" (
  "digest" BYTEA PRIMARY KEY NOT NULL DEFAULT null,
  "expires_at" TIMESTAMPTZ NOT NULL DEFAULT null
);
CREATE TABLE "invitation" (
  "id" BIGSERIAL PRIMARY KEY NOT NULL,
  "member" BIGINT NOT NULL REFERENCES "member" ("id") ON DELETE CASCADE ON UPDATE CASCADE DEFAULT null,
  "token_hash" BYTEA UNIQUE NOT NULL DEFAULT null,
  "uses" SMALLINT NOT NULL DEFAULT 1,
  "created_at" TIMESTAMPTZ NOT NULL DEFAULT current_timestamp,
  "expires_at" TIMESTAMPTZ NOT NULL DEFAULT null
);
CREATE INDEX invitation_member ON "invitation" (member);
CREATE TABLE "sign_up" (
  "member" BIGINT PRIMARY KEY NOT NULL REFERENCES "member" ("id") ON DELETE CASCADE ON UPDATE CASCADE DEFAULT null,
  "inviter" BIGINT REFERENCES "member" ("id") ON DELETE SET NULL ON UPDATE CASCADE DEFAULT null,
  "waits" BOOLEAN NOT NULL DEFAULT false,
  "message" TEXT NOT NULL DEFAULT '',
  "created_at" TIMESTAMPTZ NOT NULL DEFAULT current_timestamp,
  "confirmed_at" TIMESTAMPTZ DEFAULT null
);
CREATE INDEX sign_up_waits ON "sign_up" (confirmed_at) WHERE waits;
CREATE INDEX sign_up_inviter ON "sign_up" (inviter) WHERE inviter is not null;
CREATE TABLE "community" (
  "id" INTEGER PRIMARY KEY NOT NULL DEFAULT 1,
  "rules" TEXT NOT NULL DEFAULT '',
  "asks_declaration" BOOLEAN NOT NULL DEFAULT false,
  "sign_up" VARCHAR(8) NOT NULL DEFAULT 'open',
  "changed_at" TIMESTAMPTZ NOT NULL DEFAULT current_timestamp,
  "tag_authority" VARCHAR(270) NOT NULL DEFAULT '',
  CONSTRAINT community_one_check CHECK (id = 1),
  CONSTRAINT community_sign_up_check CHECK (sign_up in ('open', 'invited', 'approved', 'closed'))
);
CREATE TABLE "guideline" (
  "code" VARCHAR(30) PRIMARY KEY NOT NULL DEFAULT null,
  "title" VARCHAR(120) NOT NULL DEFAULT null,
  "text" TEXT NOT NULL DEFAULT '',
  "illegal" BOOLEAN NOT NULL DEFAULT false,
  "severity" DOUBLE PRECISION NOT NULL DEFAULT 1.0,
  "position" INTEGER NOT NULL DEFAULT 0,
  "hours_to_decide" INTEGER NOT NULL DEFAULT 24,
  "category" VARCHAR(80) NOT NULL DEFAULT '',
  "retired" BOOLEAN NOT NULL DEFAULT false
);
CREATE TABLE "guideline_wording" (
  "id" BIGSERIAL PRIMARY KEY NOT NULL,
  "guideline" VARCHAR(30) NOT NULL REFERENCES "guideline" ("code") ON DELETE RESTRICT ON UPDATE CASCADE DEFAULT null,
  "title" VARCHAR(120) NOT NULL DEFAULT null,
  "text" TEXT NOT NULL DEFAULT '',
  "replaced_at" TIMESTAMPTZ NOT NULL DEFAULT current_timestamp
);
CREATE INDEX guideline_wording_of ON "guideline_wording" (guideline, replaced_at);
CREATE TABLE "saved_reason" (
  "id" BIGSERIAL PRIMARY KEY NOT NULL,
  "guideline" VARCHAR(30) NOT NULL REFERENCES "guideline" ("code") ON DELETE RESTRICT ON UPDATE CASCADE DEFAULT null,
  "moderator" BIGINT REFERENCES "member" ("id") ON DELETE RESTRICT ON UPDATE CASCADE DEFAULT null,
  "text" TEXT NOT NULL DEFAULT null,
  "created_at" TIMESTAMPTZ NOT NULL DEFAULT current_timestamp
);
CREATE INDEX saved_reason_of ON "saved_reason" (guideline, moderator);
CREATE TABLE "block" (
  "id" BIGSERIAL PRIMARY KEY NOT NULL,
  "member" BIGINT NOT NULL REFERENCES "member" ("id") ON DELETE CASCADE ON UPDATE CASCADE DEFAULT null,
  "other" BIGINT NOT NULL REFERENCES "member" ("id") ON DELETE CASCADE ON UPDATE CASCADE DEFAULT null,
  "kind" VARCHAR(5) NOT NULL DEFAULT null,
  "created_at" TIMESTAMPTZ NOT NULL DEFAULT current_timestamp,
  CONSTRAINT block_kind_check CHECK (kind in ('block', 'mute')),
  CONSTRAINT block_member_other_key UNIQUE ("member", "other")
);
CREATE INDEX block_other ON "block" (other);
CREATE TABLE "source" (
  "host" VARCHAR(253) PRIMARY KEY NOT NULL DEFAULT null,
  "display" VARCHAR(7) NOT NULL DEFAULT 'full',
  CONSTRAINT source_display_check CHECK (display in ('full', 'excerpt'))
);
CREATE TABLE "article" (
  "id" BIGSERIAL PRIMARY KEY NOT NULL,
  "url" TEXT DEFAULT null,
  "claimed_url" TEXT DEFAULT null,
  "site" TEXT DEFAULT null,
  "section" TEXT DEFAULT null,
  "bio" TEXT DEFAULT null,
  "licence" TEXT DEFAULT null,
  "reservations" TEXT[] NOT NULL DEFAULT '{}',
  "allowed" VARCHAR(7) NOT NULL DEFAULT 'full',
  "restricted" VARCHAR(7) NOT NULL DEFAULT '',
  "removed_passages" BIGINT[] NOT NULL DEFAULT '{}',
  "display" VARCHAR(7) GENERATED ALWAYS AS (case when restricted = 'none' then 'none' when 'excerpt' in (allowed, restricted) then 'excerpt' when removed_passages <> '{}' then 'parts' else 'full' end) STORED NOT NULL,
  "untitled" BOOLEAN NOT NULL DEFAULT false,
  "encoding" VARCHAR(20) DEFAULT null,
  "etag" TEXT DEFAULT null,
  "last_modified" TEXT DEFAULT null,
  "checked_at" TIMESTAMPTZ DEFAULT null,
  "check_at" TIMESTAMPTZ DEFAULT null,
  "check_note" TEXT NOT NULL DEFAULT '',
  "source_text" BYTEA DEFAULT null,
  "merge_base" BYTEA DEFAULT null,
  "created_at" TIMESTAMPTZ NOT NULL DEFAULT current_timestamp,
  CONSTRAINT article_allowed_check CHECK (allowed in ('full', 'excerpt')),
  CONSTRAINT article_restricted_check CHECK (restricted in ('', 'excerpt', 'none'))
);
CREATE UNIQUE INDEX article_url_key ON "article" (url) WHERE url is not null;
CREATE INDEX article_check ON "article" (check_at) WHERE check_at is not null;
CREATE TABLE "revision" (
  "id" BIGSERIAL PRIMARY KEY NOT NULL,
  "article" BIGINT NOT NULL REFERENCES "article" ("id") ON DELETE RESTRICT ON UPDATE CASCADE DEFAULT null,
  "number" INTEGER NOT NULL DEFAULT null,
  "title" TEXT NOT NULL DEFAULT null,
  "byline" TEXT DEFAULT null,
  "lang" VARCHAR(35) DEFAULT null,
  "dir" VARCHAR(3) DEFAULT null,
  "published_at" TIMESTAMPTZ DEFAULT null,
  "updated_at" TIMESTAMPTZ DEFAULT null,
  "words" INTEGER NOT NULL DEFAULT 0,
  "changed" INTEGER NOT NULL DEFAULT 0,
  "text_hash" BYTEA NOT NULL DEFAULT null,
  "fingerprint" BIGINT[] NOT NULL DEFAULT '{}',
  "editor" BIGINT REFERENCES "member" ("id") ON DELETE RESTRICT ON UPDATE CASCADE DEFAULT null,
  "reason" TEXT NOT NULL DEFAULT '',
  "restores" INTEGER DEFAULT null,
  "approved" BOOLEAN NOT NULL DEFAULT true,
  "created_at" TIMESTAMPTZ NOT NULL DEFAULT current_timestamp,
  CONSTRAINT revision_article_number_key UNIQUE ("article", "number")
);
CREATE INDEX revision_text ON "revision" (text_hash);
CREATE INDEX revision_fingerprint ON "revision" USING gin (fingerprint);
CREATE TABLE "passage" (
  "id" BIGSERIAL PRIMARY KEY NOT NULL,
  "revision" BIGINT NOT NULL REFERENCES "revision" ("id") ON DELETE RESTRICT ON UPDATE CASCADE DEFAULT null,
  "lineage" BIGINT NOT NULL DEFAULT null,
  "position" INTEGER NOT NULL DEFAULT null,
  "kind" VARCHAR(10) NOT NULL DEFAULT null,
  "level" SMALLINT DEFAULT null,
  "page" SMALLINT DEFAULT null,
  "html" TEXT NOT NULL DEFAULT null,
  "text" TEXT NOT NULL DEFAULT null,
  CONSTRAINT passage_revision_position_key UNIQUE ("revision", "position")
);
CREATE INDEX passage_lineage ON "passage" (lineage);
CREATE INDEX passage_pictures ON "passage" (id) WHERE html like '%/media/%';
CREATE TABLE "merged_passage" (
  "lineage" BIGINT PRIMARY KEY NOT NULL DEFAULT null,
  "into" BIGINT NOT NULL DEFAULT null,
  "revision" BIGINT NOT NULL REFERENCES "revision" ("id") ON DELETE RESTRICT ON UPDATE CASCADE DEFAULT null
);
CREATE TABLE "media" (
  "hash" VARCHAR(64) PRIMARY KEY NOT NULL DEFAULT null,
  "mime" VARCHAR(20) NOT NULL DEFAULT null,
  "width" INTEGER NOT NULL DEFAULT null,
  "height" INTEGER NOT NULL DEFAULT null,
  "data" BYTEA NOT NULL DEFAULT null,
  "hidden" BOOLEAN NOT NULL DEFAULT false,
  "created_at" TIMESTAMPTZ NOT NULL DEFAULT current_timestamp
);
CREATE TABLE "removed_passage" (
  "id" BIGSERIAL PRIMARY KEY NOT NULL,
  "article" BIGINT NOT NULL REFERENCES "article" ("id") ON DELETE CASCADE ON UPDATE CASCADE DEFAULT null,
  "digest" BYTEA NOT NULL DEFAULT null,
  CONSTRAINT removed_passage_article_digest_key UNIQUE ("article", "digest")
);
CREATE INDEX removed_passage_digest ON "removed_passage" (digest);
CREATE TABLE "article_import" (
  "id" BIGSERIAL PRIMARY KEY NOT NULL,
  "member" BIGINT NOT NULL REFERENCES "member" ("id") ON DELETE RESTRICT ON UPDATE CASCADE DEFAULT null,
  "state" VARCHAR(10) NOT NULL DEFAULT 'waiting',
  "message" TEXT NOT NULL DEFAULT '',
  "source" VARCHAR(4) NOT NULL DEFAULT null,
  "url" TEXT DEFAULT null,
  "given" BYTEA DEFAULT null,
  "title" TEXT NOT NULL DEFAULT '',
  "topic" VARCHAR(40) NOT NULL DEFAULT '',
  "draft" BYTEA DEFAULT null,
  "encoding" VARCHAR(20) DEFAULT null,
  "thread" BIGINT DEFAULT null,
  "attempts" INTEGER NOT NULL DEFAULT 0,
  "created_at" TIMESTAMPTZ NOT NULL DEFAULT current_timestamp,
  "changed_at" TIMESTAMPTZ NOT NULL DEFAULT current_timestamp,
  CONSTRAINT article_import_state_check CHECK (state in ('waiting', 'fetching', 'reading', 'ready', 'failed', 'published'))
);
CREATE INDEX article_import_waiting ON "article_import" (changed_at) WHERE state in ('waiting', 'fetching', 'reading');
CREATE INDEX article_import_member ON "article_import" (member, id);
CREATE TABLE "import_part" (
  "id" BIGSERIAL PRIMARY KEY NOT NULL,
  "article_import" BIGINT NOT NULL REFERENCES "article_import" ("id") ON DELETE CASCADE ON UPDATE CASCADE DEFAULT null,
  "number" INTEGER NOT NULL DEFAULT null,
  "data" BYTEA NOT NULL DEFAULT null,
  CONSTRAINT import_part_article_import_number_key UNIQUE ("article_import", "number")
);
CREATE TABLE "topic" (
  "slug" VARCHAR(40) PRIMARY KEY NOT NULL DEFAULT null,
  "name" VARCHAR(60) UNIQUE NOT NULL DEFAULT null,
  "position" INTEGER NOT NULL DEFAULT 0
);
CREATE TABLE "thread" (
  "id" BIGSERIAL PRIMARY KEY NOT NULL,
  "article" BIGINT UNIQUE NOT NULL REFERENCES "article" ("id") ON DELETE RESTRICT ON UPDATE CASCADE DEFAULT null,
  "topic" VARCHAR(40) NOT NULL REFERENCES "topic" ("slug") ON DELETE RESTRICT ON UPDATE CASCADE DEFAULT null,
  "title" TEXT NOT NULL DEFAULT null,
  "slug" VARCHAR(80) NOT NULL DEFAULT null,
  "state" VARCHAR(8) NOT NULL DEFAULT 'open',
  "state_reason" TEXT DEFAULT null,
  "slow" INTEGER NOT NULL DEFAULT 0,
  "slow_branches" JSONB NOT NULL DEFAULT '[]',
  "starter" BIGINT REFERENCES "member" ("id") ON DELETE RESTRICT ON UPDATE CASCADE DEFAULT null,
  "revision" INTEGER NOT NULL DEFAULT 1,
  "last_seq" BIGINT NOT NULL DEFAULT 0,
  "comment_count" INTEGER NOT NULL DEFAULT 0,
  "created_at" TIMESTAMPTZ NOT NULL DEFAULT current_timestamp,
  "last_activity_at" TIMESTAMPTZ NOT NULL DEFAULT current_timestamp,
  CONSTRAINT thread_state_check CHECK (state in ('open', 'locked', 'archived'))
);
CREATE INDEX thread_new ON "thread" (created_at desc, id desc);
CREATE INDEX thread_active ON "thread" (last_activity_at desc, id desc);
CREATE INDEX thread_topic ON "thread" (topic, last_activity_at desc);
CREATE INDEX thread_slow_branches ON "thread" (id) WHERE slow_branches <> '[]';
CREATE TABLE "thread_stats" (
  "id" SERIAL PRIMARY KEY NOT NULL,
  "thread" BIGINT UNIQUE NOT NULL REFERENCES "thread" ("id") ON DELETE CASCADE ON UPDATE CASCADE DEFAULT null,
  "score" INTEGER NOT NULL DEFAULT 0,
  "hot" DOUBLE PRECISION NOT NULL DEFAULT 0.0,
  "people" INTEGER NOT NULL DEFAULT 0,
  "days" INTEGER[] NOT NULL DEFAULT '{}',
  "stances" INTEGER[] NOT NULL DEFAULT '{}',
  "strongest" BIGINT[] NOT NULL DEFAULT '{}',
  "refreshed_at" TIMESTAMPTZ NOT NULL DEFAULT current_timestamp
);
CREATE INDEX thread_stats_hot ON "thread_stats" (hot desc, thread desc);
CREATE INDEX thread_stats_score ON "thread_stats" (score desc, thread desc);
CREATE TABLE "visit" (
  "id" BIGSERIAL PRIMARY KEY NOT NULL,
  "member" BIGINT NOT NULL REFERENCES "member" ("id") ON DELETE CASCADE ON UPDATE CASCADE DEFAULT null,
  "thread" BIGINT NOT NULL REFERENCES "thread" ("id") ON DELETE CASCADE ON UPDATE CASCADE DEFAULT null,
  "passage" BIGINT DEFAULT null,
  "before_at" TIMESTAMPTZ NOT NULL DEFAULT current_timestamp,
  "seen_at" TIMESTAMPTZ NOT NULL DEFAULT current_timestamp,
  CONSTRAINT visit_member_thread_key UNIQUE ("member", "thread")
);
CREATE TABLE "suggested_update" (
  "id" BIGSERIAL PRIMARY KEY NOT NULL,
  "thread" BIGINT NOT NULL REFERENCES "thread" ("id") ON DELETE CASCADE ON UPDATE CASCADE DEFAULT null,
  "member" BIGINT REFERENCES "member" ("id") ON DELETE RESTRICT ON UPDATE CASCADE DEFAULT null,
  "state" VARCHAR(8) NOT NULL DEFAULT 'waiting',
  "draft" BYTEA DEFAULT null,
  "passage" BIGINT DEFAULT null,
  "reason" VARCHAR(300) NOT NULL DEFAULT '',
  "answer" TEXT NOT NULL DEFAULT '',
  "decided_by" BIGINT REFERENCES "member" ("id") ON DELETE RESTRICT ON UPDATE CASCADE DEFAULT null,
  "decided_at" TIMESTAMPTZ DEFAULT null,
  "created_at" TIMESTAMPTZ NOT NULL DEFAULT current_timestamp,
  CONSTRAINT suggested_update_state_check CHECK (state in ('waiting', 'accepted', 'declined')),
  CONSTRAINT suggested_update_draft_check CHECK ((draft is not null) = (state = 'waiting'))
);
CREATE UNIQUE INDEX suggested_update_waiting ON "suggested_update" (thread, member, coalesce(passage, 0)) WHERE state = 'waiting';
CREATE INDEX suggested_update_member ON "suggested_update" (member, id desc);
CREATE UNIQUE INDEX suggested_update_source ON "suggested_update" (thread) WHERE state = 'waiting' and member is null;
CREATE TABLE "comment" (
  "id" BIGSERIAL PRIMARY KEY NOT NULL,
  "thread" BIGINT NOT NULL REFERENCES "thread" ("id") ON DELETE RESTRICT ON UPDATE CASCADE DEFAULT null,
  "parent" BIGINT REFERENCES "comment" ("id") ON DELETE RESTRICT ON UPDATE CASCADE DEFAULT null,
  "depth" INTEGER NOT NULL DEFAULT 0,
  "author" BIGINT REFERENCES "member" ("id") ON DELETE RESTRICT ON UPDATE CASCADE DEFAULT null,
  "imported_author" VARCHAR(60) DEFAULT null,
  "imported_id" VARCHAR(80) DEFAULT null,
  "imported_into" BIGINT DEFAULT null,
  "state" VARCHAR(20) NOT NULL DEFAULT 'visible',
  "stance" VARCHAR(10) DEFAULT null,
  "made_on" BIGINT DEFAULT null,
  "revision" INTEGER DEFAULT null,
  "quote" TEXT DEFAULT null,
  "prefix" TEXT DEFAULT null,
  "suffix" TEXT DEFAULT null,
  "anchor" VARCHAR(7) DEFAULT null,
  "passage" BIGINT DEFAULT null,
  "passage_end" BIGINT DEFAULT null,
  "words" TEXT DEFAULT null,
  "confidence" DOUBLE PRECISION DEFAULT null,
  "by_hand" BOOLEAN NOT NULL DEFAULT false,
  "assisted" BOOLEAN NOT NULL DEFAULT false,
  "collapsed" VARCHAR(200) DEFAULT null,
  "locked_branch" BIGINT DEFAULT null,
  "part" VARCHAR(20) GENERATED ALWAYS AS (case when parent is not null then null when passage is null then 'whole' when anchor = 'lost' then 'earlier'
  else passage::text end) STORED,
  "body" TEXT NOT NULL DEFAULT null,
  "html" TEXT NOT NULL DEFAULT null,
  "html_version" SMALLINT NOT NULL DEFAULT null,
  "version" INTEGER NOT NULL DEFAULT 1,
  "statement" VARCHAR(140) DEFAULT null,
  "wording" INTEGER NOT NULL DEFAULT 1,
  "submission" UUID DEFAULT null,
  "base_ups" INTEGER NOT NULL DEFAULT 0,
  "base_downs" INTEGER NOT NULL DEFAULT 0,
  "ups" INTEGER NOT NULL DEFAULT 0,
  "downs" INTEGER NOT NULL DEFAULT 0,
  "agrees" INTEGER NOT NULL DEFAULT 0,
  "disagrees" INTEGER NOT NULL DEFAULT 0,
  "unsure" INTEGER NOT NULL DEFAULT 0,
  "published" INTEGER[] NOT NULL DEFAULT '{0,0,0,0}',
  "best" DOUBLE PRECISION GENERATED ALWAYS AS ((((base_ups + ups)::float8 + 1) + float8 '1.281551565545' * float8 '1.281551565545' / 2 - float8 '1.281551565545' * sqrt(((base_ups + ups)::float8 + 1) * ((base_downs + downs)::float8 + 1) / (((base_ups + ups)::float8 + 1) + ((base_downs + downs)::float8 + 1)) + float8 '1.281551565545' * float8 '1.281551565545' / 4)) / ((((base_ups + ups)::float8 + 1) + ((base_downs + downs)::float8 + 1)) + float8 '1.281551565545' * float8 '1.281551565545')) STORED NOT NULL,
  "controversial" DOUBLE PRECISION GENERATED ALWAYS AS (case when (base_ups + ups)::float8 > 0 and (base_downs + downs)::float8 > 0
  then power((base_ups + ups)::float8 + (base_downs + downs)::float8, least((base_ups + ups)::float8, (base_downs + downs)::float8) / greatest((base_ups + ups)::float8, (base_downs + downs)::float8)) else 0 end) STORED NOT NULL,
  "reply_count" INTEGER NOT NULL DEFAULT 0,
  "created_at" TIMESTAMPTZ NOT NULL DEFAULT current_timestamp,
  "edited_at" TIMESTAMPTZ DEFAULT null,
  "deleted_at" TIMESTAMPTZ DEFAULT null,
  "scored_at" TIMESTAMPTZ DEFAULT null,
  CONSTRAINT comment_state_check CHECK (state in ('pending', 'visible', 'hidden', 'removed', 'rejected', 'expired', 'withdrawn', 'deleted_by_author')),
  CONSTRAINT comment_stance_check CHECK (stance is null or (stance in ('supports', 'challenges', 'adds', 'asks') and parent is null)),
  CONSTRAINT comment_anchor_check CHECK (anchor is null or (anchor in ('same', 'changed', 'moved', 'kept', 'lost') and parent is null)),
  CONSTRAINT comment_anchored_check CHECK ((anchor is null) = (passage is null))
);
CREATE UNIQUE INDEX comment_author_submission_key ON "comment" (author, submission) WHERE submission is not null;
CREATE UNIQUE INDEX comment_imported_key ON "comment" (imported_into, imported_id) WHERE imported_into is not null;
CREATE INDEX comment_best ON "comment" (thread, best desc, id);
CREATE INDEX comment_time ON "comment" (thread, created_at, id);
CREATE INDEX comment_controversial ON "comment" (thread, controversial desc, id);
CREATE INDEX comment_roots ON "comment" (thread, best desc, id) WHERE parent is null;
CREATE INDEX comment_roots_time ON "comment" (thread, created_at, id) WHERE parent is null;
CREATE INDEX comment_children ON "comment" (parent, best desc, id) WHERE parent is not null;
CREATE INDEX comment_children_time ON "comment" (parent, created_at, id) WHERE parent is not null;
CREATE INDEX comment_part ON "comment" (thread, part, best desc, id) WHERE part is not null;
CREATE INDEX comment_part_time ON "comment" (thread, part, created_at, id) WHERE part is not null;
CREATE INDEX comment_part_controversial ON "comment" (thread, part, controversial desc, id) WHERE part is not null;
CREATE INDEX comment_stance ON "comment" (thread, stance, part, best desc, id) WHERE stance is not null;
CREATE INDEX comment_author ON "comment" (author, created_at desc) WHERE author is not null;
CREATE INDEX comment_imported_author ON "comment" (imported_author) WHERE imported_author is not null;
CREATE INDEX comment_pending ON "comment" (author, created_at) WHERE state = 'pending';
CREATE INDEX comment_created ON "comment" (created_at nulls first);
CREATE INDEX comment_statement ON "comment" (thread, best desc, id) WHERE statement is not null;
CREATE INDEX comment_statement_stance ON "comment" (thread, stance, best desc, id) WHERE statement is not null and stance is not null;
CREATE INDEX comment_statement_part ON "comment" (thread, part, best desc, id) WHERE statement is not null and part is not null;
CREATE INDEX comment_scored ON "comment" (thread, scored_at) WHERE scored_at is not null;
CREATE INDEX comment_html_version ON "comment" (html_version, id);
CREATE TABLE "comment_signature" (
  "comment" BIGINT PRIMARY KEY NOT NULL DEFAULT null,
  "sketch" BYTEA NOT NULL DEFAULT null,
  "bands" INTEGER[] NOT NULL DEFAULT '{}',
  "hosts" TEXT[] NOT NULL DEFAULT '{}',
  "created_at" TIMESTAMPTZ NOT NULL DEFAULT current_timestamp
);
CREATE INDEX comment_signature_bands ON "comment_signature" USING gin (bands) WITH (fastupdate=off);
CREATE INDEX comment_signature_linked ON "comment_signature" (created_at) WHERE hosts <> '{}';
CREATE TABLE "comment_version" (
  "id" BIGSERIAL PRIMARY KEY NOT NULL,
  "comment" BIGINT NOT NULL REFERENCES "comment" ("id") ON DELETE CASCADE ON UPDATE CASCADE DEFAULT null,
  "number" INTEGER NOT NULL DEFAULT null,
  "body" TEXT NOT NULL DEFAULT null,
  "statement" VARCHAR(140) DEFAULT null,
  "written_at" TIMESTAMPTZ NOT NULL DEFAULT null,
  CONSTRAINT comment_version_comment_number_key UNIQUE ("comment", "number")
);
CREATE TABLE "imported_address" (
  "comment" BIGINT PRIMARY KEY NOT NULL REFERENCES "comment" ("id") ON DELETE CASCADE ON UPDATE CASCADE DEFAULT null,
  "digest" BYTEA NOT NULL DEFAULT null
);
CREATE INDEX imported_address_digest ON "imported_address" (digest);
CREATE TABLE "passage_count" (
  "id" BIGSERIAL PRIMARY KEY NOT NULL,
  "thread" BIGINT NOT NULL REFERENCES "thread" ("id") ON DELETE CASCADE ON UPDATE CASCADE DEFAULT null,
  "part" VARCHAR(20) NOT NULL DEFAULT null,
  "supports" INTEGER NOT NULL DEFAULT 0,
  "challenges" INTEGER NOT NULL DEFAULT 0,
  "adds" INTEGER NOT NULL DEFAULT 0,
  "asks" INTEGER NOT NULL DEFAULT 0,
  "none" INTEGER NOT NULL DEFAULT 0,
  CONSTRAINT passage_count_part UNIQUE ("thread", "part")
);
CREATE TABLE "quoted_words" (
  "id" BIGSERIAL PRIMARY KEY NOT NULL,
  "thread" BIGINT NOT NULL REFERENCES "thread" ("id") ON DELETE CASCADE ON UPDATE CASCADE DEFAULT null,
  "passage" BIGINT NOT NULL DEFAULT null,
  "words" TEXT NOT NULL DEFAULT null,
  "comments" INTEGER NOT NULL DEFAULT 0
);
CREATE UNIQUE INDEX quoted_words_key ON "quoted_words" (thread, passage, md5(words));
CREATE INDEX quoted_words_most ON "quoted_words" (thread, comments desc, id);
CREATE TABLE "imported_claim" (
  "id" BIGSERIAL PRIMARY KEY NOT NULL,
  "member" BIGINT NOT NULL REFERENCES "member" ("id") ON DELETE CASCADE ON UPDATE CASCADE DEFAULT null,
  "source" VARCHAR(80) NOT NULL DEFAULT null,
  "name" VARCHAR(60) NOT NULL DEFAULT null,
  "page" TEXT NOT NULL DEFAULT null,
  "token" VARCHAR(40) NOT NULL DEFAULT null,
  "state" VARCHAR(9) NOT NULL DEFAULT 'waiting',
  "comments" BIGINT[] NOT NULL DEFAULT '{}',
  "decided_by" BIGINT REFERENCES "member" ("id") ON DELETE SET NULL ON UPDATE CASCADE DEFAULT null,
  "created_at" TIMESTAMPTZ NOT NULL DEFAULT current_timestamp,
  "decided_at" TIMESTAMPTZ DEFAULT null,
  CONSTRAINT imported_claim_state_check CHECK (state in ('waiting', 'confirmed', 'refused', 'undone')),
  CONSTRAINT imported_claim_member_source_name_key UNIQUE ("member", "source", "name")
);
CREATE UNIQUE INDEX imported_claim_author ON "imported_claim" (source, name) WHERE state = 'confirmed';
CREATE INDEX imported_claim_waiting ON "imported_claim" (id) WHERE state = 'waiting';
CREATE TABLE "vote" (
  "id" BIGSERIAL PRIMARY KEY NOT NULL,
  "comment" BIGINT NOT NULL REFERENCES "comment" ("id") ON DELETE CASCADE ON UPDATE CASCADE DEFAULT null,
  "thread" BIGINT NOT NULL DEFAULT null,
  "member" BIGINT NOT NULL REFERENCES "member" ("id") ON DELETE CASCADE ON UPDATE CASCADE DEFAULT null,
  "axis" VARCHAR(9) NOT NULL DEFAULT null,
  "value" SMALLINT NOT NULL DEFAULT null,
  "former" SMALLINT DEFAULT null,
  "counted" BOOLEAN NOT NULL DEFAULT true,
  "wording" INTEGER NOT NULL DEFAULT 1,
  "asked" BOOLEAN NOT NULL DEFAULT false,
  "changed_at" TIMESTAMPTZ NOT NULL DEFAULT current_timestamp,
  CONSTRAINT vote_axis_check CHECK (axis in ('quality', 'agreement')),
  CONSTRAINT vote_value_check CHECK (value in (-1, 1) or value = 0 and axis = 'agreement'),
  CONSTRAINT vote_asked_check CHECK (not asked or axis = 'agreement'),
  CONSTRAINT vote_comment_member_axis_key UNIQUE ("comment", "member", "axis")
);
CREATE INDEX vote_member_thread ON "vote" (member, thread);
CREATE INDEX vote_answered ON "vote" (thread, changed_at) WHERE axis = 'agreement';
CREATE INDEX vote_asked ON "vote" (member, changed_at) WHERE asked;
CREATE INDEX vote_uncounted ON "vote" (member) WHERE not counted;
CREATE TABLE "perspective_map" (
  "id" BIGSERIAL PRIMARY KEY NOT NULL,
  "thread" BIGINT UNIQUE NOT NULL REFERENCES "thread" ("id") ON DELETE CASCADE ON UPDATE CASCADE DEFAULT null,
  "analysis" JSONB NOT NULL DEFAULT '{}',
  "published" JSONB NOT NULL DEFAULT '{}',
  "state" JSONB NOT NULL DEFAULT '{}',
  "answers" INTEGER NOT NULL DEFAULT 0,
  "history" JSONB NOT NULL DEFAULT '[]',
  "counted_at" TIMESTAMPTZ NOT NULL DEFAULT current_timestamp
);
CREATE INDEX perspective_map_counted ON "perspective_map" (counted_at);
CREATE TABLE "statement_verdict" (
  "id" BIGSERIAL PRIMARY KEY NOT NULL,
  "comment" BIGINT UNIQUE NOT NULL REFERENCES "comment" ("id") ON DELETE CASCADE ON UPDATE CASCADE DEFAULT null,
  "thread" BIGINT NOT NULL DEFAULT null,
  "verdict" VARCHAR(13) NOT NULL DEFAULT null,
  "bridge" SMALLINT NOT NULL DEFAULT 0,
  "since" TIMESTAMPTZ NOT NULL DEFAULT current_timestamp,
  CONSTRAINT statement_verdict_verdict_check CHECK (verdict in ('common-ground', 'rejected', 'dividing'))
);
CREATE INDEX statement_verdict_thread ON "statement_verdict" (thread, verdict);
CREATE INDEX statement_verdict_since ON "statement_verdict" (verdict, since desc, id desc);
CREATE TABLE "statement_proposal" (
  "id" BIGSERIAL PRIMARY KEY NOT NULL,
  "comment" BIGINT NOT NULL REFERENCES "comment" ("id") ON DELETE CASCADE ON UPDATE CASCADE DEFAULT null,
  "text" VARCHAR(140) NOT NULL DEFAULT null,
  "member" BIGINT NOT NULL REFERENCES "member" ("id") ON DELETE RESTRICT ON UPDATE CASCADE DEFAULT null,
  "state" VARCHAR(9) NOT NULL DEFAULT 'waiting',
  "created_at" TIMESTAMPTZ NOT NULL DEFAULT current_timestamp,
  "decided_at" TIMESTAMPTZ DEFAULT null,
  CONSTRAINT statement_proposal_state_check CHECK (state in ('waiting', 'confirmed', 'declined')),
  CONSTRAINT statement_proposal_decided_check CHECK ((decided_at is null) = (state = 'waiting'))
);
CREATE UNIQUE INDEX statement_proposal_waiting ON "statement_proposal" (comment) WHERE state = 'waiting';
CREATE INDEX statement_proposal_member ON "statement_proposal" (member);
CREATE TABLE "merged_statement" (
  "id" BIGSERIAL PRIMARY KEY NOT NULL,
  "comment" BIGINT UNIQUE NOT NULL REFERENCES "comment" ("id") ON DELETE CASCADE ON UPDATE CASCADE DEFAULT null,
  "kept" BIGINT NOT NULL REFERENCES "comment" ("id") ON DELETE CASCADE ON UPDATE CASCADE DEFAULT null,
  "member" BIGINT NOT NULL REFERENCES "member" ("id") ON DELETE RESTRICT ON UPDATE CASCADE DEFAULT null,
  "created_at" TIMESTAMPTZ NOT NULL DEFAULT current_timestamp,
  CONSTRAINT merged_statement_kept_check CHECK (comment <> kept)
);
CREATE INDEX merged_statement_kept ON "merged_statement" (kept);
CREATE INDEX merged_statement_member ON "merged_statement" (member);
CREATE TABLE "queue_item" (
  "id" BIGSERIAL PRIMARY KEY NOT NULL,
  "kind" VARCHAR(7) NOT NULL DEFAULT null,
  "target" BIGINT NOT NULL DEFAULT null,
  "thread" BIGINT DEFAULT null,
  "state" VARCHAR(4) NOT NULL DEFAULT 'open',
  "version" INTEGER NOT NULL DEFAULT 1,
  "risk" DOUBLE PRECISION NOT NULL DEFAULT 0.0,
  "escalated" BOOLEAN NOT NULL DEFAULT false,
  "claimed_by" BIGINT REFERENCES "member" ("id") ON DELETE RESTRICT ON UPDATE CASCADE DEFAULT null,
  "claimed_until" TIMESTAMPTZ DEFAULT null,
  "opened_at" TIMESTAMPTZ NOT NULL DEFAULT current_timestamp,
  "acted_at" TIMESTAMPTZ DEFAULT null,
  CONSTRAINT queue_item_kind_check CHECK (kind in ('comment', 'member', 'article')),
  CONSTRAINT queue_item_state_check CHECK (state in ('open', 'done')),
  CONSTRAINT queue_item_kind_target_key UNIQUE ("kind", "target")
);
CREATE INDEX queue_item_open ON "queue_item" (risk desc, opened_at, id) WHERE state = 'open';
CREATE INDEX queue_item_claimed ON "queue_item" (claimed_by) WHERE claimed_by is not null;
CREATE INDEX queue_item_acted ON "queue_item" (acted_at) WHERE acted_at is not null;
CREATE TABLE "report" (
  "id" BIGSERIAL PRIMARY KEY NOT NULL,
  "item" BIGINT NOT NULL REFERENCES "queue_item" ("id") ON DELETE RESTRICT ON UPDATE CASCADE DEFAULT null,
  "reporter" BIGINT REFERENCES "member" ("id") ON DELETE RESTRICT ON UPDATE CASCADE DEFAULT null,
  "name" VARCHAR(100) DEFAULT null,
  "email" VARCHAR(254) DEFAULT null,
  "network" VARCHAR(50) DEFAULT null,
  "proven" BOOLEAN NOT NULL DEFAULT false,
  "guideline" VARCHAR(30) NOT NULL REFERENCES "guideline" ("code") ON DELETE RESTRICT ON UPDATE CASCADE DEFAULT null,
  "text" TEXT NOT NULL DEFAULT '',
  "weight" DOUBLE PRECISION NOT NULL DEFAULT 1.0,
  "state" VARCHAR(8) NOT NULL DEFAULT 'open',
  "outcome" VARCHAR(9) DEFAULT null,
  "created_at" TIMESTAMPTZ NOT NULL DEFAULT current_timestamp,
  "resolved_at" TIMESTAMPTZ DEFAULT null,
  CONSTRAINT report_state_check CHECK (state in ('open', 'claimed', 'resolved')),
  CONSTRAINT report_outcome_check CHECK (outcome in ('upheld', 'declined', 'no_action') and state = 'resolved' or outcome is null)
);
CREATE UNIQUE INDEX report_once ON "report" (item, reporter) WHERE reporter is not null and state <> 'resolved';
CREATE INDEX report_item ON "report" (item);
CREATE INDEX report_reporter ON "report" (reporter, created_at desc) WHERE reporter is not null;
CREATE INDEX report_time ON "report" (created_at);
CREATE TABLE "rights_request" (
  "id" BIGSERIAL PRIMARY KEY NOT NULL,
  "report" BIGINT UNIQUE NOT NULL REFERENCES "report" ("id") ON DELETE RESTRICT ON UPDATE CASCADE DEFAULT null,
  "ground" VARCHAR(11) NOT NULL DEFAULT null,
  "wish" VARCHAR(7) NOT NULL DEFAULT null,
  "original" TEXT NOT NULL DEFAULT '',
  "answer" TEXT NOT NULL DEFAULT '',
  "answered_at" TIMESTAMPTZ DEFAULT null,
  "created_at" TIMESTAMPTZ NOT NULL DEFAULT current_timestamp,
  CONSTRAINT rights_request_ground_check CHECK (ground in ('copyright', 'privacy', 'attribution', 'reservation', 'law')),
  CONSTRAINT rights_request_wish_check CHECK (wish in ('excerpt', 'text', 'remove'))
);
CREATE TABLE "decision" (
  "id" BIGSERIAL PRIMARY KEY NOT NULL,
  "item" BIGINT REFERENCES "queue_item" ("id") ON DELETE RESTRICT ON UPDATE CASCADE DEFAULT null,
  "kind" VARCHAR(7) NOT NULL DEFAULT null,
  "target" BIGINT NOT NULL DEFAULT null,
  "thread" BIGINT DEFAULT null,
  "action" VARCHAR(20) NOT NULL DEFAULT null,
  "guideline" VARCHAR(30) REFERENCES "guideline" ("code") ON DELETE RESTRICT ON UPDATE CASCADE DEFAULT null,
  "reason" TEXT NOT NULL DEFAULT '',
  "moderator" BIGINT REFERENCES "member" ("id") ON DELETE RESTRICT ON UPDATE CASCADE DEFAULT null,
  "rule" BIGINT DEFAULT null,
  "member" BIGINT REFERENCES "member" ("id") ON DELETE RESTRICT ON UPDATE CASCADE DEFAULT null,
  "until" TIMESTAMPTZ DEFAULT null,
  "passage" BIGINT DEFAULT null,
  "role" VARCHAR(10) DEFAULT null,
  "state" VARCHAR(10) NOT NULL DEFAULT 'in_force',
  "before" JSONB NOT NULL DEFAULT '{}',
  "second_moderator" BIGINT REFERENCES "member" ("id") ON DELETE RESTRICT ON UPDATE CASCADE DEFAULT null,
  "created_at" TIMESTAMPTZ NOT NULL DEFAULT current_timestamp,
  "ended_at" TIMESTAMPTZ DEFAULT null,
  CONSTRAINT decision_state_check CHECK (state in ('awaiting', 'in_force', 'undone', 'overturned', 'ended', 'rejected'))
);
CREATE INDEX decision_target ON "decision" (kind, target, id desc);
CREATE INDEX decision_item ON "decision" (item, id desc) WHERE item is not null;
CREATE INDEX decision_member ON "decision" (member, id desc) WHERE member is not null;
CREATE INDEX decision_moderator ON "decision" (moderator, created_at desc) WHERE moderator is not null;
CREATE INDEX decision_time ON "decision" (created_at);
CREATE INDEX decision_until ON "decision" (until) WHERE state = 'in_force' and until is not null;
CREATE INDEX decision_name ON "decision" (id) WHERE action = 'name' and state = 'in_force';
CREATE INDEX decision_awaiting ON "decision" (created_at) WHERE state = 'awaiting';
CREATE TABLE "appeal" (
  "id" BIGSERIAL PRIMARY KEY NOT NULL,
  "decision" BIGINT UNIQUE NOT NULL REFERENCES "decision" ("id") ON DELETE RESTRICT ON UPDATE CASCADE DEFAULT null,
  "member" BIGINT NOT NULL REFERENCES "member" ("id") ON DELETE RESTRICT ON UPDATE CASCADE DEFAULT null,
  "text" TEXT NOT NULL DEFAULT null,
  "state" VARCHAR(10) NOT NULL DEFAULT 'filed',
  "assigned_to" BIGINT REFERENCES "member" ("id") ON DELETE RESTRICT ON UPDATE CASCADE DEFAULT null,
  "answer" TEXT NOT NULL DEFAULT '',
  "created_at" TIMESTAMPTZ NOT NULL DEFAULT current_timestamp,
  "decided_at" TIMESTAMPTZ DEFAULT null,
  CONSTRAINT appeal_state_check CHECK (state in ('filed', 'assigned', 'upheld', 'overturned', 'modified', 'withdrawn'))
);
CREATE INDEX appeal_waiting ON "appeal" (created_at) WHERE state in ('filed', 'assigned');
CREATE TABLE "second_look" (
  "id" BIGSERIAL PRIMARY KEY NOT NULL,
  "decision" BIGINT UNIQUE NOT NULL REFERENCES "decision" ("id") ON DELETE RESTRICT ON UPDATE CASCADE DEFAULT null,
  "moderator" BIGINT NOT NULL REFERENCES "member" ("id") ON DELETE RESTRICT ON UPDATE CASCADE DEFAULT null,
  "judgement" VARCHAR(10) NOT NULL DEFAULT null,
  "created_at" TIMESTAMPTZ NOT NULL DEFAULT current_timestamp
);
CREATE TABLE "note" (
  "id" BIGSERIAL PRIMARY KEY NOT NULL,
  "member" BIGINT NOT NULL REFERENCES "member" ("id") ON DELETE RESTRICT ON UPDATE CASCADE DEFAULT null,
  "author" BIGINT NOT NULL REFERENCES "member" ("id") ON DELETE RESTRICT ON UPDATE CASCADE DEFAULT null,
  "text" TEXT NOT NULL DEFAULT null,
  "created_at" TIMESTAMPTZ NOT NULL DEFAULT current_timestamp
);
CREATE INDEX note_member ON "note" (member, id desc);
CREATE TABLE "vote_ring" (
  "id" BIGSERIAL PRIMARY KEY NOT NULL,
  "members" BIGINT[] NOT NULL DEFAULT '{}',
  "share" DOUBLE PRECISION NOT NULL DEFAULT null,
  "share_of_others" DOUBLE PRECISION NOT NULL DEFAULT null,
  "found_at" TIMESTAMPTZ NOT NULL DEFAULT current_timestamp,
  "dismissed_at" TIMESTAMPTZ DEFAULT null,
  "dismissed_by" BIGINT REFERENCES "member" ("id") ON DELETE RESTRICT ON UPDATE CASCADE DEFAULT null
);
CREATE TABLE "mod_action" (
  "id" BIGSERIAL PRIMARY KEY NOT NULL,
  "at" TIMESTAMPTZ NOT NULL DEFAULT current_timestamp,
  "actor" BIGINT DEFAULT null,
  "role" VARCHAR(10) NOT NULL DEFAULT null,
  "action" VARCHAR(20) NOT NULL DEFAULT null,
  "kind" VARCHAR(8) NOT NULL DEFAULT null,
  "target" BIGINT NOT NULL DEFAULT null,
  "before" JSONB NOT NULL DEFAULT '{}',
  "after" JSONB NOT NULL DEFAULT '{}',
  "guideline" VARCHAR(30) DEFAULT null,
  "reason" TEXT NOT NULL DEFAULT '',
  "automated" BOOLEAN NOT NULL DEFAULT false,
  "decision" BIGINT DEFAULT null,
  "request" VARCHAR(64) DEFAULT null,
  "salt" BYTEA DEFAULT null,
  "words" BYTEA NOT NULL DEFAULT '',
  "prev_hash" BYTEA NOT NULL DEFAULT '',
  "hash" BYTEA NOT NULL DEFAULT ''
);
CREATE INDEX mod_action_target ON "mod_action" (kind, target, id);
CREATE INDEX mod_action_at ON "mod_action" (at desc, id desc);
CREATE INDEX mod_action_actor ON "mod_action" (actor, id desc) WHERE actor is not null;
CREATE TABLE "rule" (
  "id" BIGSERIAL PRIMARY KEY NOT NULL,
  "name" VARCHAR(80) UNIQUE NOT NULL DEFAULT null,
  "version" INTEGER NOT NULL DEFAULT 1,
  "state" VARCHAR(6) NOT NULL DEFAULT 'off',
  "position" INTEGER NOT NULL DEFAULT 0,
  "conditions" JSONB NOT NULL DEFAULT '[]',
  "action" VARCHAR(8) NOT NULL DEFAULT null,
  "guideline" VARCHAR(30) NOT NULL REFERENCES "guideline" ("code") ON DELETE RESTRICT ON UPDATE CASCADE DEFAULT null,
  "slowest_bytes" INTEGER NOT NULL DEFAULT 0,
  "slowest_seconds" DOUBLE PRECISION NOT NULL DEFAULT 0.0,
  "changed_by" BIGINT REFERENCES "member" ("id") ON DELETE RESTRICT ON UPDATE CASCADE DEFAULT null,
  "changed_at" TIMESTAMPTZ NOT NULL DEFAULT current_timestamp,
  CONSTRAINT rule_state_check CHECK (state in ('off', 'shadow', 'on')),
  CONSTRAINT rule_action_check CHECK (action in ('hold', 'flag', 'collapse', 'slow', 'notify'))
);
CREATE TABLE "rule_version" (
  "id" BIGSERIAL PRIMARY KEY NOT NULL,
  "rule" BIGINT NOT NULL REFERENCES "rule" ("id") ON DELETE RESTRICT ON UPDATE CASCADE DEFAULT null,
  "version" INTEGER NOT NULL DEFAULT null,
  "conditions" JSONB NOT NULL DEFAULT null,
  "action" VARCHAR(8) NOT NULL DEFAULT null,
  "changed_by" BIGINT REFERENCES "member" ("id") ON DELETE RESTRICT ON UPDATE CASCADE DEFAULT null,
  "changed_at" TIMESTAMPTZ NOT NULL DEFAULT current_timestamp,
  CONSTRAINT rule_version_key UNIQUE ("rule", "version")
);
CREATE TABLE "hit" (
  "id" BIGSERIAL PRIMARY KEY NOT NULL,
  "rule" BIGINT NOT NULL REFERENCES "rule" ("id") ON DELETE RESTRICT ON UPDATE CASCADE DEFAULT null,
  "version" INTEGER NOT NULL DEFAULT null,
  "comment" BIGINT NOT NULL DEFAULT null,
  "matched" TEXT NOT NULL DEFAULT '',
  "acted" BOOLEAN NOT NULL DEFAULT true,
  "created_at" TIMESTAMPTZ NOT NULL DEFAULT current_timestamp
);
CREATE INDEX hit_comment ON "hit" (comment);
CREATE INDEX hit_rule ON "hit" (rule, created_at desc);
CREATE TABLE "spam_training" (
  "id" BIGSERIAL PRIMARY KEY NOT NULL,
  "weights" BYTEA DEFAULT null,
  "spam" INTEGER NOT NULL DEFAULT null,
  "harmless" INTEGER NOT NULL DEFAULT null,
  "figures" JSONB NOT NULL DEFAULT null,
  "created_at" TIMESTAMPTZ NOT NULL DEFAULT current_timestamp
);
CREATE TABLE "backtest" (
  "id" BIGSERIAL PRIMARY KEY NOT NULL,
  "rule" BIGINT NOT NULL REFERENCES "rule" ("id") ON DELETE CASCADE ON UPDATE CASCADE DEFAULT null,
  "version" INTEGER NOT NULL DEFAULT null,
  "asked_by" BIGINT REFERENCES "member" ("id") ON DELETE RESTRICT ON UPDATE CASCADE DEFAULT null,
  "state" VARCHAR(7) NOT NULL DEFAULT 'waiting',
  "proposed_by" BIGINT REFERENCES "member" ("id") ON DELETE RESTRICT ON UPDATE CASCADE DEFAULT null,
  "done" INTEGER NOT NULL DEFAULT 0,
  "total" INTEGER NOT NULL DEFAULT 0,
  "result" JSONB NOT NULL DEFAULT '{}',
  "created_at" TIMESTAMPTZ NOT NULL DEFAULT current_timestamp,
  "changed_at" TIMESTAMPTZ NOT NULL DEFAULT current_timestamp,
  CONSTRAINT backtest_state_check CHECK (state in ('waiting', 'running', 'done', 'failed'))
);
CREATE INDEX backtest_rule ON "backtest" (rule, id desc);
CREATE INDEX backtest_open ON "backtest" (id) WHERE state in ('waiting', 'running');
CREATE TABLE "notification" (
  "id" BIGSERIAL PRIMARY KEY NOT NULL,
  "member" BIGINT NOT NULL REFERENCES "member" ("id") ON DELETE CASCADE ON UPDATE CASCADE DEFAULT null,
  "kind" VARCHAR(8) NOT NULL DEFAULT null,
  "event" BIGINT DEFAULT null,
  "decision" BIGINT DEFAULT null,
  "suggestion" BIGINT DEFAULT null,
  "proposal" BIGINT DEFAULT null,
  "thread" BIGINT DEFAULT null,
  "comment" BIGINT DEFAULT null,
  "actor" BIGINT DEFAULT null,
  "by_mail" BOOLEAN NOT NULL DEFAULT false,
  "letter" BIGINT DEFAULT null,
  "mailed_at" TIMESTAMPTZ DEFAULT null,
  "read_at" TIMESTAMPTZ DEFAULT null,
  "created_at" TIMESTAMPTZ NOT NULL DEFAULT current_timestamp,
  CONSTRAINT notification_kind_check CHECK (kind in ('reply', 'mention', 'followed', 'revised', 'decision', 'update', 'proposal')),
  CONSTRAINT notification_source_check CHECK (num_nonnulls(event, decision, suggestion, proposal) = 1)
);
CREATE UNIQUE INDEX notification_event_member_kind_key ON "notification" (event, member, kind) WHERE event is not null;
CREATE UNIQUE INDEX notification_decision_member_key ON "notification" (decision, member) WHERE decision is not null;
CREATE UNIQUE INDEX notification_suggestion_member_key ON "notification" (suggestion, member) WHERE suggestion is not null;
CREATE UNIQUE INDEX notification_proposal_member_key ON "notification" (proposal, member) WHERE proposal is not null;
CREATE UNIQUE INDEX notification_comment_member_key ON "notification" (comment, member) WHERE kind in ('reply', 'mention', 'followed');
CREATE INDEX notification_member ON "notification" (member, id desc);
CREATE INDEX notification_unread ON "notification" (member, thread) WHERE read_at is null;
CREATE INDEX notification_read ON "notification" (read_at) WHERE read_at is not null;
CREATE INDEX notification_unread_since ON "notification" (created_at) WHERE read_at is null;
CREATE INDEX notification_due ON "notification" (id) WHERE by_mail and letter is null and read_at is null;
CREATE INDEX notification_letter ON "notification" (letter) WHERE letter is not null;
CREATE TABLE "follow" (
  "id" BIGSERIAL PRIMARY KEY NOT NULL,
  "member" BIGINT NOT NULL REFERENCES "member" ("id") ON DELETE CASCADE ON UPDATE CASCADE DEFAULT null,
  "thread" BIGINT NOT NULL REFERENCES "thread" ("id") ON DELETE CASCADE ON UPDATE CASCADE DEFAULT null,
  "level" VARCHAR(6) NOT NULL DEFAULT 'follow',
  "channel" VARCHAR(6) DEFAULT null,
  "since" TIMESTAMPTZ NOT NULL DEFAULT current_timestamp,
  CONSTRAINT follow_level_check CHECK (level in ('follow', 'none', 'mute')),
  CONSTRAINT follow_channel_check CHECK (channel in ('page', 'mail', 'digest')),
  CONSTRAINT follow_member_thread_key UNIQUE ("member", "thread")
);
CREATE INDEX follow_thread ON "follow" (thread) WHERE level = 'follow';
CREATE TABLE "topic_follow" (
  "id" BIGSERIAL PRIMARY KEY NOT NULL,
  "member" BIGINT NOT NULL REFERENCES "member" ("id") ON DELETE CASCADE ON UPDATE CASCADE DEFAULT null,
  "topic" VARCHAR(40) NOT NULL REFERENCES "topic" ("slug") ON DELETE CASCADE ON UPDATE CASCADE DEFAULT null,
  "level" VARCHAR(6) NOT NULL DEFAULT 'follow',
  "since" TIMESTAMPTZ NOT NULL DEFAULT current_timestamp,
  CONSTRAINT topic_follow_level_check CHECK (level in ('follow', 'weekly', 'mute')),
  CONSTRAINT topic_follow_member_topic_key UNIQUE ("member", "topic")
);
CREATE TABLE "notification_preference" (
  "id" BIGSERIAL PRIMARY KEY NOT NULL,
  "member" BIGINT NOT NULL REFERENCES "member" ("id") ON DELETE CASCADE ON UPDATE CASCADE DEFAULT null,
  "kind" VARCHAR(8) NOT NULL DEFAULT null,
  "channel" VARCHAR(6) NOT NULL DEFAULT null,
  CONSTRAINT notification_preference_kind_check CHECK (kind in ('reply', 'mention', 'followed', 'revised', 'decision', 'update', 'proposal')),
  CONSTRAINT notification_preference_channel_check CHECK (channel in ('page', 'mail', 'digest', 'off')),
  CONSTRAINT notification_preference_member_kind_key UNIQUE ("member", "kind")
);
CREATE TABLE "quiet_hours" (
  "id" BIGSERIAL PRIMARY KEY NOT NULL,
  "member" BIGINT UNIQUE NOT NULL REFERENCES "member" ("id") ON DELETE CASCADE ON UPDATE CASCADE DEFAULT null,
  "starts" SMALLINT NOT NULL DEFAULT null,
  "ends" SMALLINT NOT NULL DEFAULT null,
  CONSTRAINT quiet_hours_check CHECK (starts between 0 and 23 and ends between 0 and 23 and starts <> ends)
);
CREATE TABLE "subscription" (
  "id" SERIAL PRIMARY KEY NOT NULL,
  "member" BIGINT UNIQUE NOT NULL REFERENCES "member" ("id") ON DELETE CASCADE ON UPDATE CASCADE DEFAULT null,
  "frequency" VARCHAR(6) NOT NULL DEFAULT 'weekly',
  "former" VARCHAR(6) NOT NULL DEFAULT 'weekly',
  "weekday" SMALLINT NOT NULL DEFAULT 6,
  "hour" SMALLINT NOT NULL DEFAULT 8,
  "next_at" TIMESTAMPTZ DEFAULT null,
  "last_day" DATE DEFAULT null,
  "paused_until" TIMESTAMPTZ DEFAULT null,
  "asked_at" TIMESTAMPTZ DEFAULT null,
  "kept_at" TIMESTAMPTZ DEFAULT null,
  CONSTRAINT subscription_frequency_check CHECK (frequency in ('weekly', 'daily', 'off')),
  CONSTRAINT subscription_weekday_check CHECK (weekday between 1 and 7),
  CONSTRAINT subscription_hour_check CHECK (hour between 0 and 23)
);
CREATE INDEX subscription_due ON "subscription" (next_at) WHERE next_at is not null;
CREATE TABLE "issue" (
  "id" BIGSERIAL PRIMARY KEY NOT NULL,
  "member" BIGINT NOT NULL REFERENCES "member" ("id") ON DELETE CASCADE ON UPDATE CASCADE DEFAULT null,
  "list" VARCHAR(6) NOT NULL DEFAULT 'digest',
  "period" VARCHAR(10) NOT NULL DEFAULT null,
  "state" VARCHAR(8) NOT NULL DEFAULT 'planned',
  "due_at" TIMESTAMPTZ NOT NULL DEFAULT null,
  "planned_at" TIMESTAMPTZ NOT NULL DEFAULT current_timestamp,
  "mail" BIGINT DEFAULT null,
  "settled_at" TIMESTAMPTZ DEFAULT null,
  CONSTRAINT issue_list_check CHECK (list in ('digest', 'keep')),
  CONSTRAINT issue_state_check CHECK (state in ('planned', 'posted', 'empty', 'sent', 'failed', 'expired', 'unknown')),
  CONSTRAINT issue_member_list_period_key UNIQUE ("member", "list", "period")
);
CREATE UNIQUE INDEX issue_mail_key ON "issue" (mail) WHERE mail is not null;
CREATE INDEX issue_planned ON "issue" (due_at) WHERE state = 'planned';
CREATE TABLE "issue_item" (
  "id" BIGSERIAL PRIMARY KEY NOT NULL,
  "issue" BIGINT NOT NULL REFERENCES "issue" ("id") ON DELETE CASCADE ON UPDATE CASCADE DEFAULT null,
  "member" BIGINT NOT NULL DEFAULT null,
  "position" SMALLINT NOT NULL DEFAULT null,
  "kind" VARCHAR(10) NOT NULL DEFAULT null,
  "thread" BIGINT NOT NULL REFERENCES "thread" ("id") ON DELETE CASCADE ON UPDATE CASCADE DEFAULT null,
  "comment" BIGINT REFERENCES "comment" ("id") ON DELETE CASCADE ON UPDATE CASCADE DEFAULT null,
  "revision" INTEGER DEFAULT null,
  "unread" INTEGER NOT NULL DEFAULT 0,
  "since" TIMESTAMPTZ DEFAULT null,
  "delivered" BOOLEAN NOT NULL DEFAULT true
);
CREATE UNIQUE INDEX issue_item_comment_once ON "issue_item" (member, comment) WHERE delivered and comment is not null;
CREATE UNIQUE INDEX issue_item_article_once ON "issue_item" (member, thread, coalesce(revision, 0)) WHERE delivered and comment is null;
CREATE INDEX issue_item_issue ON "issue_item" (issue, position);
CREATE INDEX issue_item_member ON "issue_item" (member) WHERE delivered;
CREATE INDEX issue_item_comment ON "issue_item" (comment) WHERE comment is not null;
CREATE TABLE "pick" (
  "id" BIGSERIAL PRIMARY KEY NOT NULL,
  "thread" BIGINT UNIQUE NOT NULL REFERENCES "thread" ("id") ON DELETE CASCADE ON UPDATE CASCADE DEFAULT null,
  "member" BIGINT NOT NULL REFERENCES "member" ("id") ON DELETE CASCADE ON UPDATE CASCADE DEFAULT null,
  "at" TIMESTAMPTZ NOT NULL DEFAULT current_timestamp
);
CREATE TABLE "claim" (
  "id" BIGSERIAL PRIMARY KEY NOT NULL,
  "article" BIGINT NOT NULL REFERENCES "article" ("id") ON DELETE CASCADE ON UPDATE CASCADE DEFAULT null,
  "member" BIGINT NOT NULL REFERENCES "member" ("id") ON DELETE CASCADE ON UPDATE CASCADE DEFAULT null,
  "way" VARCHAR(7) NOT NULL DEFAULT null,
  "role" VARCHAR(9) NOT NULL DEFAULT 'author',
  "state" VARCHAR(9) NOT NULL DEFAULT 'waiting',
  "token" VARCHAR(40) NOT NULL DEFAULT null,
  "email" VARCHAR(254) DEFAULT null,
  "text" TEXT NOT NULL DEFAULT '',
  "note" TEXT NOT NULL DEFAULT '',
  "misses" SMALLINT NOT NULL DEFAULT 0,
  "check_at" TIMESTAMPTZ DEFAULT null,
  "decided_by" BIGINT REFERENCES "member" ("id") ON DELETE SET NULL ON UPDATE CASCADE DEFAULT null,
  "created_at" TIMESTAMPTZ NOT NULL DEFAULT current_timestamp,
  CONSTRAINT claim_way_check CHECK (way in ('page', 'address', 'word')),
  CONSTRAINT claim_role_check CHECK (role in ('author', 'publisher')),
  CONSTRAINT claim_state_check CHECK (state in ('waiting', 'confirmed', 'refused', 'ended')),
  CONSTRAINT claim_article_member_key UNIQUE ("article", "member")
);
CREATE INDEX claim_member ON "claim" (member);
CREATE INDEX claim_check ON "claim" (check_at) WHERE check_at is not null;
CREATE TABLE "author_reply" (
  "id" BIGSERIAL PRIMARY KEY NOT NULL,
  "article" BIGINT UNIQUE NOT NULL REFERENCES "article" ("id") ON DELETE CASCADE ON UPDATE CASCADE DEFAULT null,
  "comment" BIGINT UNIQUE NOT NULL REFERENCES "comment" ("id") ON DELETE CASCADE ON UPDATE CASCADE DEFAULT null,
  "created_at" TIMESTAMPTZ NOT NULL DEFAULT current_timestamp
);
CREATE TABLE "link_picture" (
  "id" SERIAL PRIMARY KEY NOT NULL,
  "thread" BIGINT UNIQUE NOT NULL REFERENCES "thread" ("id") ON DELETE CASCADE ON UPDATE CASCADE DEFAULT null,
  "title" TEXT NOT NULL DEFAULT null,
  "site" TEXT DEFAULT null,
  "digits" INTEGER NOT NULL DEFAULT 0,
  "digest" VARCHAR(16) NOT NULL DEFAULT null,
  "data" BYTEA NOT NULL DEFAULT null,
  "drawn_at" TIMESTAMPTZ NOT NULL DEFAULT current_timestamp
);
CREATE TABLE "hub_position" (
  "id" SMALLINT PRIMARY KEY NOT NULL DEFAULT null,
  "xid" VARCHAR(20) NOT NULL DEFAULT null,
  "event" BIGINT NOT NULL DEFAULT null
);
CREATE TABLE "search_document" (
  "id" BIGSERIAL PRIMARY KEY NOT NULL,
  "kind" SMALLINT NOT NULL DEFAULT null,
  "source" BIGINT NOT NULL DEFAULT null,
  "thread" BIGINT NOT NULL REFERENCES "thread" ("id") ON DELETE CASCADE ON UPDATE CASCADE DEFAULT null,
  "version" INTEGER NOT NULL DEFAULT null,
  "shown" VARCHAR(9) NOT NULL DEFAULT null,
  "prior" SMALLINT NOT NULL DEFAULT 0,
  "at" TIMESTAMPTZ NOT NULL DEFAULT current_timestamp,
  "words" TSVECTOR NOT NULL DEFAULT null,
  CONSTRAINT search_document_kind_check CHECK (kind in (1, 2, 3)),
  CONSTRAINT search_document_kind_source_key UNIQUE ("kind", "source")
);
CREATE INDEX search_document_words ON "search_document" USING gin (words) WITH (fastupdate = on, gin_pending_list_limit = 512);
CREATE INDEX search_document_prior ON "search_document" (kind, prior desc, at desc);
CREATE INDEX search_document_at ON "search_document" (kind, at desc);
CREATE INDEX search_document_thread ON "search_document" (thread, kind);
CREATE TABLE "search_word" (
  "word" TEXT PRIMARY KEY NOT NULL DEFAULT null,
  "comments" INTEGER NOT NULL DEFAULT null
);
CREATE INDEX search_word_bytes ON "search_word" (word collate "C");
CREATE TABLE "site" (
  "key" VARCHAR(40) PRIMARY KEY NOT NULL DEFAULT null,
  "origins" TEXT[] NOT NULL DEFAULT null,
  "topic" VARCHAR(40) NOT NULL REFERENCES "topic" ("slug") ON DELETE RESTRICT ON UPDATE CASCADE DEFAULT null,
  "provider" VARCHAR(20) NOT NULL DEFAULT '',
  "created_at" TIMESTAMPTZ NOT NULL DEFAULT current_timestamp
);
CREATE TABLE "embed_code" (
  "token_hash" BYTEA PRIMARY KEY NOT NULL DEFAULT null,
  "site" VARCHAR(40) NOT NULL DEFAULT null,
  "member" BIGINT NOT NULL REFERENCES "member" ("id") ON DELETE CASCADE ON UPDATE CASCADE DEFAULT null,
  "challenge" VARCHAR(43) NOT NULL DEFAULT null,
  "expires_at" TIMESTAMPTZ NOT NULL DEFAULT null
);
CREATE TABLE "comment_site" (
  "comment" BIGINT PRIMARY KEY NOT NULL REFERENCES "comment" ("id") ON DELETE CASCADE ON UPDATE CASCADE DEFAULT null,
  "site" VARCHAR(40) NOT NULL DEFAULT null
);
CREATE TABLE "first_comment" (
  "id" BIGSERIAL PRIMARY KEY NOT NULL,
  "site" VARCHAR(40) NOT NULL DEFAULT null,
  "url" TEXT NOT NULL DEFAULT null,
  "member" BIGINT NOT NULL REFERENCES "member" ("id") ON DELETE CASCADE ON UPDATE CASCADE DEFAULT null,
  "body" TEXT NOT NULL DEFAULT null,
  "stance" VARCHAR(10) DEFAULT null,
  "assisted" BOOLEAN NOT NULL DEFAULT false,
  "submission" VARCHAR(36) NOT NULL DEFAULT null,
  "state" VARCHAR(7) NOT NULL DEFAULT 'waiting',
  "message" TEXT NOT NULL DEFAULT '',
  "thread" BIGINT DEFAULT null,
  "comment" BIGINT DEFAULT null,
  "attempts" SMALLINT NOT NULL DEFAULT 0,
  "created_at" TIMESTAMPTZ NOT NULL DEFAULT current_timestamp,
  "due_at" TIMESTAMPTZ NOT NULL DEFAULT current_timestamp,
  CONSTRAINT first_comment_state_check CHECK (state in ('waiting', 'posted', 'failed')),
  CONSTRAINT first_comment_member_submission_key UNIQUE ("member", "submission")
);
CREATE INDEX first_comment_due ON "first_comment" (due_at) WHERE state = 'waiting';
CREATE TABLE "inbound_feed" (
  "id" BIGSERIAL PRIMARY KEY NOT NULL,
  "url" TEXT UNIQUE NOT NULL DEFAULT null,
  "host" TEXT NOT NULL DEFAULT null,
  "title" TEXT NOT NULL DEFAULT '',
  "topic" VARCHAR(40) NOT NULL REFERENCES "topic" ("slug") ON DELETE RESTRICT ON UPDATE CASCADE DEFAULT null,
  "mode" VARCHAR(6) NOT NULL DEFAULT 'review',
  "display" VARCHAR(7) NOT NULL DEFAULT 'excerpt',
  "basis" TEXT NOT NULL DEFAULT '',
  "state" VARCHAR(7) NOT NULL DEFAULT 'active',
  "note" TEXT NOT NULL DEFAULT '',
  "etag" TEXT DEFAULT null,
  "last_modified" TEXT DEFAULT null,
  "body_hash" BYTEA DEFAULT null,
  "fetched_at" TIMESTAMPTZ DEFAULT null,
  "failing_since" TIMESTAMPTZ DEFAULT null,
  "failures" INTEGER NOT NULL DEFAULT 0,
  "pause" INTEGER NOT NULL DEFAULT 3600,
  "due_at" TIMESTAMPTZ NOT NULL DEFAULT current_timestamp,
  "moved_to" TEXT NOT NULL DEFAULT '',
  "moved_seen" SMALLINT NOT NULL DEFAULT 0,
  "moved_at" TIMESTAMPTZ DEFAULT null,
  "added_by" BIGINT REFERENCES "member" ("id") ON DELETE SET NULL ON UPDATE CASCADE DEFAULT null,
  "created_at" TIMESTAMPTZ NOT NULL DEFAULT current_timestamp,
  CONSTRAINT inbound_feed_mode_check CHECK (mode in ('review', 'auto')),
  CONSTRAINT inbound_feed_display_check CHECK (display in ('excerpt', 'full')),
  CONSTRAINT inbound_feed_basis_check CHECK (display = 'excerpt' or basis <> ''),
  CONSTRAINT inbound_feed_state_check CHECK (state in ('active', 'paused', 'stopped', 'gone'))
);
CREATE INDEX inbound_feed_due ON "inbound_feed" (due_at) WHERE state = 'active';
CREATE TABLE "feed_item" (
  "id" BIGSERIAL PRIMARY KEY NOT NULL,
  "feed" BIGINT NOT NULL REFERENCES "inbound_feed" ("id") ON DELETE CASCADE ON UPDATE CASCADE DEFAULT null,
  "key" BYTEA NOT NULL DEFAULT null,
  "guid" BYTEA DEFAULT null,
  "url" TEXT NOT NULL DEFAULT null,
  "host" TEXT NOT NULL DEFAULT null,
  "title" TEXT NOT NULL DEFAULT '',
  "summary" TEXT NOT NULL DEFAULT '',
  "published_at" TIMESTAMPTZ DEFAULT null,
  "seen_at" TIMESTAMPTZ NOT NULL DEFAULT current_timestamp,
  "state" VARCHAR(8) NOT NULL DEFAULT 'waiting',
  "message" TEXT NOT NULL DEFAULT '',
  "thread" BIGINT DEFAULT null,
  "decided_by" BIGINT REFERENCES "member" ("id") ON DELETE SET NULL ON UPDATE CASCADE DEFAULT null,
  "due_at" TIMESTAMPTZ NOT NULL DEFAULT current_timestamp,
  "made_at" TIMESTAMPTZ DEFAULT null,
  CONSTRAINT feed_item_state_check CHECK (state in ('old', 'waiting', 'approved', 'made', 'known', 'skipped', 'failed')),
  CONSTRAINT feed_item_feed_key_key UNIQUE ("feed", "key")
);
CREATE INDEX feed_item_guid ON "feed_item" (feed, guid) WHERE guid is not null;
CREATE INDEX feed_item_due ON "feed_item" (due_at) WHERE state = 'approved';
CREATE INDEX feed_item_waiting ON "feed_item" (feed, id) WHERE state = 'waiting';
CREATE INDEX feed_item_made ON "feed_item" (made_at) WHERE made_at is not null;
CREATE TABLE "feed_host" (
  "host" TEXT PRIMARY KEY NOT NULL DEFAULT null,
  "next_at" TIMESTAMPTZ NOT NULL DEFAULT current_timestamp,
  "robots" TEXT NOT NULL DEFAULT '',
  "robots_at" TIMESTAMPTZ DEFAULT null
);
CREATE TABLE "export" (
  "id" BIGSERIAL PRIMARY KEY NOT NULL,
  "member" BIGINT NOT NULL REFERENCES "member" ("id") ON DELETE CASCADE ON UPDATE CASCADE DEFAULT null,
  "state" VARCHAR(7) NOT NULL DEFAULT 'waiting',
  "done" INTEGER NOT NULL DEFAULT 0,
  "total" INTEGER NOT NULL DEFAULT 0,
  "size" INTEGER NOT NULL DEFAULT 0,
  "attempt" INTEGER NOT NULL DEFAULT 0,
  "created_at" TIMESTAMPTZ NOT NULL DEFAULT current_timestamp,
  "changed_at" TIMESTAMPTZ NOT NULL DEFAULT current_timestamp,
  CONSTRAINT export_state_check CHECK (state in ('waiting', 'running', 'done', 'failed'))
);
CREATE INDEX export_member ON "export" (member, id desc);
CREATE INDEX export_open ON "export" (id) WHERE state in ('waiting', 'running');
CREATE TABLE "export_part" (
  "id" BIGSERIAL PRIMARY KEY NOT NULL,
  "export" BIGINT NOT NULL REFERENCES "export" ("id") ON DELETE CASCADE ON UPDATE CASCADE DEFAULT null,
  "number" INTEGER NOT NULL DEFAULT null,
  "bytes" BYTEA NOT NULL DEFAULT null,
  CONSTRAINT export_part_export_number_key UNIQUE ("export", "number")
);
CREATE TABLE "api_token" (
  "id" BIGSERIAL PRIMARY KEY NOT NULL,
  "member" BIGINT NOT NULL REFERENCES "member" ("id") ON DELETE CASCADE ON UPDATE CASCADE DEFAULT null,
  "token_hash" BYTEA UNIQUE NOT NULL DEFAULT null,
  "name" VARCHAR(60) NOT NULL DEFAULT null,
  "scopes" VARCHAR(10)[] NOT NULL DEFAULT '{}',
  "created_at" TIMESTAMPTZ NOT NULL DEFAULT current_timestamp,
  "expires_at" TIMESTAMPTZ NOT NULL DEFAULT null,
  "used_at" TIMESTAMPTZ DEFAULT null
);
CREATE INDEX api_token_member ON "api_token" (member);
CREATE TABLE "webhook" (
  "id" BIGSERIAL PRIMARY KEY NOT NULL,
  "url" TEXT NOT NULL DEFAULT null,
  "kinds" TEXT[] NOT NULL DEFAULT '{}',
  "secret" BYTEA NOT NULL DEFAULT null,
  "former_secret" BYTEA DEFAULT null,
  "former_until" TIMESTAMPTZ DEFAULT null,
  "state" VARCHAR(3) NOT NULL DEFAULT 'on',
  "ended_by" TEXT NOT NULL DEFAULT '',
  "position" TEXT NOT NULL DEFAULT null,
  "failures" SMALLINT NOT NULL DEFAULT 0,
  "failing_since" TIMESTAMPTZ DEFAULT null,
  "paused_until" TIMESTAMPTZ DEFAULT null,
  "leased_until" TIMESTAMPTZ DEFAULT null,
  "created_at" TIMESTAMPTZ NOT NULL DEFAULT current_timestamp,
  CONSTRAINT webhook_state_check CHECK (state in ('on', 'off'))
);
CREATE TABLE "webhook_delivery" (
  "id" BIGSERIAL PRIMARY KEY NOT NULL,
  "webhook" BIGINT NOT NULL REFERENCES "webhook" ("id") ON DELETE CASCADE ON UPDATE CASCADE DEFAULT null,
  "event" BIGINT NOT NULL DEFAULT null,
  "position" TEXT NOT NULL DEFAULT null,
  "thread" BIGINT NOT NULL DEFAULT null,
  "seq" BIGINT NOT NULL DEFAULT null,
  "kind" TEXT NOT NULL DEFAULT null,
  "comment" BIGINT DEFAULT null,
  "happened_at" TIMESTAMPTZ NOT NULL DEFAULT null,
  "state" VARCHAR(9) NOT NULL DEFAULT 'waiting',
  "attempts" SMALLINT NOT NULL DEFAULT 0,
  "due_at" TIMESTAMPTZ NOT NULL DEFAULT current_timestamp,
  "status" SMALLINT DEFAULT null,
  "error" TEXT NOT NULL DEFAULT '',
  "settled_at" TIMESTAMPTZ DEFAULT null,
  CONSTRAINT webhook_delivery_state_check CHECK (state in ('waiting', 'delivered', 'failed')),
  CONSTRAINT webhook_delivery_webhook_event_key UNIQUE ("webhook", "event")
);
CREATE INDEX webhook_delivery_due ON "webhook_delivery" (webhook, due_at, id) WHERE state = 'waiting';
CREATE INDEX webhook_delivery_log ON "webhook_delivery" (webhook, id desc);
CREATE TABLE "webmention" (
  "id" BIGSERIAL PRIMARY KEY NOT NULL,
  "thread" BIGINT NOT NULL REFERENCES "thread" ("id") ON DELETE CASCADE ON UPDATE CASCADE DEFAULT null,
  "target" TEXT NOT NULL DEFAULT null,
  "state" VARCHAR(7) NOT NULL DEFAULT 'waiting',
  "linked" BOOLEAN NOT NULL DEFAULT true,
  "attempts" SMALLINT NOT NULL DEFAULT 0,
  "due_at" TIMESTAMPTZ NOT NULL DEFAULT current_timestamp,
  "status" SMALLINT DEFAULT null,
  "settled_at" TIMESTAMPTZ DEFAULT null,
  CONSTRAINT webmention_state_check CHECK (state in ('waiting', 'sent', 'none', 'failed')),
  CONSTRAINT webmention_thread_target_key UNIQUE ("thread", "target")
);
CREATE INDEX webmention_due ON "webmention" (due_at) WHERE state = 'waiting';
CREATE INDEX webmention_gone ON "webmention" (thread) WHERE not linked;

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

-- Forgetting empties the reason and takes `why` out of the states, with the salt, and changes nothing else.
create function mod_action_forgets() returns trigger language plpgsql as $$
begin
  if new.reason <> '' or new.salt is not null or new.before <> old.before - 'why' or new.after <> old.after - 'why'
     or to_jsonb(new) - '{reason,salt,before,after}'::text[] <> to_jsonb(old) - '{reason,salt,before,after}'::text[] then
    raise exception 'the moderation record is never changed' using errcode = 'insufficient_privilege';
  end if;
  return new;
end $$;

create trigger mod_action_forgets before update on mod_action
  for each row execute function mod_action_forgets();
