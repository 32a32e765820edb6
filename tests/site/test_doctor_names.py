"""What `parley doctor` says of the certificate, the DNS and the proxy's header, with servers on loopback."""

import socketserver
import ssl
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.x509.oid import NameOID
from dns import asyncresolver, flags, message, rcode, rrset

from parley.platform.settings import Settings, settings
from parley.site.doctor import checks, names
from parley.site.doctor.checks import Check
from tests.people.mail.relays import KEY

pytestmark = pytest.mark.anyio

RECORDS = {
    ("talk.example.org.", "A"): "192.0.2.7",
    ("talk.example.org.", "TXT"): '"v=spf1 include:relay.example -all"',
    ("_dmarc.talk.example.org.", "TXT"): '"v=DMARC1; p=reject"',
}


def site(url: str = "https://talk.example.org", **changes: object) -> Settings:
    return msgspec.structs.replace(settings(), base_url=url, mail_from="talk@talk.example.org", **changes)


def said(found: list[Check]) -> list[tuple[str, str]]:
    return [(one.level.value, one.text) for one in found]


@pytest.fixture
def records(monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[tuple[str, str], str]]:
    """Answer questions of the DNS by these records, on loopback."""
    known = dict(RECORDS)

    class Handler(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            data, socket = self.request
            answer = message.make_response(message.from_wire(data))
            answer.flags |= flags.RA
            name, kind = answer.question[0].to_text().split(" IN ")
            if (name, kind) in known:
                answer.answer.append(rrset.from_text(name, 60, "IN", kind, known[name, kind]))
            elif name not in {one for one, _ in known}:
                answer.set_rcode(rcode.NXDOMAIN)
            socket.sendto(answer.to_wire(), self.client_address)

    server = socketserver.UDPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    resolver = asyncresolver.Resolver(configure=False)
    resolver.nameservers, resolver.port = ["127.0.0.1"], server.server_address[1]
    monkeypatch.setattr(asyncresolver, "default_resolver", resolver)
    yield known
    server.shutdown()
    server.server_close()


async def test_a_host_without_an_address_and_records_that_mail_lacks_are_named(
    records: dict[tuple[str, str], str],
) -> None:
    relay = {"smtp_url": "smtp://relay.example", "mail_bounces": "b@back.example.org"}
    (host, mail) = said(await names.dns(site(**relay)))
    assert host == ("ok", "talk.example.org is at 192.0.2.7.")
    assert mail[0] == "warn"
    assert "these records: MX of back.example.org, TXT of back.example.org. `parley mail check` prints" in mail[1]

    records["back.example.org.", "MX"] = "10 mx.example.org."
    records["back.example.org.", "TXT"] = '"v=spf1 mx -all"'
    del records["talk.example.org.", "A"]
    (host, mail) = said(await names.dns(site(**relay)))
    assert host[0] == "fail" and host[1].startswith("talk.example.org has no address.")
    assert mail == ("ok", "Receivers find our records.")


async def test_another_key_for_dkim_in_the_dns_is_noticed(records: dict[tuple[str, str], str], tmp_path: Path) -> None:
    file, name = tmp_path / "key.pem", "parley._domainkey.talk.example.org"
    pkcs8, plain = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    file.write_bytes(KEY.private_bytes(serialization.Encoding.PEM, pkcs8, plain))
    relay = site(smtp_url="smtp://relay.example", dkim_key=file, postmark_login="x:y")
    records[f"{name}.", "TXT"] = '"v=DKIM1; k=rsa; p=MIIB" "another"'
    assert f"records: TXT of {name}." in (await names.dns(relay))[1].text

    key = names.records(relay)[1].value
    records[f"{name}.", "TXT"] = f'"{key[:200]}" "{key[200:]}"'
    assert (await names.dns(relay))[1].text == "Receivers find our records."


async def test_a_name_server_that_does_not_answer_is_said_and_localhost_asks_none(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    nobody = asyncresolver.Resolver(configure=False)
    nobody.nameservers, nobody.port = ["127.0.0.1"], 1
    monkeypatch.setattr(asyncresolver, "default_resolver", nobody)
    monkeypatch.setattr(names, "SECONDS", 0.2)
    ((level, text),) = said(await names.dns(site()))
    assert level == "warn" and text.startswith("No name server answers")
    assert await names.dns(settings()) == []


def certificate(days: int) -> bytes:
    """A certificate of localhost for `days`, and its key."""
    name, now = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")]), datetime.now(UTC)
    builder = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(KEY.public_key())
    builder = builder.serial_number(7).not_valid_before(now - timedelta(days=90))
    builder = builder.not_valid_after(now + timedelta(days=days, hours=1))
    builder = builder.add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
    builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
    pem, pkcs8 = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8
    key = KEY.private_bytes(pem, pkcs8, serialization.NoEncryption())
    return builder.sign(KEY, hashes.SHA256()).public_bytes(pem) + key


@pytest.mark.parametrize(
    ("days", "is_trusted", "level", "text"),
    [
        (60, True, "ok", "It is valid until "),
        (9, True, "warn", "It ends in 9 days, on "),
        (-1, True, "fail", "Browsers refuse it: certificate has expired."),
        (60, False, "fail", "Browsers refuse it: self-signed certificate."),
    ],
)
async def test_a_certificate_is_judged_by_its_end_and_its_authority(
    days: int, is_trusted: bool, level: str, text: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "localhost.pem"
    file.write_bytes(certificate(days))
    monkeypatch.setenv("SSL_CERT_FILE", str(file if is_trusted else tmp_path / "none"))
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(file)

    class Server(socketserver.ThreadingTCPServer):
        def get_request(self) -> tuple[ssl.SSLSocket, object]:
            socket, address = super().get_request()
            return context.wrap_socket(socket, server_side=True), address  # type: ignore[arg-type]

    with Server(("127.0.0.1", 0), socketserver.BaseRequestHandler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        found = said(await names.certificate(site(f"https://localhost:{server.server_address[1]}")))
        server.shutdown()
    assert [one[0] for one in found] == [level]
    assert found[0][1].startswith(text)


async def test_a_site_that_does_not_answer_or_has_no_tls_has_no_certificate_to_judge() -> None:
    assert await names.certificate(site("https://localhost:1")) == []
    assert await names.certificate(site("http://localhost:1")) == []


@pytest.mark.parametrize(
    ("client", "is_behind", "level", "text"),
    [
        ("198.51.100.4, through a trusted proxy", True, "ok", "ours is 198.51.100.4"),
        ("127.0.0.1, directly", True, "fail", "The proxy is not trusted"),
        ("127.0.0.1, directly", False, "ok", "ours is 127.0.0.1"),
        (f"{checks.NOBODY}, through a trusted proxy", True, "fail", "Visitors choose their address"),
    ],
)
async def test_a_proxy_whose_header_anybody_sets_or_nobody_believes_is_noticed(
    client: str, is_behind: bool, level: str, text: str
) -> None:
    (found,) = checks._proxy(f"ready\nok    client    It is {client}.\n", is_behind=is_behind)
    assert (found.level.value, text in found.text) == (level, True)
    assert checks._proxy("ready\n", is_behind=is_behind) == []
