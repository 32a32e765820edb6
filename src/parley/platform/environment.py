"""Reads values from environment variables. Each function raises SettingsError, which names the variable."""

import ipaddress
from collections.abc import Mapping, MutableMapping, Sequence
from pathlib import Path
from urllib.parse import urlsplit

import msgspec

from parley.platform import providers
from parley.platform.providers import Provider
from parley.platform.text.languages import known

# The schemes of server addresses. The library that connects reads the rest of the address.
POSTGRESQL = ("postgresql", "postgres")
SCHEMES = {
    "DATABASE_URL": POSTGRESQL,
    "DATABASE_REPLICA_URL": POSTGRESQL,
    "REDIS_URL": ("redis", "rediss", "unix", "sentinel"),
    "PARLEY_SMTP_URL": ("smtp", "smtps"),
}
DEFAULT_PORTS = {"http": 80, "https": 443}
MAX_NAME_LENGTH = 40

Network = ipaddress.IPv4Network | ipaddress.IPv6Network


# What may stand in a file, which a variable with _FILE behind its name names.
SECRETS = (
    "DATABASE_URL", "DATABASE_REPLICA_URL", "REDIS_URL", "PARLEY_SECRET", "PARLEY_SECRET_FORMER", "PARLEY_SMTP_URL",
    "PARLEY_MAILGUN_KEY", "PARLEY_POSTMARK_LOGIN", "PARLEY_PROVIDERS", "PARLEY_TRANSLATOR_KEY",
)  # fmt: skip


class SettingsError(Exception):
    """A setting is missing or wrong; the text says which and what to do."""


def read_files(env: MutableMapping[str, str]) -> None:
    """Replace each variable of `env` that names the file of a secret by the secret."""
    for name in SECRETS:
        if file := env.pop(f"{name}_FILE", None):
            if env.get(name):
                raise SettingsError(f"{name} and {name}_FILE are both set. Unset one of them.")
            try:
                env[name] = Path(file).read_text("utf-8").strip()
            except (OSError, ValueError):
                raise SettingsError(f"{name}_FILE names {file}, which cannot be read. Correct it.") from None


def require(env: Mapping[str, str], name: str) -> str:
    value = env.get(name)
    if not value:
        raise SettingsError(f"{name} is not set. Set it, or start everything with `parley up`.")
    return value


def server(name: str, address: str) -> str:
    """Check an address's scheme. Without a scheme some libraries connect to another server."""
    if not address.startswith(tuple(f"{scheme}://" for scheme in SCHEMES[name])):
        raise SettingsError(f"{name} must begin with {' or '.join(f'{scheme}://' for scheme in SCHEMES[name])}.")
    return address


def optional_server(env: Mapping[str, str], name: str) -> str | None:
    return server(name, env[name]) if env.get(name) else None


def origin(address: str) -> str:
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


def site_name(text: str) -> str:
    if not text.isprintable() or len(text) > MAX_NAME_LENGTH or text != text.strip():
        raise SettingsError(f"PARLEY_NAME must be a name of at most {MAX_NAME_LENGTH} characters, on one line.")
    return text


def choice(env: Mapping[str, str], name: str, choices: Sequence[str], *, default: str) -> str:
    text = env.get(name) or default
    if text not in choices:
        raise SettingsError(f"{name} must be one of: {', '.join(choices)}.")
    return text


def path(env: Mapping[str, str], name: str) -> Path | None:
    return Path(env[name]) if env.get(name) else None


def number(env: Mapping[str, str], name: str, default: int) -> int:
    text = env.get(name) or str(default)
    if not (text.isascii() and text.isdigit() and int(text) > 0):
        raise SettingsError(f"{name} must be a number above 0, such as {default}.")
    return int(text)


def service(env: Mapping[str, str], name: str, example: str) -> str | None:
    if env.get(name) and not providers.is_secure(env[name]):
        raise SettingsError(f"{name} must begin with https://, as {example} does.")
    return env.get(name) or None


def web_address(env: Mapping[str, str], name: str, example: str) -> str | None:
    """Return the address of a server of the operator's choice, also without TLS, and without a slash at its end."""
    if not env.get(name):
        return None
    try:
        parts = urlsplit(env[name])
        is_one = parts.scheme in DEFAULT_PORTS and parts.hostname and parts.port != 0 and not parts.username
    except ValueError:
        is_one = False
    if not is_one or parts.query or parts.fragment:
        raise SettingsError(f"{name} must be an address such as {example}.")
    return env[name].rstrip("/")


def providers_of(env: Mapping[str, str]) -> Mapping[str, Provider]:
    try:
        return providers.read(env.get("PARLEY_PROVIDERS", ""))
    except (ValueError, msgspec.MsgspecError) as error:
        raise SettingsError(
            f"PARLEY_PROVIDERS must be a JSON object as docs/operating.md describes it: {error}."
        ) from None


def host_and_port(env: Mapping[str, str], name: str) -> tuple[str, int] | None:
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


def languages(env: Mapping[str, str]) -> tuple[str, ...]:
    codes = tuple(env.get("PARLEY_LANGUAGES", "").replace(",", " ").split())
    if not known().keys() >= set(codes):
        raise SettingsError(f"PARLEY_LANGUAGES must name some of these: {', '.join(known())}.")
    return codes
