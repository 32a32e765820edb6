"""The list and the next item come from an index in their order, so that neither depends on how much waits."""

import json
from typing import Any

import pytest
from litestar import Litestar

from parley.moderation.modqueue import queries
from parley.moderation.modqueue.claims import SELECT_NEXT_ITEM
from parley.moderation.modqueue.filters import QueueFilter
from parley.platform import db
from tests import make

pytestmark = pytest.mark.anyio

# An empty table would be sorted: what is left is whether the index can give the order.
ONLY_INDEXES = "select set_config(name, 'off', true) from unnest(array['enable_sort', 'enable_bitmapscan']) name"
PAGE = f"{queries.WITH_PAGE} select * from page"


def nodes(plan: dict[str, Any]) -> list[str]:
    kinds = [f"{plan['Node Type']} {plan.get('Index Name', '')}".strip()]
    return kinds + [kind for part in plan.get("Plans", ()) for kind in nodes(part)]


@pytest.mark.parametrize(("sql", "limit"), [(PAGE, (50,)), (SELECT_NEXT_ITEM, ())], ids=["page", "next item"])
async def test_the_index_gives_the_order_of_the_queue(app: Litestar, sql: str, limit: tuple[int, ...]) -> None:
    viewer = await make.member(role="moderator")
    await db.value(ONLY_INDEXES)

    explained = await db.value(f"explain (format json) {sql}", viewer.id, *QueueFilter().values, None, *limit)
    found = nodes((json.loads(explained) if isinstance(explained, str) else explained)[0]["Plan"])

    assert "Index Scan queue_item_open" in found
    assert [kind for kind in found if "Sort" in kind] == []
