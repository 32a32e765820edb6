"""Settings are environment variables, read and checked once (docs/operating.md lists them)."""

import importlib.util
import ipaddress
import os
import re
from collections.abc import Mapping, Sequence
from email.headerregistry import Address
from email.utils import parseaddr
from functools import cache
from pathlib import Path
from types import MappingProxyType
from urllib.parse import urlsplit

import msgspec

from parley.core import providers
from parley.core.observability.log import LEVELS
from parley.core.providers import Provider

DEFAULT_NAME = "Parley"
MAX_NAME_LENGTH = 40
LOCAL_HOSTS = {"localhost", "127.0.0.1", "::1"}
SHORTEST_SECRET = 32
SENTINELS = re.compile(r"sentinel://(:[^@/]*@)?[^@/:,]+:\d+(,[^@/:,]+:\d+)*/[^/?]+")
# The schemes of server addresses. The library that connects reads the rest of the address.
POSTGRESQL = ("postgresql", "postgres")
SCHEMES = {
    "DATABASE_URL": POSTGRESQL,
    "DATABASE_REPLICA_URL": POSTGRESQL,
    "REDIS_URL": ("redis", "rediss", "unix", "sentinel"),
    "PARLEY_SMTP_URL": ("smtp", "smtps"),
}
DEFAULT_PORTS = {"http": 80, "https": 443}
SNS_TOPIC = re.compile(r"arn:aws[a-z-]*:sns:[a-z0-9-]+:\d{12}:[\w-]+", re.ASCII)
SHORTEST_KEY = 16
MAIL_ADDRESS = re.compile(r"[^\s@+<>,;:\"()\[\]\\]+@[a-zA-Z0-9.-]+")

Network = ipaddress.IPv4Network | ipaddress.IPv6Network


class SettingsError(Exception):
    """A setting is missing or wrong; the text says which and what to do."""


class Settings(msgspec.Struct, frozen=True):
    database_url: str
    redis_url: str
    # Scheme, host and port, as browsers send them in `Origin`.
    base_url: str
    secret: str
    data: Path
    # What the community is called, on pages and in mail.
    name: str = DEFAULT_NAME
    # The secret before it was replaced: what was signed or sealed with it is still accepted.
    former_secret: str | None = None
    replica_url: str | None = None
    smtp_url: str | None = None
    mail_from: str = f"{DEFAULT_NAME} <parley@localhost>"
    mail_bounces: str | None = None
    mail_inbox: Path | None = None
    mail_log: Path | None = None
    mail_rate: int = 600
    # What the relays' webhooks are verified with. A webhook without its setting is off.
    ses_topic: str | None = None
    mailgun_key: str | None = None
    postmark_login: str | None = None
    dkim_key: Path | None = None
    dkim_selector: str = "parley"
    fetch_allow: tuple[Network, ...] = ()
    log: str = "info"
    slow_query: int = 250
    metrics: tuple[str, int] | None = None
    traces: bool = False
    limits: bool = True
    # Whether the pages of articles are told that they are discussed here.
    webmentions: bool = False
    # Who is told of security problems (/.well-known/security.txt); by default the sender of mail.
    security_contact: str | None = None
    # Staff without a second factor have no rights of staff after so many days. None: never, on localhost.
    staff_factor_days: int | None = None
    # A service that is asked whether passwords were published in a breach.
    password_range: str | None = None
    # Where else members can sign in, by the key in addresses.
    providers: Mapping[str, Provider] = MappingProxyType({})
    # The WebSub hub that is told which feeds changed.
    websub_hub: str | None = None
    # Whether the hubs that inbound feeds name are asked to tell us of changes.
    websub_subscribe: bool = False

    @property
    def host(self) -> str:
        return urlsplit(self.base_url).hostname or ""

    @property
    def mail_address(self) -> str:
        """The sender's address without the name."""
        return parseaddr(self.mail_from)[1]

    @property
    def bounces(self) -> str:
        """The address for undeliverable mail. Each letter adds a tag that identifies it before the @."""
        return self.mail_bounces or f"bounce@{self.mail_address.rpartition('@')[2]}"

    @property
    def has_webhooks(self) -> bool:
        """Whether a relay reports the delivery of our messages."""
        return any((self.ses_topic, self.mailgun_key, self.postmark_login))

    @property
    def local(self) -> bool:
        return self.host in LOCAL_HOSTS

    @property
    def secrets(self) -> tuple[str, ...]:
        """The secrets that are accepted, the present one first."""
        return (self.secret, self.former_secret) if self.former_secret else (self.secret,)

    @property
    def secure(self) -> bool:
        return self.base_url.startswith("https://")


