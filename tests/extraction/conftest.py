"""A tiny web server on loopback, the real pages in `../shared/data`, and three pages of our own."""

import sys
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from tests.extraction.site_of_tests import Site, serving

SHARED = Path(__file__).parents[2].parent / "shared" / "data"


@pytest.fixture(autouse=True)
def db() -> None:
    """Nothing here touches the database."""


@pytest.fixture
async def site() -> AsyncIterator[Site]:
    async with serving() as site:
        yield site


@pytest.fixture
def tell(capsys: pytest.CaptureFixture[str]) -> Callable[[str], None]:
    """Print a figure that people want to see though the test passed."""

    def say(figure: str) -> None:
        with capsys.disabled():
            sys.stdout.write(f"\n  {figure}")

    return say


@pytest.fixture
def pages() -> Path:
    """Pages of our own, small, that hold what the rules are about."""
    return Path(__file__).with_name("pages")


@pytest.fixture
def real() -> Callable[[str], Path]:
    """A set of the real material, or a skip where this checkout stands alone."""

    def folder(name: str) -> Path:
        if not (SHARED / name).is_dir():
            pytest.skip(f"the real material is not here: no ../shared/data/{name} beside the project")
        return SHARED / name

    return folder
