"""What a production install brings: no tools of development, and licences that fit ours (decision 0017)."""

import re
from importlib.metadata import Distribution, distribution
from pathlib import Path

import pytest
from packaging.markers import Marker

ROOT = Path(__file__).parents[2]
PINNED = re.compile(r"^([\w.-]+)==\S+(?: ; (.+?))? \\$", re.MULTILINE)
# Under each of these a program under MIT may be run and passed on with its packages unchanged.
FREE = {
    "0BSD",
    "Apache Software License",
    "Apache-2.0",
    "BSD License",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "CC0-1.0",
    "CNRI-Python",
    "ISC",
    "LGPL-2.1-or-later",
    "MIT",
    "MIT License",
    "MIT-0",
    "MIT-CMU",
    "Mozilla Public License 2.0 (MPL 2.0)",
    "PSF-2.0",
    "The Unlicense (Unlicense)",
    "Zlib",
}
# The first states "BSD-like" and the second nothing; their files LICENSE hold the texts of the zlib and MIT licences.
# The third adds those of what PDFium contains, which are the MIT, Apache and similar licences.
READ = {"dkimpy": "BSD-like", "zxcvbn-rs-py": "", "pypdfium2": "BSD-3-Clause, Apache-2.0, dependency licenses"}


def locked(name: str) -> list[str]:
    """Return the packages of a lock that are installed on this machine."""
    pinned = PINNED.findall((ROOT / "requirements" / f"{name}.txt").read_text())
    return [package for package, marker in pinned if not marker or Marker(marker).evaluate()]


def excluded() -> set[str]:
    lines = (ROOT / "requirements" / "excluded.txt").read_text().splitlines()
    return {line for line in lines if not line.startswith("#")}


def licence(package: Distribution) -> str:
    """Return what a package states: an expression, else its classifiers, else the first line of the old field."""
    stated = package.metadata.get_all("Classifier") or []
    classifiers = [one.rpartition(" :: ")[2] for one in stated if one.startswith("License :: OSI Approved :: ")]
    field = (package.metadata.get("License") or "").partition("\n")[0]
    return package.metadata.get("License-Expression") or " OR ".join(classifiers) or field


def is_free(stated: str) -> bool:
    """Say whether a licence expression leaves a choice, of which every part is free."""
    return any(all(part in FREE for part in choice.split(" AND ")) for choice in stated.split(" OR "))


@pytest.mark.parametrize("lock", ["run", "dev"])
def test_no_lock_has_a_package_that_is_left_out(lock: str) -> None:
    assert excluded()
    assert excluded().isdisjoint(locked(lock))


def test_every_package_of_a_production_install_has_a_licence_that_fits_ours() -> None:
    stated = {name: licence(distribution(name)) for name in locked("run")}
    assert len(stated) > 50
    assert {name: one for name, one in stated.items() if name not in READ and not is_free(one)} == {}


def test_of_a_package_with_its_licence_read_by_us_the_statement_is_unchanged() -> None:
    assert {name: licence(distribution(name)) for name in READ} == READ


@pytest.mark.parametrize("stated", ["GPL-3.0-or-later", "AGPL-3.0-only", "MIT AND GPL-2.0-only", "", "Proprietary"])
def test_a_licence_that_is_not_listed_is_noticed(stated: str) -> None:
    assert not is_free(stated)
