"""Checks of the environment: address, secret, disk, mail, files, signing up and in."""

import asyncio
import os
import re
import shutil
from enum import Enum
from importlib import metadata
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import msgspec

from parley.people.mail import smtp
from parley.people.sign_in import breached
from parley.people.sso import discovery
from parley.platform.http.assets import folder
from parley.platform.providers import Provider
from parley.platform.settings import LOCAL_HOSTS, Settings

SECONDS = 5
FEW_DIFFERENT = 12
# An address that nobody has (RFC 5737), and what `/readyz` says of its client (platform/http/health.py).
NOBODY = "192.0.2.1"
CLIENT = re.compile(r"client +It is (\S+), (.+)\.")
GIGABYTE = 10**9
RELEASE = re.compile(r"/v(\d+)\.(\d+)\.(\d+)\b")
LITTLE, TOO_LITTLE = 1.0, 0.1
# Cookies are shared by all ports of a host.
SHARED = "Signing in here signs the same browser out of any other Parley on localhost."


class Level(Enum):
    OK = "ok"
    WARN = "warn"
    FAIL = "fail"


class Check(msgspec.Struct, frozen=True):
    """A result: its subject in a word or two, and a sentence that says what to do."""

    level: Level
    subject: str
    text: str


def judge(subject: str, *, good: bool, yes: str, no: str, otherwise: Level = Level.FAIL) -> Check:
    """Return `yes` as OK if `good`, else `no`."""
    return Check(Level.OK if good else otherwise, subject, yes if good else no)


async def address(settings: Settings) -> list[Check]:
    results = [
        Check(Level.OK, "address", f"{settings.base_url} is the public address.")
        if settings.secure
        else Check(Level.WARN, "address", f"{settings.base_url} can only be reached from this machine. {SHARED}")
    ]
    if not settings.limits:
        results.append(Check(Level.WARN, "limits", "PARLEY_LIMITS=off lifts every rate limit. Unset it."))
    return [*results, *await _web(settings)]


async def secret(settings: Settings) -> list[Check]:
    is_varied = len(set(settings.secret)) >= FEW_DIFFERENT
    no = "PARLEY_SECRET is easy to guess. Make one with `openssl rand -base64 48`, and replace it (docs/operating.md)."
    yes = "It is long and varied." + (" The former one is accepted too." if settings.former_secret else "")
    return [judge("secret", good=is_varied, yes=yes, no=no)]


async def disk(settings: Settings) -> list[Check]:
    if not os.access(settings.data, os.W_OK | os.X_OK):
        text = f"PARLEY_DATA={settings.data} cannot be written to. Make it a folder of Parley's user."
        return [Check(Level.FAIL, "disk", text)]
    free = shutil.disk_usage(settings.data).free / GIGABYTE
    text = f"{free:.1f} GB are free for {settings.data}."
    if free >= LITTLE:
        return [Check(Level.OK, "disk", text)]
    return [Check(Level.FAIL if free < TOO_LITTLE else Level.WARN, "disk", f"{text} Make room soon.")]


async def mail(settings: Settings) -> list[Check]:
    if settings.smtp_url is None and settings.local:
        return [Check(Level.OK, "mail", "It goes to files, shown at /dev/mail.")]
    if settings.smtp_url is None:
        text = "PARLEY_SMTP_URL is not set, so nobody can confirm an address. Set it to smtp://user:password@host."
        return [Check(Level.FAIL, "mail", text)]
    sender = settings.mail_from.rpartition("@")[2].strip("> ")
    no = f"Mail from {settings.mail_from} will be refused. Set PARLEY_MAIL_FROM to an address of yours."
    is_ours = settings.local or sender not in LOCAL_HOSTS
    return [
        judge("mail", good=is_ours, yes=f"It comes from {settings.mail_from}.", no=no),
        await _smtp(settings.smtp_url),
        *_log(settings.mail_log),
    ]


async def files() -> list[Check]:
    missing = [
        name
        for name, file in (("templates", "layout.html"), ("static", "parley.css"), ("static", "parley.js"))
        if not (folder(name) / file).is_file()
    ]
    no = f"The folder {' and '.join(sorted(set(missing)))} is incomplete. Please install Parley again."
    return [judge("files", good=not missing, yes="Templates and static files are there.", no=no)]


