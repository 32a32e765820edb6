"""Dying on purpose: a test names a label in FAULT_AT, and the process kills itself where that label stands."""

import os
import signal

LABEL = os.environ.get("FAULT_AT")


def hit(label: str) -> None:
    """Die here, without a word to anybody, when the tests want it."""
    if label == LABEL:
        os.kill(os.getpid(), signal.SIGKILL)
