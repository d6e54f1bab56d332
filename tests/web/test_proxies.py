"""Only a proxy that is trusted is believed."""

from __future__ import annotations

import asyncio
from unittest.mock import Mock

import pytest
from aiohttp import web
from aiohttp.test_utils import make_mocked_request

from web.proxies import Proxies

PROXIES = Proxies.of(["10.0.0.0/8", "127.0.0.1"])


def request_from(address: str | None, **headers: str) -> web.Request:
    transport = Mock(spec=asyncio.Transport)
    transport.get_extra_info.side_effect = lambda name, default=None: (
        (address, 5) if name == "peername" and address else default
    )
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return make_mocked_request("GET", "/", headers={"Host": "inside:8080", **named}, transport=transport)


@pytest.mark.parametrize(
    ("remote", "said", "address"),
    [
        ("127.0.0.1", "203.0.113.9", "203.0.113.9"),
        ("127.0.0.1", "198.51.100.1, 203.0.113.9", "203.0.113.9"),  # the first was made up by who asks
        ("127.0.0.1", "203.0.113.9, 10.1.2.3", "203.0.113.9"),  # two proxies of ours
        ("127.0.0.1", "10.1.2.3", "10.1.2.3"),
        ("::ffff:127.0.0.1", "203.0.113.9", "203.0.113.9"),
        ("192.0.2.1", "203.0.113.9", "192.0.2.1"),
        ("127.0.0.1", "nonsense", "127.0.0.1"),
        ("127.0.0.1", "203.0.113.9, nonsense", "127.0.0.1"),
        ("127.0.0.1", "", "127.0.0.1"),
        (None, "203.0.113.9", "unknown"),
    ],
)
def test_where_a_request_comes_from(remote: str | None, said: str, address: str) -> None:
    assert PROXIES.address_of(request_from(remote, X_Forwarded_For=said)) == address


@pytest.mark.parametrize(
    ("remote", "said", "is_encrypted"),
    [("10.1.1.1", "https", True), ("10.1.1.1", "https, http", False), ("192.0.2.1", "https", False)],
)
def test_whether_it_came_over_tls(remote: str, said: str, is_encrypted: bool) -> None:
    assert PROXIES.is_encrypted(request_from(remote, X_Forwarded_Proto=said)) is is_encrypted


def test_which_host_was_asked() -> None:
    assert PROXIES.host_of(request_from("10.1.1.1", X_Forwarded_Host="desk.example.com")) == "desk.example.com"
    assert PROXIES.host_of(request_from("10.1.1.1")) == "inside:8080"
    assert PROXIES.host_of(request_from("192.0.2.1", X_Forwarded_Host="desk.example.com")) == "inside:8080"
