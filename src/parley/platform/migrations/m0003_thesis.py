"""Threads have a thesis, which members agree or disagree with."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from parley.platform.db import execute

ID = "2026-12-01T23:50:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "the thesis of a thread"

FORWARDS = """
alter table article_import add column "thesis" varchar(120) not null default '';
alter table link_picture add column "thesis" varchar(120) not null default '';
CREATE TABLE "thesis" (
  "id" BIGSERIAL PRIMARY KEY NOT NULL,
  "thread" BIGINT NOT NULL REFERENCES "thread" ("id") ON DELETE CASCADE ON UPDATE CASCADE DEFAULT null,
  "version" INTEGER NOT NULL DEFAULT null,
  "text" VARCHAR(120) NOT NULL DEFAULT null,
  "member" BIGINT REFERENCES "member" ("id") ON DELETE RESTRICT ON UPDATE CASCADE DEFAULT null,
  "agrees" INTEGER NOT NULL DEFAULT 0,
  "disagrees" INTEGER NOT NULL DEFAULT 0,
  "unsure" INTEGER NOT NULL DEFAULT 0,
  "published" INTEGER[] NOT NULL DEFAULT '{0,0,0,0}',
  "created_at" TIMESTAMPTZ NOT NULL DEFAULT current_timestamp,
  "ended_at" TIMESTAMPTZ DEFAULT null,
  CONSTRAINT thesis_text_check CHECK (text <> ''),
  CONSTRAINT thesis_thread_version_key UNIQUE ("thread", "version")
);
CREATE UNIQUE INDEX thesis_present ON "thesis" (thread) WHERE ended_at is null;
CREATE INDEX thesis_member ON "thesis" (member);
CREATE TABLE "thesis_answer" (
  "id" BIGSERIAL PRIMARY KEY NOT NULL,
  "thesis" BIGINT NOT NULL REFERENCES "thesis" ("id") ON DELETE CASCADE ON UPDATE CASCADE DEFAULT null,
  "thread" BIGINT NOT NULL DEFAULT null,
  "member" BIGINT NOT NULL REFERENCES "member" ("id") ON DELETE CASCADE ON UPDATE CASCADE DEFAULT null,
  "value" SMALLINT DEFAULT null,
  "seen" BOOLEAN NOT NULL DEFAULT false,
  "counted" BOOLEAN NOT NULL DEFAULT true,
  "changed_at" TIMESTAMPTZ NOT NULL DEFAULT current_timestamp,
  CONSTRAINT thesis_answer_value_check CHECK (value in (-1, 0, 1)),
  CONSTRAINT thesis_answer_thesis_member_key UNIQUE ("thesis", "member")
);
CREATE INDEX thesis_answer_member ON "thesis_answer" (member);
CREATE INDEX thesis_answer_thread ON "thesis_answer" (thread, changed_at);
CREATE INDEX thesis_answer_uncounted ON "thesis_answer" (member) WHERE not counted
"""


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="parley", description=DESCRIPTION)

    async def run() -> None:
        await execute(FORWARDS)

    manager.add_raw(run)
    return manager
