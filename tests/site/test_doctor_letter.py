"""What `parley doctor` finds, by mail to admins if they want it; and a newer version, if they name where to look."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import msgspec
import pytest
from litestar import Litestar

from parley.platform import db
from parley.platform.settings import settings
from parley.site.doctor import checks, letter
from tests import make

pytestmark = pytest.mark.anyio
LETTERS = "select recipient || ': ' || text from mail where kind = 'doctor'"


@pytest.fixture
def releases() -> Iterator[str]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.end_headers()
            if self.path == "/newer":
                self.wfile.write(b'<link href="https://x/tag/v99.2.0"/><link href="https://x/tag/v99.10.0"/>')
            elif self.path == "/older":
                self.wfile.write(b'<link href="https://x/tag/v0.0.9"/>')

        def log_message(self, *_: object) -> None:
            """Write no log."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


async def test_admins_get_one_letter_a_day_with_what_is_wrong(app: Litestar, monkeypatch: pytest.MonkeyPatch) -> None:
    admin = await make.member(role="admin")
    await make.member(role="moderator")
    assert await letter.send() == 0
    assert await db.values(LETTERS) == []

    asked = msgspec.structs.replace(settings(), doctor_mail=True)
    monkeypatch.setattr(letter, "settings", lambda: asked)
    assert await letter.send() > 0
    assert await letter.send() > 0
    (text,) = await db.values(LETTERS)
    assert text.startswith(await db.value("select email from member where id = $1", admin.id))
    assert "- warn address: " in text and "/mod/site?check=1#checks" in text
    assert "- ok" not in text


async def test_a_newer_version_is_looked_for_where_the_operator_says(releases: str) -> None:
    async def found(path: str) -> list[tuple[str, str]]:
        asking = msgspec.structs.replace(settings(), releases=releases + path)
        return [(one.level.value, one.text) for one in await checks.version(asking)]

    assert await checks.version(settings()) == []
    ((level, text),) = await found("/newer")
    assert (level, "Parley 99.10.0 is out" in text) == ("warn", True)
    assert [level for level, _ in await found("/older")] == ["ok"]
    assert [level for level, _ in await found("/none")] == ["warn"]