def read(env: Mapping[str, str]) -> Settings:
    """Read the settings from `env`.

    Raises SettingsError with one sentence about the first mistake found.
    """
    name = _name(env.get("PARLEY_NAME") or DEFAULT_NAME)
    settings = Settings(
        database_url=_server("DATABASE_URL", _required(env, "DATABASE_URL")),
        redis_url=_server("REDIS_URL", _required(env, "REDIS_URL")),
        base_url=_origin(env.get("PARLEY_BASE_URL", "http://localhost:8000")),
        secret=_required(env, "PARLEY_SECRET"),
        data=Path(env.get("PARLEY_DATA", "var")),
        name=name,
        former_secret=env.get("PARLEY_SECRET_FORMER") or None,
        replica_url=_optional_server(env, "DATABASE_REPLICA_URL"),
        smtp_url=_optional_server(env, "PARLEY_SMTP_URL"),
        mail_from=env.get("PARLEY_MAIL_FROM") or str(Address(name, "parley", "localhost")),
        mail_bounces=env.get("PARLEY_MAIL_BOUNCES") or None,
        mail_inbox=_path(env, "PARLEY_MAIL_INBOX"),
        mail_log=_path(env, "PARLEY_MAIL_LOG"),
        mail_rate=_number(env, "PARLEY_MAIL_RATE", 600),
        ses_topic=env.get("PARLEY_SES_TOPIC") or None,
        mailgun_key=env.get("PARLEY_MAILGUN_KEY") or None,
        postmark_login=env.get("PARLEY_POSTMARK_LOGIN") or None,
        dkim_key=_path(env, "PARLEY_DKIM_KEY"),
        dkim_selector=env.get("PARLEY_DKIM_SELECTOR") or "parley",
        fetch_allow=networks(env.get("PARLEY_FETCH_ALLOW", "")),
        log=_choice(env, "PARLEY_LOG", tuple(LEVELS), default="info"),
        slow_query=_number(env, "PARLEY_SLOW_QUERY", 250),
        metrics=_host_and_port(env, "PARLEY_METRICS"),
        # The variable is defined by OpenTelemetry.
        traces=bool(env.get("OTEL_EXPORTER_OTLP_ENDPOINT")),
        security_contact=env.get("PARLEY_SECURITY_CONTACT") or None,
        password_range=_service(env, "PARLEY_PASSWORD_RANGE", "https://api.pwnedpasswords.com/range"),
        websub_hub=_service(env, "PARLEY_WEBSUB_HUB", "https://hub.example/"),
        providers=_providers(env),
        limits=_choice(env, "PARLEY_LIMITS", ("on", "off"), default="on") == "on",
    )
    if not settings.local:
        settings = msgspec.structs.replace(settings, staff_factor_days=_number(env, "PARLEY_STAFF_FACTOR_DAYS", 14))
    # By default not on localhost: nobody else could read the thread, or reach our address.
    public = "off" if settings.local else "on"
    settings = msgspec.structs.replace(
        settings,
        webmentions=_choice(env, "PARLEY_WEBMENTIONS", ("on", "off"), default=public) == "on",
        websub_subscribe=_choice(env, "PARLEY_WEBSUB_SUBSCRIBE", ("on", "off"), default=public) == "on",
    )
    _check(settings)
    return settings


@cache
def settings() -> Settings:
    """The settings of this process."""
    return read(os.environ)


def _required(env: Mapping[str, str], name: str) -> str:
    value = env.get(name)
    if not value:
        raise SettingsError(f"{name} is not set. Set it, or start everything with `parley up`.")
    return value


def _server(name: str, address: str) -> str:
    """Check an address's scheme. Without a scheme some libraries connect to another server."""
    if not address.startswith(tuple(f"{scheme}://" for scheme in SCHEMES[name])):
        raise SettingsError(f"{name} must begin with {' or '.join(f'{one}://' for one in SCHEMES[name])}.")
    return address


def _optional_server(env: Mapping[str, str], name: str) -> str | None:
    return _server(name, env[name]) if env.get(name) else None


def _origin(address: str) -> str:
    """Return the site's address as browsers send it in `Origin`: in lower case, without the default port."""
    try:
        parts = urlsplit(address.rstrip("/"))
        more = parts.path or parts.query or parts.fragment or parts.username
        is_one = parts.scheme in DEFAULT_PORTS and parts.hostname and parts.port != 0 and not more
    except ValueError:
        is_one = False
    if not is_one:
        raise SettingsError("PARLEY_BASE_URL must be an address without a path, such as https://talk.example.org.")
    return f"{parts.scheme}://{parts.netloc.lower().removesuffix(f':{DEFAULT_PORTS[parts.scheme]}')}"


def _name(text: str) -> str:
    if not text.isprintable() or len(text) > MAX_NAME_LENGTH or text != text.strip():
        raise SettingsError(f"PARLEY_NAME must be a name of at most {MAX_NAME_LENGTH} characters, on one line.")
    return text


