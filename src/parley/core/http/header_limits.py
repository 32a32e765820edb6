"""How much of a request's head is taken in, and how long its head, its body and its answer may take."""

import asyncio

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

# More than browsers send, and twice what most proxies let through.
MOST_BYTES = 32_768


class BoundedHeaders(HttpToolsProtocol):
    """uvicorn's, which by itself would keep the head of a request however long it gets, and wait for its end for ever.

    The time runs from the connection's opening or, later, from the first byte of a head: uvicorn's own time-out covers
    the wait between two requests. A body has `body_seconds`, and a second more for each `bytes_a_second` received; the
    time runs on while a body is discarded. Whoever takes less than `taken_bytes` of an answer in `taken_seconds` while
    more waits for them is left: what waits is in memory.
    """

    head_seconds = 30.0
    body_seconds = 30.0
    bytes_a_second = 32_768
    taken_seconds = 30.0
    taken_bytes = 15_000
    _taking: asyncio.TimerHandle | None = None
    _is_in_head = False
    _bytes = 0
    _timer: asyncio.TimerHandle | None = None
    _body_began = 0.0
    _body_bytes = 0

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as in uvicorn
        super().connection_made(transport)
        self._start_timer()

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop_timer()
        self._stop_taking()
        super().connection_lost(exc)

    def pause_writing(self) -> None:
        super().pause_writing()
        self._watch_taking()

    def resume_writing(self) -> None:
        super().resume_writing()
        self._stop_taking()

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        if not self._is_in_head:
            return
        self._bytes += len(data)
        if self._bytes > MOST_BYTES and not self.transport.is_closing():
            self.send_400_response("The head of this request is too long.")

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._is_in_head, self._bytes = True, 0
        if self._timer is None:
            self._start_timer()

    def on_headers_complete(self) -> None:
        super().on_headers_complete()
        self._is_in_head = False
        self._stop_timer()
        self._body_began, self._body_bytes = self.loop.time(), 0
        self._timer = self.loop.call_later(self.body_seconds, self._end_slow_body)

    def on_body(self, body: bytes) -> None:
        super().on_body(body)
        self._body_bytes += len(body)

    def on_message_complete(self) -> None:
        super().on_message_complete()
        self._stop_timer()

    def _start_timer(self) -> None:
        self._timer = self.loop.call_later(self.head_seconds, self._end)

    def _stop_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _end_slow_body(self) -> None:
        """Close a connection whose body is late, or look again when it would be."""
        due = self._body_began + self.body_seconds + self._body_bytes / self.bytes_a_second
        if due > self.loop.time():
            self._timer = self.loop.call_at(due, self._end_slow_body)
        else:
            self._end()

    def _end(self) -> None:
        """Close a connection whose request did not arrive in time."""
        self._timer = None
        self.transport.close()

    def _watch_taking(self) -> None:
        waits = self.transport.get_write_buffer_size()
        self._taking = self.loop.call_later(self.taken_seconds, self._end_deaf, waits)

    def _stop_taking(self) -> None:
        if self._taking is not None:
            self._taking.cancel()
            self._taking = None

    def _end_deaf(self, waited: int) -> None:
        """Leave whoever does not take the answer. To close the transport would wait until they did."""
        if waited - self.transport.get_write_buffer_size() < self.taken_bytes:
            self.transport.abort()
        else:
            self._watch_taking()
