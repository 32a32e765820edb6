"""Settings are environment variables, read and checked once (docs/operating.md lists them)."""

import importlib.util
import os
import re
from collections.abc import Mapping
from email.headerregistry import Address
from email.utils import parseaddr
from functools import cache
from pathlib import Path
from types import MappingProxyType
from urllib.parse import urlsplit

import msgspec

from parley.platform import environment
from parley.platform.environment import Network, SettingsError
from parley.platform.observability.log import LEVELS
from parley.platform.providers import Provider

DEFAULT_NAME = "Parley"
LOCAL_HOSTS = {"localhost", "127.0.0.1", "::1"}
SHORTEST_SECRET = 32
SENTINELS = re.compile(r"sentinel://(:[^@/]*@)?[^@/:,]+:\d+(,[^@/:,]+:\d+)*/[^/?]+")
SNS_TOPIC = re.compile(r"arn:aws[a-z-]*:sns:[a-z0-9-]+:\d{12}:[\w-]+", re.ASCII)
SHORTEST_KEY = 16
MAIL_ADDRESS = re.compile(r"[^\s@+<>,;:\"()\[\]\\]+@[a-zA-Z0-9.-]+")


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
    # Where decisions can be contested besides an appeal here: one paragraph for the letters about them.
    redress: str = ""
    # Staff without a second factor have no rights of staff after this many days. None: never, on localhost.
    staff_factor_days: int | None = None
    # A service that is asked whether passwords were published in a breach.
    password_range: str | None = None
    # Where else members can sign in, by the key in addresses.
    providers: Mapping[str, Provider] = MappingProxyType({})
    # Whether machines are not told that training models on this site is forbidden.
    training: bool = True
    # Which PDFs of articles are kept: none (`off`), those whose licence lets everybody pass them on, or all (`on`).
    keep_pdfs: str = "open"
    # For how many days the worker keeps a nightly backup, and what it hands each to. 0: it makes none.
    backup_days: int = 0
    backup_command: str | None = None
    # Whether admins are mailed what `parley doctor` finds, and the feed of releases that it asks for a newer version.
    doctor_mail: bool = False
    releases: str | None = None
    # The languages that readers can choose, the site's first. None named: English, and all that are complete.
    languages: tuple[str, ...] = ()
    # A service in LibreTranslate's form that translates comments, and the key that it wants.
    translator: str | None = None
    translator_key: str | None = None
    # The WebSub hub that is told which feeds changed.
    websub_hub: str | None = None

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
    name = environment.site_name(env.get("PARLEY_NAME") or DEFAULT_NAME)
    settings = Settings(
        database_url=environment.server("DATABASE_URL", environment.require(env, "DATABASE_URL")),
        redis_url=environment.server("REDIS_URL", environment.require(env, "REDIS_URL")),
        base_url=environment.origin(env.get("PARLEY_BASE_URL", "http://localhost:8000")),
        secret=environment.require(env, "PARLEY_SECRET"),
        data=Path(env.get("PARLEY_DATA", "var")),
        name=name,
        former_secret=env.get("PARLEY_SECRET_FORMER") or None,
        replica_url=environment.optional_server(env, "DATABASE_REPLICA_URL"),
        smtp_url=environment.optional_server(env, "PARLEY_SMTP_URL"),
        mail_from=env.get("PARLEY_MAIL_FROM") or str(Address(name, "parley", "localhost")),
        mail_bounces=env.get("PARLEY_MAIL_BOUNCES") or None,
        mail_inbox=environment.path(env, "PARLEY_MAIL_INBOX"),
        mail_log=environment.path(env, "PARLEY_MAIL_LOG"),
        mail_rate=environment.number(env, "PARLEY_MAIL_RATE", 600),
        ses_topic=env.get("PARLEY_SES_TOPIC") or None,
        mailgun_key=env.get("PARLEY_MAILGUN_KEY") or None,
        postmark_login=env.get("PARLEY_POSTMARK_LOGIN") or None,
        dkim_key=environment.path(env, "PARLEY_DKIM_KEY"),
        dkim_selector=env.get("PARLEY_DKIM_SELECTOR") or "parley",
        fetch_allow=environment.networks(env.get("PARLEY_FETCH_ALLOW", "")),
        log=environment.choice(env, "PARLEY_LOG", tuple(LEVELS), default="info"),
        slow_query=environment.number(env, "PARLEY_SLOW_QUERY", 250),
        metrics=environment.host_and_port(env, "PARLEY_METRICS"),
        # The variable is defined by OpenTelemetry.
        traces=bool(env.get("OTEL_EXPORTER_OTLP_ENDPOINT")),
        security_contact=env.get("PARLEY_SECURITY_CONTACT") or None,
        redress=" ".join(env.get("PARLEY_REDRESS", "").split()),
        password_range=environment.service(env, "PARLEY_PASSWORD_RANGE", "https://api.pwnedpasswords.com/range"),
        websub_hub=environment.service(env, "PARLEY_WEBSUB_HUB", "https://hub.example/"),
        translator=environment.web_address(env, "PARLEY_TRANSLATOR", "http://translate:5000"),
        translator_key=env.get("PARLEY_TRANSLATOR_KEY") or None,
        backup_days=environment.number(env, "PARLEY_BACKUP_DAYS", 7) if env.get("PARLEY_BACKUP_DAYS") else 0,
        backup_command=env.get("PARLEY_BACKUP_COMMAND") or None,
        doctor_mail=environment.choice(env, "PARLEY_DOCTOR_MAIL", ("on", "off"), default="off") == "on",
        releases=environment.service(env, "PARLEY_RELEASES", "https://github.com/<owner>/parley/releases.atom"),
        providers=environment.providers_of(env),
        languages=environment.languages(env),
        training=environment.choice(env, "PARLEY_TRAINING", ("on", "off"), default="on") == "on",
        keep_pdfs=environment.choice(env, "PARLEY_KEEP_PDFS", ("off", "open", "on"), default="open"),
        limits=environment.choice(env, "PARLEY_LIMITS", ("on", "off"), default="on") == "on",
    )
    if not settings.local:
        settings = msgspec.structs.replace(
            settings, staff_factor_days=environment.number(env, "PARLEY_STAFF_FACTOR_DAYS", 14)
        )
    # By default not on localhost: nobody else could read the thread.
    public = "off" if settings.local else "on"
    settings = msgspec.structs.replace(
        settings,
        webmentions=environment.choice(env, "PARLEY_WEBMENTIONS", ("on", "off"), default=public) == "on",
    )
    _check(settings)
    return settings


@cache
def settings() -> Settings:
    """The settings of this process."""
    return read(os.environ)


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
        raise SettingsError("OTEL_EXPORTER_OTLP_ENDPOINT needs the extra: install parley-forum[otel], or unset it.")
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
