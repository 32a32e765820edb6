"""Real proxies in front of web processes, with the files that we ship but for ports and certificates."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.conftest import ROOT
from tests.programs import installed, is_listening, running

HTTP = """
daemon off;
user root;
pid {folder}/pid;
error_log {folder}/log;
events {{ worker_connections 4096; }}
http {{
	access_log off;
	client_body_temp_path {folder}/body;
	proxy_temp_path {folder}/proxy;
	fastcgi_temp_path {folder}/none;
	uwsgi_temp_path {folder}/none;
	scgi_temp_path {folder}/none;
	include {folder}/parley.conf;
}}
"""


class Proxy:
    """A proxy at an address, to be taken for a web process by those who write and read."""

    def __init__(self, port: int) -> None:
        self.address = f"http://localhost:{port}"


@contextmanager
def nginx(folder: Path, port: int, webs: list[int]) -> Iterator[Proxy]:
    """nginx on `port`, before the web processes on the ports `webs`."""
    program = installed("nginx", "nginx-light")
    lines = "\n".join(f"server 127.0.0.1:{web} max_fails=1 fail_timeout=1s;" for web in webs)
    text = _changed(
        (ROOT / "deploy" / "nginx.conf").read_text(),
        ("server 127.0.0.1:8000 max_fails=1 fail_timeout=1s;", lines),
        ("server 127.0.0.1:8001 max_fails=1 fail_timeout=1s;", ""),
        ("listen 443 ssl;", f"listen 127.0.0.1:{port};"),
        ("ssl_certificate /etc/ssl/parley.pem;", ""),
        ("ssl_certificate_key /etc/ssl/parley.key;", ""),
        ("client_header_timeout 10s;", "client_header_timeout 3s;"),
        ("client_body_timeout 10s;", "client_body_timeout 3s;"),
    )
    (folder / "parley.conf").write_text(text)
    main = HTTP.format(folder=folder)
    (folder / "nginx.conf").write_text(main if os.geteuid() == 0 else main.replace("user root;", ""))
    command = [program, "-e", folder / "log", "-c", folder / "nginx.conf"]
    with running(*command, log=folder / "log", until=lambda: is_listening(port)):
        yield Proxy(port)


@contextmanager
def caddy(folder: Path, port: int, webs: list[int]) -> Iterator[Proxy]:
    """Caddy on `port`, asking each of the web processes on the ports `webs` for its health."""
    program = installed("caddy", "caddy")
    text = _changed(
        (ROOT / "deploy" / "Caddyfile").read_text(),
        ("lb_try_duration 10s", "lb_try_duration 10s\n\t\thealth_uri /healthz\n\t\thealth_interval 200ms"),
        ("{\n\tservers {", "{\n\tadmin off\n\tgrace_period 1s\n\tservers {"),
        ("read_header 10s", "read_header 3s"),
        ("read_body 30s", "read_body 3s"),
    )
    (folder / "Caddyfile").write_text(text)
    upstream = " ".join(f"127.0.0.1:{web}" for web in webs)
    names = {"PARLEY_HOST": f"http://localhost:{port}", "PARLEY_UPSTREAM": upstream, "HOME": str(folder)}
    command = ["env", *(f"{name}={value}" for name, value in names.items()), program, "run"]
    command += ["--adapter", "caddyfile", "--config", str(folder / "Caddyfile")]
    with running(*command, log=folder / "log", until=lambda: is_listening(port)):
        yield Proxy(port)


def _changed(text: str, *changes: tuple[str, str]) -> str:
    for ours, theirs in changes:
        assert ours in text, ours
        text = text.replace(ours, theirs)
    return text
