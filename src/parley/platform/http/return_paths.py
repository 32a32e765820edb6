"""Paths of this site that a reader returns to, in links and redirects that never leave the site."""

from urllib.parse import quote, urlsplit

from parley.platform.http.access import AnyRequest
from parley.platform.settings import settings


def local_path(raw: str | None) -> str:
    """Return `raw` if it is a path of this site, else "/", so that redirects never leave the site."""
    if raw and raw.startswith("/") and not raw.startswith(("//", "/\\")) and raw.isprintable() and "\\" not in raw:
        return raw
    return "/"


def came_from(request: AnyRequest) -> str:
    """Return the path of the page that sent `request`; "/" if it is unknown or not ours."""
    try:
        page = urlsplit(request.headers.get("referer", ""))
    except ValueError:
        return "/"
    if f"{page.scheme}://{page.netloc}" != settings().base_url:
        return "/"
    return local_path(page.path + (f"?{page.query}" if page.query else ""))


def leading_back(path: str, next_url: str) -> str:
    """Return `path` with the parameter `next`, unless that is the home page."""
    if next_url == "/":
        return path
    return f"{path}{'&' if '?' in path else '?'}next={quote(next_url, safe='/')}"
