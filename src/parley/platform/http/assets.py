"""The folders of templates and static files, and a static file's URL with a digest of its content."""

import gzip
import hashlib
import mimetypes
from functools import cache
from pathlib import Path

import msgspec
from litestar import Request, Response, get
from litestar.params import FromPath

from parley.platform.errors import NotFound
from parley.platform.http.access import ANYONE

PACKAGE = Path(__file__).resolve().parents[2]
COMPRESSIBLE = {".css", ".js", ".svg", ".html", ".txt", ".json"}
FOREVER = "public, max-age=31536000, immutable"


def folder(name: str) -> Path:
    """Return the folder `templates` or `static`: in an installed package, or at the top of a checkout."""
    installed = PACKAGE / f"_{name}"
    return installed if installed.is_dir() else PACKAGE.parents[1] / name


class Asset(msgspec.Struct, frozen=True):
    address: str
    mime: str
    data: bytes
    compressed: bytes | None


@cache
def assets() -> dict[str, Asset]:
    """Return every static file by its path below `static/`. They are read once."""
    root = folder("static")
    files = (file for file in sorted(root.rglob("*")) if file.is_file() and "js/" not in file.as_posix())
    return {file.relative_to(root).as_posix(): _read(root, file) for file in files}


def _read(root: Path, file: Path) -> Asset:
    data = file.read_bytes()
    name = file.relative_to(root).as_posix()
    digest = hashlib.sha256(data).hexdigest()[:12]
    compressed = gzip.compress(data, 9, mtime=0) if file.suffix in COMPRESSIBLE else None
    mime = mimetypes.guess_type(name)[0] or "application/octet-stream"
    return Asset(f"/static/{digest}/{name}", mime, data, compressed)


def static(name: str) -> str:
    """Return the URL of a static file. Raises KeyError for an unknown name."""
    return assets()[name].address


@get("/static/{digest:str}/{name:path}", name="static:file", opt={"who": ANYONE}, sync_to_thread=False)
def static_file(request: Request, digest: FromPath[str], name: FromPath[str]) -> Response[bytes]:  # type: ignore[type-arg]
    """Serve a static file. The name is a key of `assets()`, never a path in the file system."""
    asset = assets().get(str(name).lstrip("/"))
    if asset is None or asset.address.split("/")[2] != digest:
        raise NotFound
    headers = {"Cache-Control": FOREVER, "Vary": "Accept-Encoding"}
    if asset.compressed and "gzip" in request.headers.get("accept-encoding", ""):
        return Response(asset.compressed, media_type=asset.mime, headers=headers | {"Content-Encoding": "gzip"})
    return Response(asset.data, media_type=asset.mime, headers=headers)


handlers = [static_file]
