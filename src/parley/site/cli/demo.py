"""`parley demo`: create the demo community."""

from typing import Any

import rich_click as click

from parley.site.cli.running import on_installation
from parley.site.demo.fill import fill
from parley.site.demo.publisher import publish


@click.command()
@click.option("--publisher", metavar="ORIGIN", help="Where the demo's publisher serves its page.")
@on_installation
async def demo(publisher: str | None) -> dict[str, Any]:
    """Fill this installation with the demo community (localhost only)."""
    made = await fill()
    if publisher:
        await publish(publisher)
    text = "The demo holds " + ", ".join(f"{count} {name}" for name, count in made.items()) + "."
    return {"text": text, **made}
