"""`parley up`: PostgreSQL, Valkey, the web process and the worker under one supervisor."""

import contextlib
import errno
import socket
import sys
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from pathlib import Path

import rich_click as click

from parley.embedded import CannotStart, Folder
from parley.embedded.postgres import Postgres
from parley.embedded.program import Program, Step, Web
from parley.embedded.service import Run, Service
from parley.embedded.supervisor import Signals, Stopped, watch
from parley.embedded.valkey import Valkey


@click.command()
@click.option("--port", default=8000, show_default=True, type=click.IntRange(1, 65535), help="Port to use.")
@click.option("--data", default="var", show_default=True, type=click.Path(path_type=Path), help="Its folder.")
@click.option("--no-demo", is_flag=True, help="Leave a new installation empty.")
def up(port: int, data: Path, *, no_demo: bool) -> None:
    """Run all of Parley here, until Ctrl-C."""
    signals = Signals()
    try:
        with Folder(data).held() as folder, ExitStack() as stack:
            _check_port(port)
            _serve(Run(folder, say, signals.pause), stack, port, with_demo=not no_demo)
    except CannotStart as error:
        click.echo(str(error), err=True)
        sys.exit(1)
    except Stopped:
        say("Stopped. Everything is kept.")


def say(line: str) -> None:
    # Nobody may be reading any more; that is no reason to stop serving.
    with contextlib.suppress(OSError):
        click.echo(line)


def _serve(run: Run, stack: ExitStack, port: int, *, with_demo: bool) -> None:
    postgres, valkey = Postgres(run), Valkey(run)

    def start(service: Service) -> None:
        stack.callback(service.stop)
        service.start()

    start(postgres)
    start(valkey)
    address = f"http://localhost:{port}"
    settings = {
        "DATABASE_URL": postgres.url,
        "REDIS_URL": valkey.url,
        "PARLEY_SECRET": run.folder.installation.secret,
        "PARLEY_BASE_URL": address,
        "PARLEY_DATA": str(run.folder.path),
    }
    start(Step(run, settings, "migrate"))
    has_demo = _fill(run, settings, start, wanted=with_demo)
    worker, web = Program(run, settings, "worker"), Web(run, settings, port)
    start(worker)
    start(web)
    stack.callback(run.folder.let_go)
    stack.callback(say, "Stopping ...")
    if has_demo:
        _greet(address)
    say(f"ready {address}")
    watch([postgres, valkey, worker, web], run)


def _fill(run: Run, settings: Mapping[str, str], start: Callable[[Service], None], *, wanted: bool) -> bool:
    """Fill in the demo on the first start, and say whether this installation has it."""
    installation = run.folder.installation
    if installation.demo is None:
        if wanted:
            run.say("Filling in a demo community ...")
            start(Step(run, settings, "demo"))
        installation.demo = wanted
        run.folder.remember(installation)
    return installation.demo


def _greet(address: str) -> None:
    from parley.demo import logins  # noqa: PLC0415 a start without the demo need not load it

    say(f"Parley is at {address}")
    say("Demo members:")
    for role, name, password in logins():
        say(f"  {role:<10} {name:<10} {password}")


def _check_port(port: int) -> None:
    """Raise CannotStart when something else listens there already."""
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
            # What remains is a machine without IPv6.
