"""The least of a SIP phone that can be timed: UDP on loopback, one socket a phone, no sound.

It exists because a real phone's own reports come late and unevenly: here the moment of a datagram is taken where it is
read. RFC 3261; digest authentication as in RFC 2617 without qop.
"""

from __future__ import annotations

import asyncio
import hashlib
import re
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import count
from typing import Self

REGISTRATION_SECONDS = 3600
_ids = count(1)


@dataclass(slots=True)
class Message:
    """A SIP message; header names in lower case, of a repeated header all values."""

    start: str
    headers: dict[str, list[str]]
    at: float
    """Seconds of `time.monotonic`, when it was read."""

    @classmethod
    def parse(cls, data: bytes, at: float) -> Message:
        head = data.decode("utf-8", "replace").split("\r\n\r\n", 1)[0]
        start, *lines = head.split("\r\n")
        headers: dict[str, list[str]] = {}
        for line in lines:
            name, _, value = line.partition(":")
            headers.setdefault(name.strip().lower(), []).append(value.strip())
        return cls(start, headers, at)

    def get(self, name: str) -> str:
        return self.headers.get(name, [""])[0]

    @property
    def status(self) -> int:
        return int(self.start.split()[1]) if self.start.startswith("SIP/2.0 ") else 0

    @property
    def method(self) -> str:
        return self.get("cseq").split()[-1] if self.status else self.start.split()[0]


@dataclass(slots=True)
class Leg:
    """One call at one phone. The times are seconds of `time.monotonic`; 0 until it happened."""

    call_id: str
    number: str
    """Of the other side."""
    invited: float = 0.0
    answered: float = 0.0
    ended: float = 0.0
    tag: str = field(default_factory=lambda: f"t{next(_ids)}")
    remote: str = ""
    """The other side's From or To, with its tag."""
    local: str = ""
    target: str = ""
    sequence: int = 1
    is_up: asyncio.Event = field(default_factory=asyncio.Event)
    is_over: asyncio.Event = field(default_factory=asyncio.Event)


