"""Limits for the size and the number of requests on a connection, and for the time that each part of them takes."""

import asyncio
from collections.abc import Callable
from enum import Enum

from httptools import HttpParserError
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

# Of a head: more than browsers send, and twice the limit of most proxies.
MOST_BYTES = 32_768
# Requests that wait for the response to an earlier one. Browsers and proxies send none.
MOST_PIPELINED = 16
# What is parsed before the limits are checked again. One read may have 256 kB.
PARSED_BYTES = 16_384


class Wait(Enum):
    """What a connection without a request to answer waits for: the rest of a head, or the next request."""

    HEAD = 1
    NEXT = 2


class BoundedHeaders(HttpToolsProtocol):
    """uvicorn's protocol, which itself has no limits for a request's head, its trailers and the time that it takes.

    What is not body (a head, what is around the chunks of a body, and trailers) has `MOST_BYTES`, and as many again as
    its body has.
    The time of a head starts when the connection opens, or with its first byte in later requests; uvicorn's keep-alive
    time-out covers the wait between requests. A body has `body_seconds`, plus a second for each `bytes_a_second`
    received, also while it is discarded. A connection is closed when, with a response in its write buffer, the client
    reads less than `reading_bytes` in `reading_seconds`.
    """

    head_seconds = 10.0
    body_seconds = 30.0
    bytes_a_second = 32_768
    reading_seconds = 30.0
    reading_bytes = 15_000
    # Called with what the connection waits for, or None while it has a request to answer; and when it has ended.
    when_waiting: Callable[[Wait | None], None] | None = None
    when_lost: Callable[[], None] | None = None
    _reading_timer: asyncio.TimerHandle | None = None
    # Of the current request, without its body.
    _bytes = 0
    _timer: asyncio.TimerHandle | None = None
    _body_start = 0.0
    _body_bytes = _parsed_body_bytes = 0

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as in uvicorn
        super().connection_made(transport)
        self._start_timer()
        self._report_wait()

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop_timer()
        self._stop_reading_timer()
        super().connection_lost(exc)
        if self.when_lost is not None:
            self.when_lost()

    def pause_writing(self) -> None:
        super().pause_writing()
        self._start_reading_timer()

    def resume_writing(self) -> None:
        super().resume_writing()
        self._stop_reading_timer()

    def data_received(self, data: bytes) -> None:
        for start in range(0, len(data), PARSED_BYTES):
            self._parse(data[start : start + PARSED_BYTES])
            if self.transport.is_closing():
                return

    def _parse(self, data: bytes) -> None:
        self._parsed_body_bytes = 0
        super().data_received(data)
        self._bytes += len(data) - self._parsed_body_bytes
        if self._bytes <= MOST_BYTES + self._body_bytes or self.transport.is_closing():
            return
        if self.cycle is not None and self.cycle.response_started and not self.cycle.response_complete:
            self.transport.close()
        else:
            self.send_400_response("The headers of this request are too long.")

    def on_message_begin(self) -> None:
        if len(self.pipeline) >= MOST_PIPELINED:
            message = "too many requests at once"
            raise HttpParserError(message)
        super().on_message_begin()
        self._bytes = self._body_bytes = 0
        if self._timer is None:
            self._start_timer()
        self._report_wait()

    def on_headers_complete(self) -> None:
        super().on_headers_complete()
        self._stop_timer()
        self._body_start = self.loop.time()
        self._timer = self.loop.call_later(self.body_seconds, self._end_slow_body)
        self._report_wait()

    def on_body(self, body: bytes) -> None:
        super().on_body(body)
        self._body_bytes += len(body)
        self._parsed_body_bytes += len(body)

    def on_message_complete(self) -> None:
        super().on_message_complete()
        self._stop_timer()

    def on_response_complete(self) -> None:
        super().on_response_complete()
        self._report_wait()

    def _report_wait(self) -> None:
        if self.when_waiting is None:
            return
        if self.cycle is not None and not self.cycle.response_complete:
            self.when_waiting(None)
        else:
            self.when_waiting(Wait.HEAD if self._timer is not None else Wait.NEXT)

    def _start_timer(self) -> None:
        self._timer = self.loop.call_later(self.head_seconds, self._end)

    def _stop_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _end_slow_body(self) -> None:
        """Close a connection whose body is late, or check again when it would be late."""
        due = self._body_start + self.body_seconds + self._body_bytes / self.bytes_a_second
        if due > self.loop.time():
            self._timer = self.loop.call_at(due, self._end_slow_body)
        else:
            self._end()

    def _end(self) -> None:
        """Close a connection whose request did not arrive in time."""
        self._timer = None
        self.transport.close()

    def _start_reading_timer(self) -> None:
        buffered = self.transport.get_write_buffer_size()
        self._reading_timer = self.loop.call_later(self.reading_seconds, self._end_slow_reader, buffered)

    def _stop_reading_timer(self) -> None:
        if self._reading_timer is not None:
            self._reading_timer.cancel()
            self._reading_timer = None

    def _end_slow_reader(self, buffered: int) -> None:
        """Close a connection whose client hardly reads. `close` would wait until everything is read."""
        if buffered - self.transport.get_write_buffer_size() < self.reading_bytes:
            self.transport.abort()
        else:
            self._start_reading_timer()
