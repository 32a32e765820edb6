"""Checks of the certificate and of the DNS: the site's address, and what receivers of our mail look up."""

import asyncio
import ssl
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

from dns import asyncresolver, resolver
from dns.exception import DNSException

from parley.people.mail.dns_records import DnsRecord, records
from parley.platform.settings import Settings
from parley.site.doctor.checks import SECONDS, Check, Level, judge

# Caddy and certbot renew a certificate of 90 days when it has 30 left.
SOON = timedelta(days=14)
HTTPS_PORT = 443
PRINTS = "`parley mail check` prints what to set."


async def certificate(settings: Settings) -> list[Check]:
    """Say until when the site's certificate is valid. Whether the site can be reached at all is another check."""
    if not settings.secure:
        return []
    try:
        ends = await _valid_until(settings.host, urlsplit(settings.base_url).port or HTTPS_PORT)
    except ssl.SSLCertVerificationError as error:
        text = f"Browsers refuse it: {error.verify_message}. Let your proxy get one for {settings.host}."
        return [Check(Level.FAIL, "certificate", text)]
    except OSError:
        return []
    left = ends - datetime.now(UTC)
    yes = f"It is valid until {ends:%Y-%m-%d}."
    no = f"It ends in {left.days} days, on {ends:%Y-%m-%d}. Your proxy should have renewed it: its log says why not."
    return [judge("certificate", good=left > SOON, yes=yes, no=no, otherwise=Level.WARN)]


async def _valid_until(host: str, port: int) -> datetime:
    async with asyncio.timeout(SECONDS):
        _, writer = await asyncio.open_connection(host, port, ssl=ssl.create_default_context())
    try:
        ends = writer.get_extra_info("peercert")["notAfter"]
    finally:
        writer.close()
    return datetime.fromtimestamp(ssl.cert_time_to_seconds(ends), UTC)


async def dns(settings: Settings) -> list[Check]:
    if settings.local:
        return []
    try:
        return [await _site(settings.host), *await _mail(settings)]
    except DNSException as error:
        return [Check(Level.WARN, "dns", f"No name server answers: {error}.")]


async def _site(host: str) -> Check:
    found = [address for kind in ("A", "AAAA") for address in await look_up(host, kind)]
    no = f"{host} has no address. Add an A record and an AAAA record with those of this machine."
    return judge("dns", good=bool(found), yes=f"{host} is at {', '.join(found)}.", no=no)


async def _mail(settings: Settings) -> list[Check]:
    """Compare the records of the sender's domain with those that receivers check."""
    if settings.smtp_url is None:
        return []
    # A relay that reports bounces to a webhook receives them itself.
    wanted = [one for one in records(settings) if one.type == "TXT" or (one.type == "MX" and not settings.has_webhooks)]
    missing = [f"{one.type} of {one.name}" for one in wanted if not _has(one, await look_up(one.name, one.type))]
    no = f"Receivers may refuse our mail, because of these records: {', '.join(missing)}. {PRINTS}"
    return [judge("dns", good=not missing, yes="Receivers find our records.", no=no, otherwise=Level.WARN)]


def _has(record: DnsRecord, found: list[str]) -> bool:
    """Say whether a record of its kind is there. Its contents are the operator's choice, but for the DKIM key."""
    kind, _, rest = record.value.partition(" ")
    key = rest.partition("p=")[2] if kind == "v=DKIM1;" else ""
    if record.type == "MX":
        return bool(found)
    return any(text.startswith(kind) and key in text.replace(" ", "") for text in found)


async def look_up(name: str, kind: str) -> list[str]:
    """Return the records of a name, or none. Raises DNSException if no name server answers."""
    try:
        answer = await asyncresolver.resolve(name, kind, lifetime=SECONDS)
    except (resolver.NXDOMAIN, resolver.NoAnswer):
        return []
    return [b"".join(one.strings).decode(errors="replace") if kind == "TXT" else one.to_text() for one in answer]
