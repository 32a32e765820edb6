"""The web server of the demo's publisher: one page at 127.0.0.1, which is another site than localhost."""

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

HOST = "127.0.0.1"
# How much higher the publisher's port is than Parley's.
ABOVE = 1_000


def port_beside(port: int) -> int | None:
    """The publisher's port, if there is one."""
    return port + ABOVE if port + ABOVE <= 65_535 else None  # noqa: PLR2004 the last port


def policy(base_url: str) -> str:
    """A strict policy, such as a careful publisher has: what docs/publishers.md asks for, and nothing else."""
    return (
        f"default-src 'none'; style-src 'self'; img-src 'self'; script-src {base_url}; connect-src {base_url}; "
        f"frame-src {base_url}; require-trusted-types-for 'script'; trusted-types 'none'"
    )


def serve(page: Path, port: int, base_url: str) -> ThreadingHTTPServer:
    """Serve the page in a thread of its own, and return the server. Raises OSError where the port is taken."""
    from parley.platform.http.assets import folder  # noqa: PLC0415 `parley up` imports no more than it needs

    files = {
        "/": ("text/html; charset=utf-8", page),
        "/publisher.css": ("text/css", folder("static") / "publisher.css"),
    }

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            kind, file = files.get(self.path.partition("?")[0], (None, None))
            body = file.read_bytes() if file is not None and file.is_file() else None
            self.send_response(200 if body is not None else 404)
            self.send_header("Content-Type", kind or "text/plain")
            self.send_header("Content-Security-Policy", policy(base_url))
            self.send_header("Content-Length", str(len(body or b"")))
            self.end_headers()
            self.wfile.write(body or b"")

        def log_message(self, *_: object) -> None:
            """Write no log."""

    server = ThreadingHTTPServer((HOST, port), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server
