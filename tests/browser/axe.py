"""What axe-core finds on a page."""

from pathlib import Path
from typing import Any

from playwright.async_api import Frame, Page

AXE = Path(__file__).parents[2] / "node_modules/axe-core/axe.min.js"
# The frame around a letter lets no script in: what it draws is looked at by itself.
RUN = """rules =>
    axe.run({ resultTypes: ['violations'], iframes: false, rules }).then(found => found.violations)"""


async def violations(page: Page | Frame, axe: str, where: str, rules: dict[str, Any] | None = None) -> list[str]:
    if not await page.evaluate("'axe' in window"):
        await page.evaluate(axe)
    found = await page.evaluate(RUN, rules or {})
    return [
        f"{where}: {one['id']} ({one['help']}): {node['html'][:160]}\n    {node['failureSummary']}"
        for one in found
        for node in one["nodes"][:3]
    ]
