"""`parley up`: PostgreSQL, Valkey, the web process and the worker under a supervisor."""

import contextlib
import errno
import socket
import sys
import threading
from contextlib import ExitStack
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import NoReturn

import rich_click as click

from parley.platform.local_servers import CannotStart, Folder
from parley.platform.local_servers.program import OneShotProgram, Program, Web
from parley.platform.local_servers.service import Service, ServiceRun
from parley.platform.local_servers.start import run_servers
from parley.platform.local_servers.supervisor import Signals, StopRequested, watch

# What `parley demo` writes into the data folder.
PUBLISHER_FILE = "publisher.html"
# Another site than localhost.
HOST = "127.0.0.1"
# How much higher the publisher's port is than Parley's.
ABOVE = 1_000


@click.command()
@click.option("--port", default=8000, show_default=True, type=click.IntRange(1, 65535), help="Port to use.")
@click.option("--data", default="var", show_default=True, type=click.Path(path_type=Path), help="Data folder.")
@click.option("--no-demo", is_flag=True, help="Do not add the demo community to a new installation.")
@click.option(
    "--metrics",
    type=click.IntRange(1, 65534),
    metavar="PORT",
    help="Serve the metrics of the web process at this port, and those of the worker at the next.",
)
def up(port: int, data: Path, metrics: int | None, *, no_demo: bool) -> None:
    """Run all of Parley here, until Ctrl-C."""
    signals = Signals()
    try:
        with Folder(data).held() as folder, ExitStack() as stack:
            run = ServiceRun(folder, say, signals.pause)
            for name in ("web", "worker"):
                Program(run, {}, name).end_orphan()
            check_port(port)
            serve(run, stack, port, metrics=metrics, with_demo=not no_demo)
    except StopRequested:
        say("Stopped. All data is kept.")
    except CannotStart as error:
        fail(str(error))
    except OSError as error:
        fail(f"Parley stopped: {error.strerror or error} ({error.filename or data}). Nothing was lost.")


def fail(why: str) -> NoReturn:
    click.echo(why, err=True)
    sys.exit(1)


def say(line: str) -> None:
    # A closed terminal must not stop Parley.
    with contextlib.suppress(OSError):
        click.echo(line)


def serve(run: ServiceRun, stack: ExitStack, port: int, *, metrics: int | None, with_demo: bool) -> None:
    """Start everything in order, print the address, and supervise it. `stack` stops it in reverse order."""
    address = f"http://localhost:{port}"
    installation = run.folder.installation
    installation.base_url = address
    run.folder.remember(installation)
    servers = stack.enter_context(run_servers(run))
    settings = servers.settings
    # Starting the servers may have changed it.
    installation = run.folder.installation

    def start(service: Service) -> None:
        stack.callback(service.stop)
        service.start()

    start(OneShotProgram(run, settings, "migrate"))
    publisher = f"http://{HOST}:{port_beside(port)}"
    is_new = installation.demo is None and with_demo
    if is_new:
        run.say("Creating the demo community ...")
    if is_new or (installation.demo and installation.publisher != publisher):
        start(OneShotProgram(run, settings, "demo", "--publisher", publisher))
        installation.publisher = publisher
    # `--no-demo` only applies to a new installation.
    installation.demo = with_demo if installation.demo is None else installation.demo
    run.folder.remember(installation)
    metrics_settings = [{"PARLEY_METRICS": f"127.0.0.1:{metrics + offset}"} if metrics else {} for offset in (0, 1)]
    worker, web = Program(run, settings | metrics_settings[1], "worker"), Web(run, settings | metrics_settings[0], port)
    # The worker starts after the web process, which would start more slowly beside it, and also stops after it.
    stack.callback(worker.stop)
    start(web)
    worker.launch()
    stack.callback(run.folder.mark_stopping)
    stack.callback(say, "Stopping ...")
    say(f"Parley is at {address}")
    if installation.demo:
        show_logins()
        show_publisher(run, stack, port, address)
    say(f"ready {address}")
    watch([servers.postgres, servers.valkey, worker, web], run)


def show_logins() -> None:
    from parley.site.demo import logins  # noqa: PLC0415 not needed without the demo

    say("Sign in with a name and its password:")
    for role, name, password in logins():
        say(f"  {role:<10} {name:<10} {password}")


def show_publisher(run: ServiceRun, stack: ExitStack, port: int, address: str) -> None:
    """Serve the demo's page of a publisher, which has the discussion beside its own article."""
    beside = port_beside(port)
    try:
        if beside is None:
            return
        server = serve_publisher(run.folder.path / PUBLISHER_FILE, beside, address)
    except OSError:
        say(f"Port {beside} is in use, so the page of the demo's publisher is not served.")
        return
    stack.callback(server.server_close)
    stack.callback(server.shutdown)
    say(f"A publisher's page with its discussion is at http://{HOST}:{beside}/")


def check_port(port: int) -> None:
    """Raise CannotStart if another program listens on the port."""
    for family, host in ((socket.AF_INET, "127.0.0.1"), (socket.AF_INET6, "::1")):
        try:
            with socket.socket(family, socket.SOCK_STREAM) as listener:
                listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                listener.bind((host, port))
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                raise CannotStart(
                    f"Port {port} is in use by another program. Choose another one: "
                    f"`parley up --port {port + 1}`, or `make run PORT={port + 1}`."
                ) from None
            if error.errno == errno.EACCES:
                raise CannotStart(f"Port {port} is reserved for root. Choose one from 1024 on.") from None
            # Other errors: this machine has no IPv6.


def port_beside(port: int) -> int | None:
    """The publisher's port, if there is one."""
    return port + ABOVE if port + ABOVE <= 65_535 else None  # noqa: PLR2004 the last port


def policy(base_url: str) -> str:
    """The strict policy of a careful publisher: it allows what docs/publishers.md asks for, and nothing else."""
    return (
        f"default-src 'none'; style-src 'self'; img-src 'self'; script-src {base_url}; connect-src {base_url}; "
        f"frame-src {base_url}; require-trusted-types-for 'script'; trusted-types 'none'"
    )


def serve_publisher(page: Path, port: int, base_url: str) -> ThreadingHTTPServer:
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
