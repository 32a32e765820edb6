"""Traces of requests, sweeps and statements, sent to the collector that OTEL_EXPORTER_OTLP_ENDPOINT names.

Loaded only where one is named: it costs nothing otherwise. A request is told by the pattern of its route and by its id,
a statement by its words without values, because addresses and values hold what members wrote and secrets. (The usual
middleware, opentelemetry-instrumentation-asgi, sends whole addresses, client addresses and browsers.)
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
    """Begin to send the traces of this process, and return what makes its spans. Once a process."""
    global _provider  # noqa: PLW0603 one a process
    _provider = TracerProvider(resource=Resource.create({"service.name": part}))
    _provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    AsyncPGInstrumentor().instrument(tracer_provider=_provider)  # type: ignore[no-untyped-call]
    return _provider.get_tracer("parley")


async def stop() -> None:
    """Send what there is left to send, if the collector takes it soon."""
    if _provider is not None:
        with suppress(TimeoutError):
            await asyncio.wait_for(asyncio.to_thread(_provider.shutdown), STOP_SECONDS)


class Traced:
    """ASGI middleware inside the guard: a span for each request, up to the beginning of a stream."""

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
        told = {"http.request.method": method, "parley.request": scope["request_id"]}
        span = self.tracer.start_span(method, _begun_by_proxy(scope), kind=trace.SpanKind.SERVER, attributes=told)

        async def noting(message: Message) -> None:
            if message["type"] == "http.response.start":
                _answered(span, scope, message)
            await send(message)

        with trace.use_span(span):
            await self.app(scope, receive, noting)
        if span.is_recording():
            span.end()


def _answered(span: trace.Span, scope: Any, message: Any) -> None:
    route = scope.get("path_template") or "none"
    span.update_name(f"{scope['method']} {route}")
    span.set_attribute("http.route", route)
    span.set_attribute("http.response.status_code", message["status"])
    if message["status"] >= 500:  # noqa: PLR2004 our fault, as on every page
        span.set_status(trace.StatusCode.ERROR)
    if STREAM in message["headers"]:
        # It may stay open for half an hour.
        span.end()


def _begun_by_proxy(scope: Any) -> Any:
    """The trace that a trusted proxy began, for this request to be a part of; nobody else may begin one."""
    if not scope.get("from_proxy"):
        return None
    return propagate.extract({name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]})
