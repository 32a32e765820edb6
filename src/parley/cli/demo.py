"""`parley demo`: create the demo community."""

from typing import Any

import rich_click as click

from parley.cli.running import on_installation
from parley.demo.fill import fill


@click.command()
@on_installation
async def demo() -> dict[str, Any]:
    """Fill this installation with the demo community (localhost only)."""
    made = await fill()
    text = "The demo holds " + ", ".join(f"{count} {name}" for name, count in made.items()) + "."
    return {"text": text, **made}
