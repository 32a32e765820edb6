"""Pages are compressed as the browser's Accept-Encoding says (RFC 9110, 12.5.3)."""

import httpx
import pytest
from litestar import Litestar

from tests import make

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize(
    ("accepted", "encoding"),
    [
        ("gzip, deflate, br, zstd", "zstd"),
        ("gzip;q=0.5", "gzip"),
        ("zstd; q=0, GZIP ;q=1.0", "gzip"),
        ("gzip;q=0, zstd;q=0.000", None),
        ("x-gzip", None),
        ("", None),
    ],
)
async def test_an_encoding_that_is_refused_is_not_used(
    app: Litestar, client: httpx.AsyncClient, accepted: str, encoding: str | None
) -> None:
    page = await client.get(await make.address(await make.thread()), headers={"Accept-Encoding": accepted})

    assert (page.status_code, page.headers.get("content-encoding")) == (200, encoding)
