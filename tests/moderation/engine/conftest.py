import pytest
from litestar import Litestar

from parley.core.db import execute
from parley.moderation.engine import current


@pytest.fixture
async def no_rules(app: Litestar, db: None) -> None:
    """The rules that ship are out of a test's way."""
    await execute("update rule set state = 'off'")
    current.forget()
