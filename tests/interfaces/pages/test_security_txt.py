"""/.well-known/security.txt (RFC 9116)."""

from datetime import UTC, datetime, timedelta

import httpx
import pytest

pytestmark = pytest.mark.anyio


async def test_it_says_where_to_report_and_when_it_expires(client: httpx.AsyncClient) -> None:
    answer = await client.get("/.well-known/security.txt")
    assert answer.headers["content-type"] == "text/plain; charset=utf-8"
    fields = dict(line.split(": ", 1) for line in answer.text.splitlines())
    assert fields["Contact"] == "mailto:parley@localhost"
    assert fields["Canonical"].endswith("/.well-known/security.txt")
    expires = datetime.fromisoformat(fields["Expires"]) - datetime.now(UTC)
    assert timedelta(days=30) < expires < timedelta(days=365)
