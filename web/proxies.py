"""What a reverse proxy before us says of a request: from where it came, over what, and to which host.

Only a proxy that is trusted is believed: anybody can send those headers.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable
from dataclasses import dataclass

from aiohttp import web

Network = ipaddress.IPv4Network | ipaddress.IPv6Network

LOOPBACK: tuple[Network, ...] = (ipaddress.ip_network("127.0.0.0/8"), ipaddress.ip_network("::1/128"))
"""Proxies on this machine: trusted where nothing else is set."""


@dataclass(frozen=True, slots=True)
class Proxies:
    """The networks whose `X-Forwarded-For`, `-Proto` and `-Host` are believed."""

    networks: tuple[Network, ...] = LOOPBACK

    @classmethod
    def of(cls, networks: Iterable[str]) -> Proxies:
        """Those written as addresses or networks. `ValueError` for what is neither."""
        return cls(tuple(ipaddress.ip_network(each) for each in networks))

    def trust(self, address: str | None) -> bool:
        """Whether what comes from there is believed."""
        try:
            found = ipaddress.ip_address(address or "")
        except ValueError:
            return False
        if isinstance(found, ipaddress.IPv6Address) and found.ipv4_mapped is not None:
            found = found.ipv4_mapped
        return any(found in network for network in self.networks)

    def address_of(self, request: web.Request) -> str:
        """Where a request comes from: the last address of `X-Forwarded-For` that is no trusted proxy's."""
        address = request.remote or "unknown"
        said = [each.strip() for each in ",".join(request.headers.getall("X-Forwarded-For", [])).split(",")]
        while said and self.trust(address):
            try:
                address = str(ipaddress.ip_address(said.pop()))
            except ValueError:
                break
        return address

    def is_encrypted(self, request: web.Request) -> bool:
        """Whether whoever asks does so over TLS: here, or at a trusted proxy."""
        return request.secure or self._said(request, "X-Forwarded-Proto").lower() in ("https", "wss")

    def host_of(self, request: web.Request) -> str:
        """The host and port that whoever asks has written."""
        return self._said(request, "X-Forwarded-Host") or request.host

    def _said(self, request: web.Request, header: str) -> str:
        """What the nearest proxy says; nothing where it is not trusted."""
        if not self.trust(request.remote):
            return ""
        return ",".join(request.headers.getall(header, [])).split(",")[-1].strip()
