"""Parley's own processes: the web process, the worker, and the one-shot programs before them."""

import http.client
import os
import sys
from collections.abc import Mapping

from parley.platform.local_servers.launch import signalled_at_our_death
from parley.platform.local_servers.service import Service, ServiceRun


class Program(Service):
    """`parley NAME` as a process, with the settings of this installation."""

    def __init__(self, run: ServiceRun, settings: Mapping[str, str], name: str, *arguments: str) -> None:
        super().__init__(run, name, f"parley {name}")
        self.settings = settings
        self.arguments = arguments

    def command(self) -> list[str]:
        return [*signalled_at_our_death(self.stop_signal), sys.executable, "-m", "parley", self.name, *self.arguments]

    def environment(self) -> Mapping[str, str]:
        return {**os.environ, "PYTHONUNBUFFERED": "1", **self.settings}


class OneShotProgram(Program):
    """A program that is done when it exits with 0."""

    def serves(self) -> bool:
        return self.process is not None and self.process.poll() == 0


class Web(Program):
    """The web process. It serves when `/readyz` answers 200."""

    def __init__(self, run: ServiceRun, settings: Mapping[str, str], port: int) -> None:
        super().__init__(run, settings, "web", "--port", str(port))
        self.port = port

    def serves(self) -> bool:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=2)
        try:
            connection.request("GET", "/readyz")
            return connection.getresponse().status == http.HTTPStatus.OK
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()
