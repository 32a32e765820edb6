"""Pages of a list: `after` names the last item of the page before."""

from collections.abc import Callable
from operator import attrgetter
from typing import Annotated, TypeVar
from urllib.parse import urlencode

from litestar.params import QueryParameter

from parley.platform.errors import InvalidFields
from parley.platform.http.access import AnyRequest
from parley.platform.settings import settings
from parley.platform.text.cleaning import as_id
from parley.platform.text.messages import N_

Row = TypeVar("Row")
LONGEST_CURSOR = 60

After = Annotated[
    str | None,
    QueryParameter(max_length=LONGEST_CURSOR, description="The last item of the page before, as its `next` has it."),
]
Limit = Annotated[int, QueryParameter(ge=1, le=200, description="The largest number of items of the page.")]


def after_id(after: str | None) -> int | None:
    """Return the id in `after`, or None for the first page. Raises InvalidFields for anything else."""
    number = as_id(after) if after else None
    if after and number is None:
        raise not_in_list()
    return number


def not_in_list() -> InvalidFields:
    """The error for an `after` that names no item."""
    return InvalidFields({"after": N_("This is not an item of the list. Leave `after` out to begin at the start.")})


def page_of(
    request: AnyRequest, rows: list[Row], limit: int, cursor: Callable[[Row], object] = attrgetter("id")
) -> tuple[list[Row], str | None]:
    """Return the first `limit` rows, and the address of the page after them if there are more rows."""
    following = next_page(request, cursor(rows[limit - 1])) if len(rows) > limit else None
    return rows[:limit], following


def next_page(request: AnyRequest, after: object) -> str:
    """Return the address of the page after an item, with the other parameters of this request."""
    query = [(name, value) for name, value in request.query_params.multi_items() if name != "after"]
    return f"{settings().base_url}{request.url.path}?{urlencode([*query, ('after', str(after))], errors='replace')}"
