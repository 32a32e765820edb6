"""What Lighthouse says of a page. Its packages are pinned in bench/lighthouse/, not among those of the tests."""

import asyncio
import os
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

import msgspec

from bench.chromium import FLAGS, ROOT, chromium
from bench.harness import Harness, web
from bench.report import Figure

HOME = Path(__file__).with_suffix("")
NODE = ROOT / "bin" / "node-tool"
ROUNDS = 3
TRIES = 3
CATEGORIES = ("performance", "accessibility", "best-practices", "seo")
BAR = 98.0


class Category(msgspec.Struct):
    score: float


class Report(msgspec.Struct):
    categories: dict[str, Category]


async def measure(harness: Harness) -> list[Figure]:
    """The scores of each page: three times on its own slow phone, once on its desktop, which is there to be read."""
    path = chromium()
    if path is None:
        return []
    _install()
    figures = []
    async with web() as running:
        for name, page in {"home": "", "thread": f"t/{harness.community.read}/thread"}.items():
            address = f"http://127.0.0.1:{running.port}/{page}"
            phone = [await _scores(path, address) for _ in range(ROUNDS)]
            desktop = [await _scores(path, address, "--preset=desktop")]
            figures += [_figure(f"{name}, {one}", [run[one] for run in phone], BAR) for one in CATEGORIES]
            figures += [_figure(f"{name} on a desktop, {one}", [run[one] for run in desktop]) for one in CATEGORIES]
    return figures


def _figure(name: str, runs: list[float], bar: float | None = None) -> Figure:
    return Figure("lighthouse", name, "", runs, bar=bar, least=True)


def _install() -> None:
    """Install what the lock says, unless it is there."""
    wanted, there = HOME / "package-lock.json", HOME / "node_modules" / ".package-lock.json"
    if there.exists() and there.stat().st_mtime >= wanted.stat().st_mtime:
        return
    print("Installing Lighthouse ...", file=sys.stderr)
    subprocess.run([NODE, "npm", "ci", "--ignore-scripts", "--silent", "--prefix", HOME], cwd=ROOT, check=True)


async def _scores(path: str, address: str, *more: str) -> dict[str, float]:
    """Out of 100, by category. On a busy machine it sometimes misses the beginning, and asks to be run again."""
    with TemporaryDirectory(prefix="parley-lighthouse-") as folder:
        report = Path(folder) / "report.json"
        options = [f"--chrome-flags=--headless {' '.join(FLAGS)}", "--no-enable-error-reporting", "--quiet"]
        options += ["--output=json", f"--output-path={report}", *more]
        for _ in range(TRIES):
            if await _run(path, address, *options) == 0:
                found = msgspec.json.decode(report.read_bytes(), type=Report)
                return {name: found.categories[name].score * 100 for name in CATEGORIES}
    raise RuntimeError(f"Lighthouse could not look at {address}")


async def _run(path: str, *arguments: str) -> int:
    program = HOME / "node_modules" / "lighthouse" / "cli" / "index.js"
    settings = os.environ | {"CHROME_PATH": path}
    process = await asyncio.create_subprocess_exec(NODE, "node", program, *arguments, cwd=ROOT, env=settings)
    return await process.wait()
