"""panoramisk's AMI protocol, hardened: its framing, its matching of answers and its end are replaced.

What was wrong with them for us: every TCP chunk is decoded by itself with errors ignored, so that a character cut in
two is lost; an exception in a callback drops the connection; actions without an answer are kept and sent again after a
reconnect; CR and LF in a value go through; some lists never end; a login that fails to be written is logged with its
secret. What stays panoramisk's: the connection, the actions and their ids.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import structlog
from panoramisk.actions import Action
from panoramisk.ami_protocol import AMIProtocol
from prometheus_client import Counter

from kernel.clock import Clock
from kernel.telemetry import REGISTRY
from pbx.errors import InvalidHeader, LinkDown
from pbx.events import AmiFrame, text
from pbx.framing import LONGEST_FRAME, FrameParser, FramingError

log = structlog.get_logger(__name__)

ActionHeaders = Mapping[str, str | Sequence[str]]
"""An action to send: header to value; several values make a repeated header."""

LONGEST_HEADER = 1022
"""Bytes of one `Header: value` line. Asterisk 22 refuses longer ones, in part without saying which action that was."""

TRUNCATED = Counter("ringdesk_ami_truncated_total", "Frames cut off by the end of a connection", registry=REGISTRY)
MALFORMED = Counter("ringdesk_ami_malformed_total", "Lines or frames that could not be read", registry=REGISTRY)
UNMATCHED = Counter("ringdesk_ami_unmatched_total", "Responses that answer no action of ours", registry=REGISTRY)

MOST_LINES = 120
"""Lines of one action. Asterisk takes no notice of what comes behind the 128th."""

_HEADER_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_-]*\Z")
_FORBIDDEN = {"\r": "CR", "\n": "LF", "\0": "NUL"}


@dataclass(slots=True)
class AmiResponse:
    """Asterisk's answer to an action; `items` are the events of a list, without the one that ends it."""

    headers: AmiFrame
    items: list[AmiFrame] = field(default_factory=list)
    end: AmiFrame | None = None

    @property
    def success(self) -> bool:
        return text(self.headers, "Response") in ("Success", "Follows", "Goodbye", "Pong")

    @property
    def message(self) -> str:
        return text(self.headers, "Message")

    def __getitem__(self, header: str) -> str:
        """The value of a header of the response, empty where there is none."""
        return text(self.headers, header)


def check_action(action: ActionHeaders) -> None:
    """Raise InvalidHeader, naming the header, for what would change the meaning of an action or of the next one."""
    if not action.get("Action"):
        raise InvalidHeader("header 'Action' is missing or empty: it names what Asterisk should do")
    lines = sum(1 if isinstance(value, str) else len(value) for value in action.values())
    if lines > MOST_LINES:
        raise InvalidHeader(f"{action['Action']}: {lines} lines are too many, Asterisk reads {MOST_LINES}")
    seen: set[str] = set()
    for header, value in action.items():
        if not _HEADER_NAME.match(header):
            raise InvalidHeader(f"header {header!r}: a header's name is letters, digits, '-' and '_'")
        if header.lower() in seen:
            raise InvalidHeader(f"header {header!r} is there twice; give a list of values")
        if header.lower() in ("actionid", "commandid"):
            raise InvalidHeader(f"header {header!r} is set by the link")
        seen.add(header.lower())
        for one in [value] if isinstance(value, str) else value:
            if not isinstance(one, str):
                raise InvalidHeader(f"header {header!r}: {type(one).__name__} is not text")
            for character, called in _FORBIDDEN.items():
                if character in one:
                    raise InvalidHeader(
                        f"header {header!r}: its value holds {called} at position {one.index(character)}"
                    )
            try:
                length = len(header) + 2 + len(one.encode())
            except UnicodeEncodeError as error:
                raise InvalidHeader(f"header {header!r}: its value is not valid Unicode ({error.reason})") from error
            if length > LONGEST_HEADER:
                raise InvalidHeader(
                    f"header {header!r}: {length} bytes are too long, Asterisk reads {LONGEST_HEADER} of a line"
                )


def new_action_id() -> str:
    """An ActionID that no other action has, for who must know it before the action is sent."""
    return str(Action.action_id_generator())


class PendingAction(Action):
    """panoramisk's action, which knows by Asterisk's own marks when its answer is complete."""

    def __init__(self, headers: ActionHeaders, action_id: str | None = None) -> None:
        own = {"ActionID": action_id} if action_id else {}
        super().__init__(  # type: ignore[no-untyped-call]
            {header: value if isinstance(value, str) else list(value) for header, value in headers.items()} | own
        )
        self._response: AmiResponse | None = None

    def add_frame(self, frame: AmiFrame) -> bool | None:
        """Take a frame with our ActionID: True when the answer is complete, None when it is no part of the answer."""
        if self._response is None:
            if "Response" not in frame or "Event" in frame:
                return None  # An event that names the action, such as OriginateResponse.
            self._response = AmiResponse(frame)
            if text(frame, "EventList").lower() == "start":
                return False
        elif text(frame, "EventList").lower() in ("complete", "cancelled"):
            self._response.end = frame
        else:
            self._response.items.append(frame)
            return False
        if not self.future.done():
            self.future.set_result(self._response)
        return True


