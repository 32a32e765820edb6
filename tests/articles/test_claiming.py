"""Only one import of a member is read at a time, also when several workers look for work at the same moment."""

import asyncio

import pytest

import make
from parley.articles import imports
from parley.core import db

pytestmark = [pytest.mark.anyio, pytest.mark.committed, pytest.mark.usefixtures("app")]

ROUNDS = 40


async def test_workers_that_claim_at_once_get_imports_of_different_members() -> None:
    """An import is read for up to 90 seconds, and a worker reads three at a time."""
    mira, ada = await make.member(), await make.member()
    for _ in range(ROUNDS):
        await db.execute("delete from article_import")
        for member in (mira, mira, mira, mira, ada):
            await imports.request_import(
                member=member.id, source="url", url="https://example.com/", title="", topic="research"
            )
        claimed = await asyncio.gather(*(imports.claim() for _ in range(4)))
        assert sorted(one.member for one in claimed if one) == sorted([mira.id, ada.id])
