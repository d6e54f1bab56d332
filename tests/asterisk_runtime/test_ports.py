import socket
import subprocess
import sys
from itertools import pairwise

import pytest

from ringdesk.asterisk.ports import (
    LOOPBACK,
    PortTaken,
    asterisk_port_uses,
    free_asterisk_ports,
    free_port_range,
    free_ports,
    require_free,
)

OTHER = "from ringdesk.asterisk.ports import free_ports; print(*free_ports(40), flush=True); input()"


def test_every_port_is_handed_out_once_also_to_other_processes() -> None:
    others = [
        subprocess.Popen([sys.executable, "-c", OTHER], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        for _ in range(2)
    ]
    try:
        ports = free_ports(40)
        for other in others:
            assert other.stdout is not None
            ports += [int(word) for word in other.stdout.readline().split()]
    finally:
        for other in others:
            other.communicate("\n", timeout=30)
    assert len(ports) == len(set(ports)) == 120


def test_what_was_handed_out_long_ago_comes_again_unless_it_is_in_use() -> None:
    [kept] = free_ports(1)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as taken:
        taken.bind((LOOPBACK, kept))
        seen: list[int] = []
        for _ in range(20):
            first, last = free_port_range(200)
            seen += range(first, last + 1)
    assert kept not in seen
    assert len(set(seen)) < len(seen)


def test_a_port_in_use_is_passed_over() -> None:
    [first] = free_ports(1)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as taken:
        taken.bind((LOOPBACK, first + 1))
        assert first + 1 not in free_ports(20)


def test_a_range_is_even_whole_and_apart_from_single_ports() -> None:
    first, last = free_port_range(100)
    other, _ = free_port_range(100)
    assert first % 2 == 0
    assert last - first == 99
    assert not set(range(first, last + 1)) & {other, *free_ports(100)}


def test_ports_of_two_instances_do_not_meet() -> None:
    uses = [use.port for ports in (free_asterisk_ports(), free_asterisk_ports()) for use in asterisk_port_uses(ports)]
    assert all(one != two for one, two in pairwise(sorted(uses)))


@pytest.mark.parametrize(
    ("field", "kind", "option"),
    [
        ("sip_udp", socket.SOCK_DGRAM, "--sip-port"),
        ("http", socket.SOCK_STREAM, "--http-port"),
        ("ami", socket.SOCK_STREAM, "--ami-port"),
    ],
)
def test_a_taken_port_is_named_with_its_setting(field: str, kind: socket.SocketKind, option: str) -> None:
    ports = free_asterisk_ports()
    number = getattr(ports, field)
    with socket.socket(socket.AF_INET, kind) as taken:
        # Connections of an earlier test may still linger on it.
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        taken.bind((LOOPBACK, number))
        if kind is socket.SOCK_STREAM:
            taken.listen()
        with pytest.raises(PortTaken, match=rf"{number}.*{field} \({option}\)"):
            require_free(asterisk_port_uses(ports))
    require_free(asterisk_port_uses(ports))