async def _web(settings: Settings) -> list[Check]:
    try:
        async with httpx.AsyncClient(timeout=SECONDS) as client:
            answer = await client.get(f"{settings.base_url}/readyz", headers={"X-Forwarded-For": NOBODY})
    except httpx.HTTPError as error:
        text = f"{settings.base_url} does not answer ({error or type(error).__name__}). Is `parley web` running?"
        return [Check(Level.WARN, "web", text)]
    no = f"It answers {answer.status_code}: {' '.join(answer.text.split())[:200]}"
    ready = judge("web", good=answer.is_success, yes="It is ready.", no=no)
    return [ready, *_proxy(answer.text, is_behind=settings.secure)]


def _proxy(answer: str, *, is_behind: bool) -> list[Check]:
    """Judge whom the web process takes us for, after we said in a header that we are NOBODY."""
    found = CLIENT.search(answer)
    if found is None:
        return []
    client, way = found.groups()
    if client == NOBODY:
        text = "Visitors choose their address by X-Forwarded-For, and so escape limits. Let the proxy overwrite it."
        return [Check(Level.FAIL, "proxy", text)]
    no = (
        "The proxy is not trusted, so that all visitors share its address and limits. Set `parley web --proxy ADDRESS`."
    )
    is_known = way == "through a trusted proxy" or not is_behind
    return [judge("proxy", good=is_known, yes=f"Visitors have their own addresses: ours is {client}.", no=no)]


async def _smtp(url: str) -> Check:
    host = urlsplit(url).hostname
    try:
        async with smtp.client(url, SECONDS) as server:
            await server.noop()
    except smtp.Failure as error:
        return Check(Level.FAIL, "mail", f"The mail server {host} cannot be used: {error}")
    return Check(Level.OK, "mail", f"The mail server {host} accepts us.")


def _log(path: Path | None) -> list[Check]:
    if path is None:
        return []
    no = f"PARLEY_MAIL_LOG={path} cannot be read. Let Parley's user read it, or unset it."
    return [judge("mail log", good=os.access(path, os.R_OK), yes=f"{path} can be read.", no=no)]


async def passwords(settings: Settings) -> list[Check]:
    """Say what keeps members from passwords that were published in breaches."""
    count = breached.size(settings.data)
    parts = [f"{count:,} from a file" if count else "", f"those that {settings.password_range} knows"]
    known = [part for part in parts[: 2 if settings.password_range else 1] if part]
    yes = f"Refused are common ones, and from breaches {' and '.join(known)}."
    no = "Only common ones are refused. `parley passwords import FILE` adds those from breaches."
    return [judge("passwords", good=bool(known), yes=yes, no=no, otherwise=Level.WARN if settings.secure else Level.OK)]


async def providers(settings: Settings) -> list[Check]:
    """Read what each provider of OpenID Connect publishes."""
    return list(await asyncio.gather(*map(_provider, settings.providers.values())))


async def _provider(provider: Provider) -> Check:
    if not provider.issuer:
        return Check(Level.OK, "provider", f"{provider.name} signs in at {provider.address}.")
    address = discovery.address_of(provider)
    try:
        async with httpx.AsyncClient(timeout=SECONDS) as client:
            issuer = (await client.get(address)).json()["issuer"]
    except (httpx.HTTPError, ValueError, KeyError, TypeError) as error:
        text = f"Nobody can sign in with {provider.name}: {address} cannot be read ({error or type(error).__name__})."
        return Check(Level.FAIL, "provider", text)
    no = (
        f"Nobody can sign in with {provider.name}: it calls itself {issuer!r}. Set exactly this issuer, if it is right."
    )
    yes = f"{provider.name} answers as {provider.issuer}."
    return judge("provider", good=issuer == provider.issuer, yes=yes, no=no)


async def version(settings: Settings) -> list[Check]:
    """Compare this version with the newest in the feed of releases, if the operator named one."""
    if not settings.releases:
        return []
    try:
        async with httpx.AsyncClient(timeout=SECONDS) as client:
            answer = await client.get(settings.releases)
        newest = max(tuple(map(int, found)) for found in RELEASE.findall(answer.text))
    except (httpx.HTTPError, ValueError) as error:
        text = f"PARLEY_RELEASES={settings.releases} names no release ({error or type(error).__name__})."
        return [Check(Level.WARN, "version", text)]
    own = metadata.version("parley-forum")
    no = f"Parley {'.'.join(map(str, newest))} is out, and this is {own}. Read what is new, and docs/upgrading.md."
    good = newest <= tuple(int(part) for part in own.split(".")[:3])
    return [judge("version", good=good, yes=f"{own} is the newest.", no=no, otherwise=Level.WARN)]
