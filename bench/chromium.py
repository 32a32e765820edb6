"""The Chromium of this machine, started as the tests start it, so that it reaches nothing but our own servers."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"]
FLAGS += ["--disable-component-update", "--disable-sync"]


def chromium() -> str | None:
    """Its path; None, and a word about it, where there is none."""
    found = subprocess.run([ROOT / "bin" / "chromium"], stdout=subprocess.PIPE, text=True, check=False)
    if found.returncode:
        print("There is no Chromium (bin/chromium says why): what a browser sees is left out.", file=sys.stderr)
        return None
    return found.stdout.splitlines()[-1]
