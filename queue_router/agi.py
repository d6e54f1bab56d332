"""FastAGI: panoramisk's server, hardened for calls that come from anywhere.

Why not panoramisk's own handler: it waits for ever (and in a busy loop) for the head of a connection that closes in
the middle of it, takes a head of any size, puts any text into a command, never times out on an answer, and takes a
variable whose value is `hangup` for a hangup.
"""

from __future__ import annotations

import asyncio
import re
import socket
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, cast

import structlog
from panoramisk import fast_agi

HEAD_SECONDS = 2.0
HEAD_LIMIT = 16 * 1024
LINE_LIMIT = 64 * 1024
COMMAND_LIMIT = 2000
"""Bytes of a command: Asterisk reads it into 2048 and takes the rest for the next command."""
COMMAND_SECONDS = 2.0

_ANSWER = re.compile(r"(?P<code>\d{3})(?P<more>[ -])(?P<text>.*)", re.DOTALL)
_RESULT = re.compile(r"result=(?P<value>-?\w*)(?: \((?P<data>.*)\))?(?: endpos=\d+)?", re.DOTALL)

log = structlog.get_logger(__name__)


class AgiError(Exception):
    """Asterisk refused a command, or did not answer as the protocol says."""


class AgiHangup(AgiError):
    """The caller's channel, or the connection, is gone: there is nothing more to say."""


class Unquotable(ValueError):
    """A text that has no place in an AGI command."""


def quote(text: str) -> str:
    """`text` as one argument of an AGI command, in quotes.

    Refuses (`Unquotable`) quotes, backslashes and control characters, line breaks among them. They could be escaped,
    but nothing that we send holds any, Asterisk's parsers behind the first one have other rules for them, and so a
    value that does is somebody's attempt or a fault.
    """
    for character in text:
        if character in '"\\\x7f' or character < " " or "\x80" <= character <= "\x9f":
            raise Unquotable(f"{character!r} in an argument of an AGI command")
    return f'"{text}"'


@dataclass(frozen=True, slots=True)
class AgiAnswer:
    """What Asterisk answered: the result, and what stood in brackets behind it."""

    result: str
    data: str | None


class AgiSession(fast_agi.Request):
    """One conversation with Asterisk about one channel."""

    headers: Mapping[str, str]
    writer: asyncio.StreamWriter
    reader: asyncio.StreamReader

    async def command(self, verb: str, *arguments: str, timeout: float | None = COMMAND_SECONDS) -> AgiAnswer:
        """Have Asterisk carry out `verb` (ours, never a value from outside) with `arguments`, each of them quoted.

        `AgiHangup` when the channel is gone, `AgiError` when Asterisk refuses, `TimeoutError` after `timeout` seconds
        (None: as long as it takes). After a time-out the conversation is out of step and must end.
        """
        line = " ".join([verb, *map(quote, arguments)]).encode()
        if len(line) > COMMAND_LIMIT:
            raise Unquotable(f"an AGI command of {len(line)} bytes; Asterisk takes {COMMAND_LIMIT}")
        async with asyncio.timeout(timeout):
            try:
                self.writer.write(line + b"\n")
                await self.writer.drain()
                return await self._answer(verb)
            except (ConnectionError, asyncio.IncompleteReadError) as error:
                raise AgiHangup("the connection is gone") from error

    async def send_command(self, command: str) -> Any:
        """Not for use: a command in one piece cannot be checked."""
        raise NotImplementedError("use command(verb, *arguments)")

    async def _answer(self, verb: str) -> AgiAnswer:
        has_hung_up = False
        while True:
            line = await self._line()
            if line == "HANGUP":
                # Said as soon as the caller hangs up; the answer to a command that still runs may follow.
                has_hung_up = True
                continue
            answer = _ANSWER.fullmatch(line)
            if answer is None:
                raise AgiError(f"no answer of AGI: {line[:100]!r}")
            code = int(answer["code"])
            if code == 100:
                continue
            if code == 511 or has_hung_up:
                raise AgiHangup("the channel is dead")
            if code == 520 and answer["more"] == "-":
                while not (await self._line()).startswith("520"):
                    pass
            if code != 200:
                raise AgiError(f"{verb} was refused: {line[:100]!r}")
            result = _RESULT.fullmatch(answer["text"])
            if result is None:
                raise AgiError(f"no result in the answer to {verb}: {line[:100]!r}")
            return AgiAnswer(result["value"], result["data"])

    async def _line(self) -> str:
        try:
            line = await self.reader.readuntil(b"\n")
        except asyncio.LimitOverrunError as error:
            raise AgiError("an answer without end") from error
        return line.decode("utf-8", "replace").rstrip("\r\n")


