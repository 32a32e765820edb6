"""Failpoints for tests: a process kills itself at the label that FAULT_AT names."""

import os
import signal

LABEL = os.environ.get("FAULT_AT")


def hit(label: str) -> None:
    """Kill this process if FAULT_AT names this label."""
    if label == LABEL:
        os.kill(os.getpid(), signal.SIGKILL)
