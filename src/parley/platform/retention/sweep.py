"""Deletes rows and files whose time is over: in batches, skipping locked rows."""

import asyncio
from collections.abc import Sequence
from time import time

from parley.platform import db
from parley.platform.events import attempts
from parley.platform.retention.rules import Files, RetentionRule

# Rows in one transaction, so that it is short.
BATCH = 500
DAY = 86_400


async def remove_expired_rows(rule: RetentionRule) -> int:
    """Delete or blank the rows whose time is over, and return their number.

    A row that cannot be deleted is tried again later, like any item of a job (platform/events/attempts.py).
    """
    count = 0
    while removed := await _remove_batch(rule):
        count += removed
    return count


async def _remove_batch(rule: RetentionRule) -> int:
    removed = 0

    async def remove(keys: Sequence[object]) -> None:
        nonlocal removed
        removed += await remove_rows(keys, rule)

    async with db.atomic():
        await attempts.in_halves(rule.job, await db.values(_expired_query(rule), BATCH), remove)
    return removed


async def remove_rows(keys: Sequence[object], rule: RetentionRule) -> int:
    where = f"where {rule.key} = any($1)"
    if rule.blank:
        return await db.execute(f"update {rule.table} set {rule.blank} {where}", keys)  # noqa: S608 rules are constants
    return await db.execute(f"delete from {rule.table} {where}", keys)  # noqa: S608 rules are constants


def _expired_query(rule: RetentionRule) -> str:
    key = f"{rule.table}.{rule.key}"
    return f"""
    select {key} from {rule.table} where {rule.is_over} and {attempts.due(rule.job, key)}
    limit $1 for update of {rule.table} skip locked
    """  # noqa: S608 rules are constants


async def remove_expired_files(files: Files) -> int:
    """Delete the files whose time is over, and return their number."""
    return await asyncio.to_thread(_remove_files, files)


def _remove_files(files: Files) -> int:
    folder = files.folder()
    if folder is None or not folder.is_dir():
        return 0
    oldest = time() - files.days * DAY
    expired = [file for file in folder.iterdir() if file.is_file() and file.stat().st_mtime < oldest]
    for file in expired:
        file.unlink(missing_ok=True)
    return len(expired)
