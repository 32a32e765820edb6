"""The DNS records that our mail needs."""

import base64
from pathlib import Path

import msgspec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from parley.people.mail.message import read_key
from parley.platform.settings import Settings


class DnsRecord(msgspec.Struct, frozen=True):
    """A DNS record to set, and why."""

    name: str
    type: str
    value: str
    why: str


def records(settings: Settings) -> list[DnsRecord]:
    """Return the records that receiving servers check. Raises ValueError if the DKIM key is not valid."""
    domain, returns = settings.mail_address.rpartition("@")[2], settings.bounces.rpartition("@")[2]
    spf, dmarc = "v=spf1 mx a -all", f"v=DMARC1; p=none; rua=mailto:postmaster@{domain}"
    dns_records = [DnsRecord(domain, "TXT", spf, "which servers may send for this domain: add yours")]
    if settings.dkim_key is not None:
        why = "verifies our signature; in a zone file, split it into strings of at most 255 characters"
        name = f"{settings.dkim_selector}._domainkey.{domain}"
        dns_records.append(DnsRecord(name, "TXT", public_key(settings.dkim_key), why))
    dns_records += [
        DnsRecord(f"_dmarc.{domain}", "TXT", dmarc, "what to do with other mail"),
        DnsRecord(returns, "MX", f"10 {returns}.", "where undeliverable mail is returned to"),
    ]
    if returns != domain:
        dns_records.append(DnsRecord(returns, "TXT", spf, "the same for the address that mail is returned to"))
    why = "and this name must resolve to that address"
    return [*dns_records, DnsRecord("the mail server's address", "PTR", f"mail.{domain}.", why)]


def public_key(private: Path) -> str:
    """Return the DKIM record for verifying signatures by the key in the file `private`.

    Raises ValueError if the file has no RSA key.
    """
    numbers = read_key(private).public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return f"v=DKIM1; k=rsa; p={base64.b64encode(numbers).decode()}"
