"""Members keep comments, articles and words of articles for themselves."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from parley.platform.db import execute

ID = "2026-12-02T06:13:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "what members keep"

FORWARDS = """
CREATE TABLE "kept_item" (
  "id" BIGSERIAL PRIMARY KEY NOT NULL,
  "member" BIGINT NOT NULL REFERENCES "member" ("id") ON DELETE CASCADE ON UPDATE CASCADE DEFAULT null,
  "thread" BIGINT NOT NULL REFERENCES "thread" ("id") ON DELETE CASCADE ON UPDATE CASCADE DEFAULT null,
  "comment" BIGINT REFERENCES "comment" ("id") ON DELETE CASCADE ON UPDATE CASCADE DEFAULT null,
  "text" TEXT NOT NULL DEFAULT '',
  "quote" TEXT DEFAULT null,
  "prefix" TEXT DEFAULT null,
  "suffix" TEXT DEFAULT null,
  "revision" INTEGER DEFAULT null,
  "made_on" BIGINT DEFAULT null,
  "passage" BIGINT DEFAULT null,
  "words" TEXT DEFAULT null,
  "anchor" VARCHAR(8) DEFAULT null,
  "found_in" INTEGER DEFAULT null,
  "created_at" TIMESTAMPTZ NOT NULL DEFAULT current_timestamp,
  "changed_at" TIMESTAMPTZ NOT NULL DEFAULT current_timestamp,
  CONSTRAINT kept_item_kind_check CHECK (comment is null or passage is null),
  CONSTRAINT kept_item_anchor_check CHECK (anchor in ('same', 'changed', 'moved', 'kept', 'lost'))
);
CREATE UNIQUE INDEX kept_item_comment ON "kept_item" (member, comment) WHERE comment is not null;
CREATE UNIQUE INDEX kept_item_article ON "kept_item" (member, thread) WHERE comment is null and passage is null;
CREATE INDEX kept_item_member ON "kept_item" (member, thread);
CREATE INDEX kept_item_highlight ON "kept_item" (thread, found_in) WHERE passage is not null;
CREATE INDEX kept_item_of_comment ON "kept_item" (comment) WHERE comment is not null
"""


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="parley", description=DESCRIPTION)

    async def run() -> None:
        await execute(FORWARDS)

    manager.add_raw(run)
    return manager