Script = Callable[[AgiSession], Awaitable[None]]


class AgiServer(fast_agi.Application):
    """Serves AGI scripts by name. What a script raises is logged, and Asterisk goes on in its dialplan."""

    def __init__(self) -> None:
        # The loop is only kept by panoramisk, never used; asking for one here would tie us to a running loop.
        super().__init__(loop=False)  # type: ignore[no-untyped-call]
        self._server: asyncio.Server | None = None
        self._sessions: set[asyncio.Task[Any]] = set()

    def add_script(self, name: str, script: Script) -> None:
        """Serve `script` at `agi://host:port/name`."""
        self.add_route(name, script)  # type: ignore[no-untyped-call]

    async def start(self, host: str, port: int) -> int:
        """Listen; the port is returned (0 takes a free one). `OSError` when it is taken."""
        self._server = await asyncio.start_server(self.handler, host, port, limit=LINE_LIMIT)
        listening: int = self._server.sockets[0].getsockname()[1]
        return listening

    @property
    def is_listening(self) -> bool:
        """Whether Asterisk can reach us."""
        return self._server is not None and self._server.is_serving()

    async def stop(self) -> None:
        """Listen no more and end the conversations. Talks go on; what rings goes on as the dialplan says."""
        if self._server is not None:
            self._server.close()
        sessions = list(self._sessions)
        for session in sessions:
            session.cancel()
        await asyncio.gather(*sessions, return_exceptions=True)

    async def handler(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection of Asterisk."""
        task = cast("asyncio.Task[None]", asyncio.current_task())
        self._sessions.add(task)
        try:
            await self._serve(reader, writer)
        except asyncio.CancelledError:
            # Only `stop` cancels us; start_server's own callback would report it as an error.
            log.info("an AGI conversation was ended because the service stops")
        finally:
            self._sessions.discard(task)
            writer.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connection: socket.socket | None = writer.get_extra_info("socket")
        if connection is not None:
            # A call may last for hours without a word on this connection: notice when the other machine is gone.
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        try:
            headers = await read_head(reader)
        except (TimeoutError, AgiError, ConnectionError) as error:
            log.warning("a connection that is no FastAGI", error=str(error) or "no head in time")
            return
        name = headers.get("agi_network_script", "").split("?")[0]
        script: Script | None = self._route.get(name)
        if script is None:
            log.error("Asterisk asks for an AGI script that is not there", script=name[:100])
            return
        try:
            await script(AgiSession(self, headers, reader, writer))  # type: ignore[no-untyped-call]
        except AgiHangup:
            log.info("the caller hung up during an AGI script", script=name, channel=headers.get("agi_uniqueid"))
        except Exception:
            log.exception("an AGI script failed", script=name, channel=headers.get("agi_uniqueid"))


async def read_head(reader: asyncio.StreamReader) -> dict[str, str]:
    """The variables with which Asterisk begins. `TimeoutError`, or `AgiError` when it is cut off, too long or none."""
    headers: dict[str, str] = {}
    size = 0
    async with asyncio.timeout(HEAD_SECONDS):
        while True:
            try:
                line = await reader.readuntil(b"\n")
            except asyncio.IncompleteReadError as error:
                raise AgiError("the head was cut off") from error
            except asyncio.LimitOverrunError as error:
                raise AgiError("the head has a line without end") from error
            size += len(line)
            if size > HEAD_LIMIT:
                raise AgiError(f"the head has more than {HEAD_LIMIT} bytes")
            text = line.decode("utf-8", "replace").rstrip("\r\n")
            if not text:
                return headers
            name, separator, value = text.partition(":")
            if not separator or not name.startswith("agi_"):
                raise AgiError(f"no AGI variable: {text[:100]!r}")
            # The first of a name is Asterisk's own; a later one could only come from inside a value.
            headers.setdefault(name, value.strip())
