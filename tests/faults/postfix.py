"""A postfix of the tests: on loopback, with a configuration, queue and log of its own, nothing of it in /etc."""

import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec
import pytest

from tests.programs import installed

MAIN = """
compatibility_level = 3.6
queue_directory = {home}/spool
data_directory = {home}/data
maillog_file = {home}/mail.log
maillog_file_prefixes = {home}
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
myhostname = mx.example.org
mydestination =
mynetworks = 127.0.0.0/8
smtpd_relay_restrictions = permit_mynetworks, reject
relayhost = [127.0.0.1]:{relay}
smtp_dns_support_level = disabled
alias_maps =
alias_database =
"""
MASTER = """
127.0.0.1:{port} inet n - n - - smtpd
postlog   unix-dgram n - n - 1 postlogd
cleanup   unix  n - n - 0 cleanup
qmgr      unix  n - n 300 1 qmgr
rewrite   unix  - - n - - trivial-rewrite
bounce    unix  - - n - 0 bounce
defer     unix  - - n - 0 bounce
trace     unix  - - n - 0 bounce
proxymap  unix  - - n - - proxymap
smtp      unix  - - n - - smtp
error     unix  - - n - - error
retry     unix  - - n - - error
anvil     unix  - - n - 1 anvil
scache    unix  - - n - 1 scache
"""
SECONDS = 20


class Postfix(msgspec.Struct, frozen=True):
    port: int
    log: Path

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self.port}"

    def said(self) -> str:
        return self.log.read_text() if self.log.exists() else ""


@contextmanager
def running(port: int, relay: int) -> Iterator[Postfix]:
    """Postfix on `port`, which hands everything to the mail server on the port `relay`."""
    program = installed("postfix", "postfix")
    if os.geteuid() != 0:
        pytest.skip("postfix is started by root only")
    # Its parts run as another user, who cannot enter pytest's own folders.
    with tempfile.TemporaryDirectory(prefix="parley-postfix-") as folder:
        home = Path(folder)
        home.chmod(0o755)
        for part in ("etc", "spool", "data"):
            (home / part).mkdir()
        shutil.chown(home / "data", "postfix")
        (home / "etc" / "main.cf").write_text(MAIN.format(home=home, relay=relay))
        (home / "etc" / "master.cf").write_text(MASTER.format(port=port))
        started = subprocess.run([program, "-c", home / "etc", "start"], capture_output=True, check=False)
        if started.returncode != 0:
            pytest.skip(f"postfix does not start here: {(started.stderr + started.stdout).decode()[-300:]}")
        try:
            yield Postfix(port, home / "mail.log")
        finally:
            subprocess.run([program, "-c", home / "etc", "abort"], capture_output=True, check=False)
            _wait_until_gone(home)


def _wait_until_gone(home: Path) -> None:
    until = time.monotonic() + SECONDS
    number = (home / "spool" / "pid" / "master.pid").read_text().strip()
    while Path(f"/proc/{number}").exists() and time.monotonic() < until:
        time.sleep(0.05)
