"""Ports of this machine: free ones for tests and demos, and whether those wanted are taken."""

from __future__ import annotations

import random
import socket
from collections import deque
from collections.abc import Iterable
from contextlib import closing
from dataclasses import dataclass

from dialplan.config import Ports
from kernel.errors import Complaint

# Below the range that the kernel takes for outgoing connections (32768 on), above what services are known under.
_FIRST, _LAST, _BLOCK = 20_000, 32_000, 250
_RTP_PORTS = 100
LOOPBACK = "127.0.0.1"

_MOST_BLOCKS = 12
"""Blocks that one process claims before it hands out again what it handed out longest ago, so that others find some."""

_claims: deque[tuple[range, socket.socket]] = deque()
"""The blocks of this process, the one handed out longest ago first."""
_unused: list[int] = []


class PortTaken(Complaint):
    """A port that Asterisk should listen on is in use. The message names it and the setting to change."""


@dataclass(frozen=True, slots=True)
class PortUse:
    """One port that Asterisk will listen on, and the setting it comes from."""

    port: int
    kind: socket.SocketKind
    setting: str
    host: str = LOOPBACK

    @property
    def protocol(self) -> str:
        return "UDP" if self.kind is socket.SOCK_DGRAM else "TCP"


def free_ports(count: int) -> list[int]:
    """Ports of the loopback address that nobody uses now, for UDP and TCP alike; none comes twice within thousands.

    Other processes that ask the same way get others as long as this process lives: it claims a block of ports by a
    name in the kernel, which goes away with the process. Raises RuntimeError where all ports are in use.
    """
    ports: list[int] = []
    blocks_tried = 0
    while len(ports) < count:
        if not _unused:
            blocks_tried = _try_another(blocks_tried)
            _unused.extend(_claim_block())
        port = _unused.pop(0)
        if _is_free(port, LOOPBACK):
            ports.append(port)
    return ports


def free_port_range(count: int) -> tuple[int, int]:
    """First and last of `count` neighbouring free ports, the first one even, as RTP wants it."""
    blocks_tried = 0
    while True:
        candidates = _unused[-count - 1 :]
        if len(candidates) > count and candidates == list(range(candidates[0], candidates[0] + count + 1)):
            first = candidates[0] + candidates[0] % 2
            del _unused[-count - 1 :]
            if all(_is_free(port, LOOPBACK) for port in range(first, first + count)):
                return first, first + count - 1
        else:
            blocks_tried = _try_another(blocks_tried)
            _unused[:] = _claim_block()


def free_asterisk_ports(rtp_ports: int = _RTP_PORTS) -> Ports:
    """Free ports for one Asterisk and its FastAGI."""
    first, last = free_port_range(rtp_ports)
    sip_udp, http, ami, agi = free_ports(4)
    return Ports(sip_udp=sip_udp, http=http, ami=ami, agi=agi, rtp_first=first, rtp_last=last)


def asterisk_port_uses(ports: Ports, sip_address: str = LOOPBACK) -> list[PortUse]:
    """What Asterisk itself will listen on. FastAGI's port is Ringdesk's own; of the RTP range it takes what is free."""
    return [
        PortUse(ports.sip_udp, socket.SOCK_DGRAM, "ports.sip_udp (--sip-port)", sip_address),
        PortUse(ports.http, socket.SOCK_STREAM, "ports.http (--http-port)"),
        PortUse(ports.ami, socket.SOCK_STREAM, "ports.ami (--ami-port)"),
    ]


def require_free(uses: Iterable[PortUse]) -> None:
    """Raise PortTaken for the first one that somebody listens on."""
    for use in uses:
        if not _can_bind(use.port, use.kind, use.host):
            raise PortTaken(
                f"{use.protocol} port {use.port} on {use.host} is taken by another program: set another {use.setting}."
            )


def _try_another(tried: int) -> int:
    if tried > (_LAST - _FIRST) // _BLOCK:
        raise RuntimeError(f"no free ports between {_FIRST} and {_LAST} are left on this machine")
    return tried + 1


def _claim_block() -> range:
    if len(_claims) < _MOST_BLOCKS and (claimed := _claim_new_block()) is not None:
        _claims.append(claimed)
    elif _claims:
        _claims.rotate(-1)
    else:
        raise RuntimeError(f"other programs of Ringdesk have all ports between {_FIRST} and {_LAST}")
    return _claims[-1][0]


def _claim_new_block() -> tuple[range, socket.socket] | None:
    blocks = list(range(_FIRST, _LAST, _BLOCK))
    random.shuffle(blocks)
    for first in blocks:
        claim = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            # An abstract name: in the kernel only, for all users of this network namespace, like ports themselves.
            claim.bind(f"\0ringdesk-ports-{first}")
        except OSError:
            claim.close()
            continue
        return range(first, first + _BLOCK), claim
    return None


def _is_free(port: int, host: str) -> bool:
    return all(_can_bind(port, kind, host) for kind in (socket.SOCK_DGRAM, socket.SOCK_STREAM))


def _can_bind(port: int, kind: socket.SocketKind, host: str) -> bool:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with closing(socket.socket(family, kind)) as probe:
        if kind is socket.SOCK_STREAM:
            # As Asterisk does: connections that are just closing don't count.
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True