class Phone(asyncio.DatagramProtocol):
    """The phone of `number` at Asterisk's `registrar`; `secret` None: a caller from outside, who does not register.

    Who rings it is answered at once, unless `answers` is false.
    """

    def __init__(self, number: str, registrar: tuple[str, int], secret: str | None = None) -> None:
        self.number = number
        self.answers = True
        self.on_call: Callable[[Leg], None] = lambda leg: None
        self._registrar = registrar
        self._secret = secret
        self._legs: dict[str, Leg] = {}
        self._sent: dict[tuple[str, str], bytes] = {}
        """What was answered to a request, for when it comes again."""
        self._waiting: dict[tuple[str, str], asyncio.Future[Message]] = {}
        self._transport: asyncio.DatagramTransport | None = None

    async def __aenter__(self) -> Self:
        loop = asyncio.get_running_loop()
        self._transport, _ = await loop.create_datagram_endpoint(lambda: self, local_addr=("127.0.0.1", 0))
        if self._secret is not None:
            await self._register(self._secret)
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._transport is not None:
            self._transport.close()

    async def call(self, number: str, timeout: float = 20.0) -> Leg:
        """Call `number`; returns with the INVITE sent. `is_up` and `is_over` of the leg tell the rest."""
        host, port = self._registrar
        leg = Leg(f"b{next(_ids)}-{self.number}", number)
        self._legs[leg.call_id] = leg
        leg.local = f"<sip:{self.number}@{host}>;tag={leg.tag}"
        leg.remote = f"<sip:{number}@{host}:{port}>"
        leg.target = f"sip:{number}@{host}:{port}"
        leg.invited = time.monotonic()
        self._request("INVITE", leg, self._sdp())
        return leg

    def hang_up(self, leg: Leg) -> float:
        """End a call that was answered; the moment at which BYE was sent."""
        leg.sequence += 1
        leg.ended = time.monotonic()
        self._request("BYE", leg)
        leg.is_over.set()
        return leg.ended

    # -- the wire

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        message = Message.parse(data, time.monotonic())
        if message.status:
            self._answered(message)
        else:
            self._asked(message)

    def _answered(self, message: Message) -> None:
        key = (message.get("call-id"), message.get("cseq"))
        waiting = self._waiting.get(key)
        if waiting is not None and not waiting.done() and message.status >= 200:
            waiting.set_result(message)
        leg = self._legs.get(message.get("call-id"))
        if leg is None or message.method != "INVITE" or message.status < 200:
            return
        leg.remote = message.get("to")
        if message.status < 300:
            leg.target = _uri(message.get("contact"))
            self._send_request("ACK", leg, f"{leg.sequence} ACK")
            if not leg.answered:
                leg.answered = message.at
                leg.is_up.set()
        else:
            self._send_request("ACK", leg, f"{leg.sequence} ACK")
            leg.ended = message.at
            leg.is_over.set()

    def _asked(self, message: Message) -> None:
        call_id, sequence = message.get("call-id"), message.get("cseq")
        if (again := self._sent.get((call_id, sequence))) is not None and message.method != "ACK":
            self._write(again)
            return
        leg = self._legs.get(call_id)
        match message.method:
            case "INVITE" if leg is None:
                leg = Leg(call_id, _user(message.get("from")), invited=message.at)
                self._legs[call_id] = leg
                leg.remote, leg.target = message.get("from"), _uri(message.get("contact"))
                leg.local = f"{message.get('to')};tag={leg.tag}"
                self._respond(message, leg, "180 Ringing")
                if self.answers:
                    leg.answered = time.monotonic()
                    self._respond(message, leg, "200 OK", self._sdp())
                self.on_call(leg)
            case "INVITE" if leg is not None:
                self._respond(message, leg, "200 OK", self._sdp())
            case "ACK":
                if leg is not None:
                    leg.is_up.set()
            case "BYE" | "CANCEL" if leg is not None:
                self._respond(message, leg, "200 OK")
                leg.ended = leg.ended or message.at
                leg.is_over.set()
            case _:
                self._respond(message, leg, "200 OK")

    async def _register(self, secret: str) -> None:
        host, port = self._registrar
        leg = Leg(f"r{next(_ids)}", self.number)
        leg.local, leg.remote = f"<sip:{self.number}@{host}>;tag={leg.tag}", f"<sip:{self.number}@{host}>"
        leg.target = f"sip:{host}:{port}"
        told = await self._ask("REGISTER", leg)
        challenge = dict(re.findall(r'(\w+)="?([^",]+)"?', told.get("www-authenticate")))
        first = _md5(f"{self.number}:{challenge['realm']}:{secret}")
        digest = _md5(f"{first}:{challenge['nonce']}:{_md5(f'REGISTER:{leg.target}')}")
        leg.sequence += 1
        told = await self._ask(
            "REGISTER",
            leg,
            f'Authorization: Digest username="{self.number}", realm="{challenge["realm"]}", '
            f'nonce="{challenge["nonce"]}", uri="{leg.target}", response="{digest}", algorithm=MD5'
            + (f', opaque="{challenge["opaque"]}"' if "opaque" in challenge else ""),
        )
        assert told.status == 200, told.start

    async def _ask(self, method: str, leg: Leg, *headers: str) -> Message:
        sequence = f"{leg.sequence} {method}"
        future: asyncio.Future[Message] = asyncio.get_running_loop().create_future()
        self._waiting[(leg.call_id, sequence)] = future
        self._send_request(method, leg, sequence, *headers, f"Expires: {REGISTRATION_SECONDS}")
        async with asyncio.timeout(10):
            return await future

    def _request(self, method: str, leg: Leg, body: str = "") -> None:
        self._send_request(method, leg, f"{leg.sequence} {method}", body=body)

    def _send_request(self, method: str, leg: Leg, sequence: str, *headers: str, body: str = "") -> None:
        self._write(
            _message(
                f"{method} {leg.target} SIP/2.0",
                f"Via: SIP/2.0/UDP {self._here()};branch=z9hG4bK{next(_ids)};rport",
                "Max-Forwards: 70",
                f"From: {leg.local}",
                f"To: {leg.remote}",
                f"Call-ID: {leg.call_id}",
                f"CSeq: {sequence}",
                f"Contact: <sip:{self.number}@{self._here()}>",
                *headers,
                body=body,
            )
        )

    def _respond(self, request: Message, leg: Leg | None, status: str, body: str = "") -> None:
        data = _message(
            f"SIP/2.0 {status}",
            *(f"Via: {via}" for via in request.headers.get("via", [])),
            *(f"Record-Route: {route}" for route in request.headers.get("record-route", [])),
            f"From: {request.get('from')}",
            f"To: {leg.local if leg is not None and request.method == 'INVITE' else request.get('to')}",
            f"Call-ID: {request.get('call-id')}",
            f"CSeq: {request.get('cseq')}",
            f"Contact: <sip:{self.number}@{self._here()}>",
            body=body,
        )
        self._sent[(request.get("call-id"), request.get("cseq"))] = data
        self._write(data)

    def _write(self, data: bytes) -> None:
        if self._transport is not None:
            self._transport.sendto(data, self._registrar)

    def _here(self) -> str:
        assert self._transport is not None
        host, port = self._transport.get_extra_info("sockname")[:2]
        return f"{host}:{port}"

    @staticmethod
    def _sdp() -> str:
        return "\r\n".join(
            ("v=0", "o=- 1 1 IN IP4 127.0.0.1", "s=-", "c=IN IP4 127.0.0.1", "t=0 0", "m=audio 9 RTP/AVP 0", "")
        )


def _message(start: str, *headers: str, body: str = "") -> bytes:
    kind = ("Content-Type: application/sdp",) if body else ()
    return "\r\n".join((start, *headers, *kind, f"Content-Length: {len(body.encode())}", "", body)).encode()


def _uri(address: str) -> str:
    found = re.search(r"<([^>]+)>", address)
    return found[1] if found else address.split(";")[0]


def _user(address: str) -> str:
    found = re.search(r"sips?:([^@;>]+)@", address)
    return found[1] if found else ""


def _md5(text: str) -> str:
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()
