"""A publisher's pages, of another site than ours, and a page of strangers at another origin."""

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from parley.site.cli.up import HOST, policy
from tests.ports import free_port

# What is changed in the page, as frameworks would find it, and what the page meets.
WATCH = """
window.changed = [];
new MutationObserver((all) => window.changed.push(...all.map((one) => one.type)))
  .observe(document.body, { childList: true, subtree: true, characterData: true, attributes: true });
window.before = document.body.outerHTML;
"""
# Sends to the page around it, and to all frames in that, whatever ours say to each other.
HOSTILE = """
const said = [["close"], ["show", 1], ["passage", 999999], ["count", 99999], ["hello", true], ["closed"]];
const code = { code: "x".repeat(43), state: "x".repeat(22) };
const all = [...said.map(([parley, value]) => ({ parley, value })), code];
addEventListener("message", ({ data }) => {
  if (data !== "begin") return;
  const frames = Array.from({ length: parent.length }, (_, at) => parent[at]);
  for (const target of [parent, ...frames]) for (const one of all) target.postMessage(one, "*");
  parent.postMessage("done", "*");
});
"""
STYLE = (
    ":root { color-scheme: light dark } main { max-width: 38rem } .below { min-height: 640px } "
    ".strangers { width: 10px; height: 10px }"
)


class Publisher:
    """The pages at `origin`: `/` with the panel beside, `/below`, `/framed` with the strangers' frame in it."""

    def __init__(self, forum: str, article: str) -> None:
        self.origin, self.strangers = (f"http://{HOST}:{free_port()}" for _ in range(2))
        self.forum, self.article = forum, article
        self.url = f"{self.origin}/"
        frame = f'<iframe class="strangers" src="{self.strangers}/frame"></iframe>'
        beside = self._page("")
        self.pages: Mapping[str, tuple[str, str]] = {
            "/": ("text/html", beside),
            "/below": ("text/html", self._page('<div class="below" data-parley-below></div>', 'data-mode="below"')),
            "/framed": ("text/html", self._page(frame)),
            "/watch.js": ("text/javascript", WATCH),
            "/hostile.js": ("text/javascript", HOSTILE),
            "/style.css": ("text/css", STYLE),
            "/frame": ("text/html", '<!doctype html><title>x</title><script src="/hostile.js"></script>'),
        }

    def _page(self, more: str, attribute: str = "") -> str:
        return f"""<!doctype html><html lang="en"><title>An article</title><link rel="canonical" href="{self.url}">
<link rel="stylesheet" href="/style.css"><link rel="icon" href="data:,">
<body><main><article>{self.article}</article>{more}</main><script defer src="/watch.js"></script>
<script async src="{self.forum}/embed/v1.js" data-site="pub" {attribute}></script></body></html>"""

    @property
    def policy(self) -> str:
        """As strict as the demo's, with the page's own script, and the strangers' frame."""
        own = f"script-src 'self' {self.forum};"
        strict = policy(self.forum).replace(f"script-src {self.forum};", own).replace("img-src", "img-src data:")
        return strict.replace(f"frame-src {self.forum};", f"frame-src {self.forum} {self.strangers};")

    @contextmanager
    def serving(self) -> Iterator[None]:
        servers = [self._server(int(one.rpartition(":")[2])) for one in (self.origin, self.strangers)]
        yield
        for server in servers:
            server.shutdown()
            server.server_close()

    def _server(self, port: int) -> ThreadingHTTPServer:
        pages, rules = self.pages, self.policy

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                kind, body = pages.get(self.path.partition("?")[0], ("text/plain", ""))
                self.send_response(200 if body else 404)
                self.send_header("Content-Type", f"{kind}; charset=utf-8")
                self.send_header("Content-Security-Policy", rules)
                self.end_headers()
                self.wfile.write(body.encode())

            def log_message(self, *_: object) -> None:
                """Write no log."""

        server = ThreadingHTTPServer((HOST, port), Handler)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        return server
