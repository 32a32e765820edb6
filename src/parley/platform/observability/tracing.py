"""Traces of requests, sweeps and statements, sent to the collector at OTEL_EXPORTER_OTLP_ENDPOINT.

Imported only when a collector is set, so that it costs nothing otherwise. A span has the route's pattern and the
request's id, or a statement's text without values: URLs and values may hold secrets and what members wrote. (The usual
middleware, opentelemetry-instrumentation-asgi, sends whole URLs, client addresses and browsers.)
"""

import asyncio
from contextlib import suppress
from typing import Any

from litestar.enums import ScopeType
from litestar.types import ASGIApp, Message, Receive, Scope, Send
from opentelemetry import propagate, trace
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.instrumentation.asyncpg import AsyncPGInstrumentor
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor

STOP_SECONDS = 2.0
STREAM = (b"content-type", b"text/event-stream; charset=utf-8")

_provider: TracerProvider | None = None


def start(part: str) -> trace.Tracer:
    """Start to send the traces of this process, and return its tracer. Call it once."""
    global _provider  # noqa: PLW0603 one for the process
    _provider = TracerProvider(resource=Resource.create({"service.name": part}))
    _provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    AsyncPGInstrumentor().instrument(tracer_provider=_provider)  # type: ignore[no-untyped-call]
    return _provider.get_tracer("parley")


async def stop() -> None:
    """Send the remaining spans, if the collector takes them within STOP_SECONDS."""
    if _provider is not None:
        with suppress(TimeoutError):
            await asyncio.wait_for(asyncio.to_thread(_provider.shutdown), STOP_SECONDS)


class Traced:
    """ASGI middleware inside RequestChecks: a span for each request. That of a stream ends when the stream starts."""

    def __init__(self, app: ASGIApp, tracer: trace.Tracer) -> None:
        self.app = app
        self.tracer = tracer

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == ScopeType.HTTP:
            await self._trace(scope, receive, send)
        else:
            await self.app(scope, receive, send)

    async def _trace(self, scope: Any, receive: Receive, send: Send) -> None:
        method = scope["method"]
        attributes = {"http.request.method": method, "parley.request": scope["request_id"]}
        span = self.tracer.start_span(
            method, _context_of_proxy(scope), kind=trace.SpanKind.SERVER, attributes=attributes
        )

        async def send_and_record(message: Message) -> None:
            if message["type"] == "http.response.start":
                _record_response(span, scope, message)
            await send(message)

        with trace.use_span(span):
            await self.app(scope, receive, send_and_record)
        if span.is_recording():
            span.end()


def _record_response(span: trace.Span, scope: Any, message: Any) -> None:
    route = scope.get("path_template") or "none"
    span.update_name(f"{scope['method']} {route}")
    span.set_attribute("http.route", route)
    span.set_attribute("http.response.status_code", message["status"])
    if message["status"] >= 500:  # noqa: PLR2004 server errors
        span.set_status(trace.StatusCode.ERROR)
    if STREAM in message["headers"]:
        # A stream may stay open for half an hour.
        span.end()


def _context_of_proxy(scope: Any) -> Any:
    """Return the trace context that a trusted proxy sent. One from any other client is ignored."""
    if not scope.get("from_proxy"):
        return None
    return propagate.extract({name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]})
