"""How much of a request is taken in before anything looks at it, and how long that may take."""

import asyncio

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

# More than browsers send, and twice what most proxies let through.
MOST_BYTES = 32_768


class BoundedHeads(HttpToolsProtocol):
    """uvicorn's, which by itself would keep the head of a request however long it gets, and wait for its end for ever.

    The time runs from the connection's opening or, later, from the first byte of a head: uvicorn's own time-out covers
    the wait between two requests.
    """

    head_seconds = 30.0
    _is_in_head = False
    _bytes = 0
    _timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as in uvicorn
        super().connection_made(transport)
        self._start_timer()

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop_timer()
        super().connection_lost(exc)

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

    def _start_timer(self) -> None:
        self._timer = self.loop.call_later(self.head_seconds, self._end)

    def _stop_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _end(self) -> None:
        """Close a connection whose head did not arrive in time."""
        self._timer = None
        self.transport.close()
