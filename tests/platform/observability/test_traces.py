"""Traces: what an operator's collector is sent, and that nothing is loaded where there is none."""

import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import httpx
import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from parley.platform import settings
from tests.interfaces.live.forum import PATIENCE, Web, wait_for

WITHOUT = """
import sys
from parley.site.app import create_app
from parley.platform.settings import settings
create_app(settings())
import parley.site.worker
# redis-py and Litestar load opentelemetry's interface themselves, where it is installed.
ours = ("parley.platform.observability.tracing", "opentelemetry.exporter", "opentelemetry.instrumentation.asyncpg")
print([name for name in sys.modules if name.startswith(ours)])
"""


class Collector(HTTPServer):
    """Takes spans, as an OpenTelemetry collector does."""

    def __init__(self) -> None:
        self.spans: list[Any] = []
        self.raw = b""
        super().__init__(("127.0.0.1", 0), Taker)

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class Taker(BaseHTTPRequestHandler):
    server: Collector

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        self.server.raw += body
        sent = ExportTraceServiceRequest.FromString(body)
        self.server.spans += [span for one in sent.resource_spans for scope in one.scope_spans for span in scope.spans]
        self.send_response(200)
        self.end_headers()

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


@contextmanager
def collector() -> Iterator[Collector]:
    with Collector() as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()


def attributes(span: Any) -> dict[str, Any]:
    return {one.key: one.value.string_value or one.value.int_value for one in span.attributes}


def test_a_request_and_its_statements_are_traced_without_what_was_sent(database: str, tmp_path: Path) -> None:
    with collector() as taken:
        web = Web(
            {"PARLEY_DATA": str(tmp_path)}, OTEL_EXPORTER_OTLP_ENDPOINT=taken.address, OTEL_BSP_SCHEDULE_DELAY="100"
        ).start()
        begun_by_a_stranger = {"traceparent": f"00-{'1' * 32}-{'2' * 16}-01"}
        home = httpx.get(f"{web.address}/?sort=new&words=private-words", timeout=PATIENCE)
        httpx.get(f"{web.address}/reset/a-secret-of-somebody", headers=begun_by_a_stranger, timeout=PATIENCE)
        wait_for(lambda: {"GET /", "GET /reset/{token}"} <= {span.name for span in taken.spans})
        web.end()

    (root,) = [span for span in taken.spans if span.name == "GET /"]
    assert attributes(root) == {
        "http.request.method": "GET",
        "http.route": "/",
        "http.response.status_code": 200,
        "parley.request": home.headers["x-request-id"],
    }
    statements = [span for span in taken.spans if span.parent_span_id == root.span_id]
    assert statements
    assert all("select" in attributes(span)["db.statement"].lower() for span in statements)
    (reset,) = [span for span in taken.spans if span.name == "GET /reset/{token}"]
    assert reset.trace_id != bytes.fromhex("1" * 32), "a stranger began a trace"
    assert not any(words in taken.raw for words in (b"private-words", b"a-secret", b"127.0.0.1", b"httpx"))


def test_where_no_collector_is_named_nothing_of_it_is_loaded() -> None:
    env = {name: value for name, value in os.environ.items() if not name.startswith("OTEL_")}
    done = subprocess.run([sys.executable, "-c", WITHOUT], env=env, capture_output=True, text=True, check=True)

    assert done.stdout == "[]\n"


def test_a_collector_without_what_sends_to_it_is_told_at_the_start(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "_is_installed", lambda _: False)

    with pytest.raises(settings.SettingsError, match=r"install parley-forum\[otel\]"):
        settings.read(os.environ | {"OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:4318"})
