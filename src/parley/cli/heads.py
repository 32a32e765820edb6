"""How much of a request is taken in before anything looks at it."""

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

# More than browsers send, and twice what most proxies let through.
MOST_BYTES = 32_768


class BoundedHeads(HttpToolsProtocol):
    """uvicorn's, which by itself would keep the head of a request however long it gets."""

    _is_in_head = False
    _bytes = 0

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

    def on_headers_complete(self) -> None:
        super().on_headers_complete()
        self._is_in_head = False