Heard = Callable[[list[AmiFrame], datetime, float], None]
"""Takes the events of one read, in order, and when that was: wall time, monotonic. Must not raise and must not wait."""


class LinkProtocol(AMIProtocol):
    """One connection to a manager interface, from greeting to end. `lost` is done with the reason when it ends."""

    def __init__(self, heard: Heard, clock: Clock, *, longest_frame: int = LONGEST_FRAME) -> None:
        self._heard = heard
        self._clock = clock
        self.read_at = clock.now()
        """When something was last read (aware, UTC); before that, when the connection was made."""
        self.read_monotonic = clock.monotonic()
        """The same on the clock that is never set."""
        self._parser = FrameParser(longest_frame=longest_frame)
        self.lost: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        self.greeted: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        self.responses: dict[str, PendingAction] = {}
        self.closed = False
        self.transport: asyncio.Transport | None = None
        self._shutdown: str | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)  # type: ignore[no-untyped-call]
        self.responses = {}

    def send(
        self, data: ActionHeaders, as_list: bool = False, *, action_id: str | None = None
    ) -> asyncio.Future[AmiResponse]:
        """Send an action; the future gives its whole answer, or LinkDown when the connection ends before.

        `action_id` is one from `new_action_id`, by default a new one. Raises InvalidHeader, LinkDown. `as_list` is
        panoramisk's and without a meaning here: Asterisk marks its lists.
        """
        check_action(data)
        if self.closed or self.transport is None or self.lost.done():
            raise LinkDown(f"{data['Action']} was not sent: {self.reason or 'not connected'}")
        action = PendingAction(data, action_id)
        self.responses[action.id] = action
        self.transport.write(str(action).encode())
        future: asyncio.Future[AmiResponse] = action.future
        return future

    def data_received(self, data: bytes) -> None:
        self.read_at, self.read_monotonic = self._clock.now(), self._clock.monotonic()
        try:
            malformed = self._parser.malformed_lines
            frames = self._parser.feed(data)
            if self._parser.malformed_lines != malformed:
                MALFORMED.inc(self._parser.malformed_lines - malformed)
            if self._parser.protocol_version is not None and not self.greeted.done():
                self.version = self._parser.protocol_version
                self.greeted.set_result(self.version)
            events = [frame for frame in frames if not self._belongs_to_answer(frame)]
            if events:
                self._heard(events, self.read_at, self.read_monotonic)
        except FramingError as error:
            self.drop(str(error))
        except Exception as error:  # The reader outlives its own faults: a link that dies silently is worse.
            log.exception("ami.reader_failed")
            self.drop(f"fault in reading: {error!r}")

    def _belongs_to_answer(self, frame: AmiFrame) -> bool:
        action_id = frame.get("ActionID")
        if action_id is not None and isinstance(action_id, str):
            action = self.responses.get(action_id)
            # Kept until its answer is whole even when nobody waits any more, lest a late list pass for events.
            if action is not None and (complete := action.add_frame(frame)) is not None:
                if complete:
                    del self.responses[action_id]
                return True
        if "Event" in frame:
            if frame["Event"] == "Shutdown":
                how = "restarting" if text(frame, "Restart") == "True" else "shutting down"
                self._shutdown = f"Asterisk is {how}"
            return False
        if "Response" in frame:
            # Late, for somebody who gave up; or without an ActionID, which Asterisk does to what it could not read.
            UNMATCHED.inc()
            log.warning("ami.unmatched_response", response=text(frame, "Response"), message=text(frame, "Message"))
        else:
            MALFORMED.inc()
        return True

    @property
    def reason(self) -> str | None:
        """Why the connection ended, None while it lasts."""
        return self.lost.result() if self.lost.done() else None

    def drop(self, reason: str) -> None:
        """End the connection because of `reason`: at once, every pending action fails with it."""
        if not self.lost.done():
            self.lost.set_result(reason)
        self.closed = True
        if self.transport is not None:
            self.transport.abort()
        for action in list(self.responses.values()):
            if not action.future.done():
                action.future.set_exception(LinkDown(f"{action['Action']} got no answer: {reason}"))
                # Nobody may be waiting any more; asyncio must not complain about that.
                action.future.exception()
        self.responses.clear()

    def close(self) -> None:
        """End the connection on our side."""
        self.drop("closed by Ringdesk")

    def connection_lost(self, exc: Exception | None) -> None:
        if self._parser.unfinished:
            TRUNCATED.inc()
        self.drop(self._shutdown or (f"connection lost: {exc}" if exc else "Asterisk closed the connection"))

    def handle_message(self, message: Any) -> None:
        raise AssertionError("panoramisk's own parser is not used")


def reason_of_failure(error: BaseException, host: str, port: int) -> str:
    """What to tell a person about a connection that could not be made."""
    if isinstance(error, ConnectionRefusedError):
        return f"nothing listens at {host}:{port}: Asterisk is down, or manager.conf has another port or bindaddr"
    if isinstance(error, TimeoutError):
        return f"{host}:{port} did not answer in time: check host, port and firewall"
    if isinstance(error, OSError):
        return f"{host}:{port} cannot be reached: {error.strerror or error}"
    return f"{host}:{port}: {error}"
