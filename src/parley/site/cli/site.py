"""`parley site`: the publishers' sites whose pages may show discussions."""

from typing import Any

import rich_click as click

from parley.interfaces.embed import ops, queries
from parley.interfaces.embed.rules import SiteRow
from parley.platform.errors import CommandFailed
from parley.site.cli.running import on_installation


@click.group()
def site() -> None:
    """Manage publishers' sites, whose pages show discussions beside their articles."""


@site.command()
@click.argument("key")
@click.argument("origin", nargs=-1, required=True)
@click.option("--topic", required=True, help="Topic of the threads that its readers open, such as research.")
@click.option("--provider", default="", help="Key in PARLEY_PROVIDERS of the site's own sign-in.")
@on_installation
async def add(key: str, origin: tuple[str, ...], topic: str, provider: str) -> dict[str, Any]:
    """Let the pages of ORIGIN… (such as https://news.example) show discussions, or change those of KEY."""
    return _as_result(await ops.add_site(key, origin, topic, provider))


@site.command("list")
@on_installation
async def list_all() -> dict[str, Any]:
    """List all sites."""
    sites = await queries.sites()
    lines = [f"{site.key}: {', '.join(site.origins)} ({site.topic})" for site in sites]
    return {
        "text": "\n".join(lines) or "No sites. Add one with `parley site add`.",
        "sites": [_as_result(site) for site in sites],
    }


@site.command()
@click.argument("key")
@on_installation
async def remove(key: str) -> dict[str, Any]:
    """Remove a site: its pages no longer show discussions, and sign-ins on it end. Comments stay."""
    if not await ops.remove_site(key):
        raise CommandFailed(f"There is no site {key}.")
    return {"text": f"Removed {key}.", "key": key}


def _as_result(site: SiteRow) -> dict[str, Any]:
    tag = f'data-site="{site.key}"'
    text = f"The script tag of {', '.join(site.origins)} has {tag} (docs/publishers.md)."
    return {"text": text, "key": site.key, "origins": site.origins, "topic": site.topic, "provider": site.provider}
