"""`make audit` tells apart what is known to be faulty, what is not known, and that nobody could be asked."""

import os
import subprocess
import sys
from importlib.machinery import SourceFileLoader
from importlib.util import module_from_spec, spec_from_loader
from pathlib import Path
from types import ModuleType

import pytest

PROGRAM = Path(__file__).parents[2] / "bin" / "audit"
WELL = {"name": "well", "version": "1.0", "vulns": []}
FAULTY = {"name": "faulty", "version": "2.0", "vulns": [{"id": "PYSEC-2026-1", "fix_versions": ["2.1"]}]}
UNKNOWN = {"name": "unknown", "skip_reason": "not found"}


@pytest.fixture(scope="module")
def audit() -> ModuleType:
    loader = SourceFileLoader("audit", str(PROGRAM))
    spec = spec_from_loader("audit", loader)
    assert spec is not None
    module = module_from_spec(spec)
    loader.exec_module(module)
    return module


def test_a_known_fault_fails_and_is_named(audit: ModuleType) -> None:
    code, lines = audit.verdict({"dependencies": [WELL, FAULTY, UNKNOWN]})
    assert code == 1
    assert lines == [
        "2 packages asked for, 1 known faults",
        "  faulty 2.0: PYSEC-2026-1",
        "  not known to the source: unknown",
    ]


def test_without_a_known_fault_it_passes(audit: ModuleType) -> None:
    assert audit.verdict({"dependencies": [WELL]}) == (0, ["1 packages asked for, 0 known faults"])


def test_a_source_that_knows_nothing_is_no_clean_bill(audit: ModuleType) -> None:
    code, (line,) = audit.verdict({"dependencies": [UNKNOWN]})
    assert code == 0
    assert line.startswith("skipped")


def test_without_a_network_it_is_skipped_with_a_word() -> None:
    nowhere = {"HTTPS_PROXY": "http://127.0.0.1:9", "HTTP_PROXY": "http://127.0.0.1:9", "NO_PROXY": ""}
    env = {name: value for name, value in os.environ.items() if name.lower() != "no_proxy"} | nowhere
    done = subprocess.run([sys.executable, PROGRAM], env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.count("skipped: the source of known faults cannot be reached") == 2
