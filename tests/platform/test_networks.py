"""By which host and network clients are counted, and how what they hold is shared."""

import pytest

from parley.platform.networks import NETWORK_HOSTS, Holdings, Source, source


@pytest.mark.parametrize(
    ("address", "host", "network"),
    [
        ("203.0.113.77", "203.0.113.77", "203.0.113.0/24"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64", "2001:db8:1::/48"),
        ("::ffff:203.0.113.77", "203.0.113.77", "203.0.113.0/24"),
        ("fe80::1%eth0", "fe80::/64", "fe80::/48"),
        ("", "", ""),
        ("not an address", "not an address", "not an address"),
    ],
)
def test_a_client_is_counted_by_its_host_and_its_network(address: str, host: str, network: str) -> None:
    assert source(address) == Source(host, network)


def hold_all(holdings: Holdings, address: str) -> int:
    of = source(address)
    while holdings.may_add(of):
        holdings.add(of)
    return holdings.of_host[of.host]


def test_a_host_holds_a_part_of_what_its_network_may() -> None:
    holdings = Holdings(100)
    assert hold_all(holdings, "192.0.2.1") == 100
    assert hold_all(holdings, "192.0.2.2") == 100
    assert hold_all(holdings, "198.51.100.1") == 100


def test_hosts_that_take_all_they_can_leave_something_to_the_next() -> None:
    holdings = Holdings(100)
    held = [hold_all(holdings, f"192.0.2.{number}") for number in range(8)]
    assert sum(held) < NETWORK_HOSTS * 100
    assert min(held) >= 1
    assert hold_all(holdings, "192.0.2.99") >= 1


def test_what_nobody_holds_any_more_is_forgotten() -> None:
    holdings = Holdings(2)
    for _ in range(2):
        holdings.add(source("192.0.2.1"))
    for _ in range(2):
        holdings.remove(source("192.0.2.1"))
    assert not holdings.of_host
    assert not holdings.of_network