def _choice(env: Mapping[str, str], name: str, choices: Sequence[str], *, default: str) -> str:
    text = env.get(name) or default
    if text not in choices:
        raise SettingsError(f"{name} must be one of: {', '.join(choices)}.")
    return text


def _path(env: Mapping[str, str], name: str) -> Path | None:
    return Path(env[name]) if env.get(name) else None


def _number(env: Mapping[str, str], name: str, default: int) -> int:
    text = env.get(name) or str(default)
    if not (text.isascii() and text.isdigit() and int(text) > 0):
        raise SettingsError(f"{name} must be a number above 0, such as {default}.")
    return int(text)


def _service(env: Mapping[str, str], name: str, example: str) -> str | None:
    if env.get(name) and not providers.is_secure(env[name]):
        raise SettingsError(f"{name} must begin with https://, as {example} does.")
    return env.get(name) or None


def _providers(env: Mapping[str, str]) -> Mapping[str, Provider]:
    try:
        return providers.read(env.get("PARLEY_PROVIDERS", ""))
    except (ValueError, msgspec.MsgspecError) as error:
        raise SettingsError(
            f"PARLEY_PROVIDERS must be a JSON object as docs/operating.md describes it: {error}."
        ) from None


def _host_and_port(env: Mapping[str, str], name: str) -> tuple[str, int] | None:
    """Return the host and the port to listen on, or None if the variable is not set."""
    if not env.get(name):
        return None
    host, _, port = env[name].rpartition(":")
    if not (host and port.isascii() and port.isdigit() and 0 < int(port) < 65_536):  # noqa: PLR2004 the last port
        raise SettingsError(f"{name} must be an address and a port, such as 127.0.0.1:9464.")
    return host.strip("[]"), int(port)


def networks(text: str) -> tuple[Network, ...]:
    """Parse PARLEY_FETCH_ALLOW. Raises SettingsError."""
    try:
        return tuple(ipaddress.ip_network(part) for part in text.replace(",", " ").split())
    except ValueError as error:
        raise SettingsError(f"PARLEY_FETCH_ALLOW must list networks such as 10.1.0.0/16: {error}.") from None


def _check(settings: Settings) -> None:
    if not settings.secure and not settings.local:
        raise SettingsError("PARLEY_BASE_URL must begin with https:// unless its host is localhost.")
    if min(map(len, settings.secrets)) < SHORTEST_SECRET:
        raise SettingsError(f"PARLEY_SECRET must have at least {SHORTEST_SECRET} characters, and its former one, too.")
    if settings.redis_url.startswith("sentinel:") and not SENTINELS.fullmatch(settings.redis_url):
        raise SettingsError("REDIS_URL must have the form sentinel://:password@host1:26379,host2:26379/name.")
    if settings.security_contact is not None and not MAIL_ADDRESS.fullmatch(settings.security_contact):
        raise SettingsError("PARLEY_SECURITY_CONTACT must be an address such as security@example.org.")
    for name, address in (("PARLEY_MAIL_FROM", settings.mail_address), ("PARLEY_MAIL_BOUNCES", settings.bounces)):
        if not MAIL_ADDRESS.fullmatch(address):
            raise SettingsError(f"{name} must hold an address such as parley@example.org.")
    _check_webhooks(settings)
    if settings.dkim_key is not None and not settings.dkim_key.is_file():
        raise SettingsError(
            f"PARLEY_DKIM_KEY names {settings.dkim_key}, which does not exist. Create the key, or unset this."
        )
    if settings.traces and not _is_installed("opentelemetry.sdk"):
        raise SettingsError("OTEL_EXPORTER_OTLP_ENDPOINT needs the extra `otel`: install parley[otel], or unset it.")
    if not settings.limits and not settings.local:
        raise SettingsError("PARLEY_LIMITS=off is only for a localhost base URL.")


def _check_webhooks(settings: Settings) -> None:
    if settings.ses_topic is not None and not SNS_TOPIC.fullmatch(settings.ses_topic):
        raise SettingsError("PARLEY_SES_TOPIC must be a topic such as arn:aws:sns:eu-west-1:123456789012:parley.")
    if settings.mailgun_key is not None and len(settings.mailgun_key) < SHORTEST_KEY:
        raise SettingsError(f"PARLEY_MAILGUN_KEY must have at least {SHORTEST_KEY} characters.")
    if settings.postmark_login is not None:
        name, _, password = settings.postmark_login.partition(":")
        if not name or len(password) < SHORTEST_KEY:
            raise SettingsError(f"PARLEY_POSTMARK_LOGIN must be name:password, of {SHORTEST_KEY} characters or more.")


def _is_installed(module: str) -> bool:
    try:
        return importlib.util.find_spec(module) is not None
    except ModuleNotFoundError:
        return False
