"""Which addresses belong to the same site."""

from tld import get_fld

from parley.platform.text.hosts import bare_host


def same_site(one: str, other: str) -> bool:
    """Whether two addresses have the same host, or one is a subdomain of the other with the same owner."""
    short, long = sorted((bare_host(one), bare_host(other)), key=len)
    if short == long:
        return bool(short)
    return long.endswith(f".{short}") and registered_domain(short) == registered_domain(long)


def registered_domain(host: str) -> str:
    """The registered domain of a host by the public suffix list, by which a subdomain can have an owner of its own."""
    domain = get_fld(f"https://{host}", fail_silently=True, search_private=True)
    return str(domain or ".".join(host.split(".")[-2:]))
