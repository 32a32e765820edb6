"""What `make release` builds: the same bytes each time, and a list of all that comes with them."""

import json
import os
import subprocess
import sys
from pathlib import Path

from tests.project.test_locks import ROOT, locked

EPOCH = os.environ | {"SOURCE_DATE_EPOCH": "1750000000"}


def build(folder: Path) -> bytes:
    command = [sys.executable, "-m", "build", "--no-isolation", "--wheel", "--outdir", folder, ROOT]
    subprocess.run(command, check=True, capture_output=True, env=EPOCH)
    (wheel,) = folder.glob("parley_forum-*.whl")
    return wheel.read_bytes()


def sbom() -> str:
    return subprocess.run(
        [sys.executable, ROOT / "bin" / "sbom"], check=True, capture_output=True, text=True, env=EPOCH
    ).stdout


def test_two_builds_give_the_same_wheel(tmp_path: Path) -> None:
    assert build(tmp_path / "first") == build(tmp_path / "second")


def test_the_list_of_parts_names_each_locked_package_with_its_hashes_and_licence() -> None:
    listed = {part["name"]: part for part in json.loads(sbom())["components"]}

    assert set(locked("run")) <= set(listed)
    assert all(part["hashes"] and part["purl"].startswith("pkg:pypi/") for part in listed.values())
    # One states no licence in its metadata (test_locks.py); the others that lack one are not installed here.
    assert [name for name in locked("run") if "licenses" not in listed[name]] == ["zxcvbn-rs-py"]
    assert sbom() == sbom()
