"""A real SIP phone without a screen, driven from Python: one baresip process a phone.

The phone registers (or just calls), rings, is answered, speaks a WAV file, holds, transfers, rejects. Everything that
happens to it is told as a `PhoneEvent`, stamped when it was read. Tests and the demo use it for callers and agents.

What baresip 1.1 does that shapes this file:
- it hangs up when its audio file ends, so the file that it gets is the speech followed by silence (`silence_after`);
- it tells nothing of a hold of its own, but that its re-INVITE was answered;
- rejecting sends 486 and nothing else; another code needs a sipp scenario;
- it has no attended transfer: use Asterisk's feature code (`send_dtmf`) or a sipp scenario.
"""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
import json
import re
import tempfile
import time
import wave
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from itertools import count
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from kernel.errors import Complaint
from ringdesk.asterisk.ports import free_ports
from ringdesk.asterisk.tools import Tool, baresip_modules, find

SAMPLE_RATE = 8000
START_TIMEOUT = 30.0
COMMAND_TIMEOUT = 15.0
EVENTS_KEPT = 10_000
PORT_ATTEMPTS = 3
LONGEST_MESSAGE = 1_000_000

MODULES = ("g711.so", "aubridge.so", "aufile.so")
APPLICATIONS = ("menu.so", "ctrl_tcp.so")


class PhoneError(Complaint):
    """The phone could not start, refused a command, or something awaited did not happen in time."""


class PhoneEventKind(StrEnum):
    REGISTERING = "registering"
    REGISTERED = "registered"
    REGISTER_FAILED = "register_failed"
    UNREGISTERING = "unregistering"
    INCOMING = "incoming"
    DIALING = "dialing"
    PROGRESS = "progress"
    RINGING = "ringing"
    ANSWERED = "answered"
    ESTABLISHED = "established"
    CLOSED = "closed"
    HELD = "held"
    RESUMED = "resumed"
    DTMF = "dtmf"
    DTMF_END = "dtmf_end"
    TRANSFER = "transfer"
    TRANSFER_FAILED = "transfer_failed"
    SPEECH_ENDED = "speech_ended"
    OTHER = "other"


_KINDS = {
    "REGISTERING": PhoneEventKind.REGISTERING,
    "REGISTER_OK": PhoneEventKind.REGISTERED,
    "REGISTER_FAIL": PhoneEventKind.REGISTER_FAILED,
    "UNREGISTERING": PhoneEventKind.UNREGISTERING,
    "CALL_INCOMING": PhoneEventKind.INCOMING,
    "CALL_OUTGOING": PhoneEventKind.DIALING,
    "CALL_PROGRESS": PhoneEventKind.PROGRESS,
    "CALL_RINGING": PhoneEventKind.RINGING,
    "CALL_ANSWERED": PhoneEventKind.ANSWERED,
    "CALL_ESTABLISHED": PhoneEventKind.ESTABLISHED,
    "CALL_CLOSED": PhoneEventKind.CLOSED,
    "CALL_HOLD": PhoneEventKind.HELD,
    "CALL_RESUME": PhoneEventKind.RESUMED,
    "CALL_DTMF_START": PhoneEventKind.DTMF,
    "CALL_DTMF_END": PhoneEventKind.DTMF_END,
    "CALL_TRANSFER": PhoneEventKind.TRANSFER,
    "CALL_TRANSFER_FAILED": PhoneEventKind.TRANSFER_FAILED,
}


@dataclass(frozen=True, slots=True)
class PhoneEvent:
    """Something happened at a phone.

    `at` (aware UTC) and `monotonic` (seconds of `time.monotonic`) tell when this process read it. `call` is the phone's
    own id of the call, `peer` the other side's number (the user part of its SIP address), `peer_name` its display name,
    `detail` baresip's parameter: the reason of `closed` and `register_failed`, the digit of `dtmf`, the target of
    `transfer`. `type` is baresip's own name of the event.
    """

    kind: PhoneEventKind
    type: str
    at: datetime
    monotonic: float
    call: str | None = None
    peer: str | None = None
    peer_name: str | None = None
    detail: str = ""
    outgoing: bool = False


@dataclass(frozen=True, slots=True)
class Program:
    """How to start baresip: the words before its arguments, and where its modules lie."""

    argv: tuple[str, ...]
    modules: Path

    @classmethod
    def of(cls, baresip: Tool) -> Program:
        """The baresip that `ringdesk.asterisk.tools` found. Raises ToolMissing where its modules are not there."""
        return cls(baresip.argv, baresip_modules(baresip))


@dataclass(frozen=True, slots=True)
class Answer:
    """What the person at the phone does when it rings."""

    action: str
    seconds: float = 0.0

    @classmethod
    def at_once(cls) -> Answer:
        """Answer as soon as it rings."""
        return cls("answer")

    @classmethod
    def after(cls, seconds: float) -> Answer:
        """Let it ring for `seconds`, then answer."""
        return cls("answer", seconds)

    @classmethod
    def never(cls) -> Answer:
        """Let it ring; `SoftPhone.answer` and `reject` still work."""
        return cls("ring")

    @classmethod
    def reject(cls, after: float = 0.0) -> Answer:
        """Refuse with 486 after `after` seconds."""
        return cls("reject", after)


def encode_netstring(message: bytes) -> bytes:
    """`message` framed as a netstring: its length in decimal, a colon, itself, a comma."""
    return b"%d:%b," % (len(message), message)


async def read_netstring(reader: asyncio.StreamReader, longest: int = LONGEST_MESSAGE) -> bytes:
    """The next netstring's content. Raises ValueError on bad framing, IncompleteReadError at the stream's end."""
    head = await reader.readuntil(b":")
    if not re.fullmatch(rb"(0|[1-9][0-9]{0,8}):", head) or (size := int(head[:-1])) > longest:
        raise ValueError(f"netstring: bad length {head[:20]!r}")
    body = await reader.readexactly(size + 1)
    if body[-1:] != b",":
        raise ValueError("netstring: no comma at its end")
    return body[:-1]


def user_part(uri: str) -> str | None:
    """The user part of a SIP address (`sip:1001@host` is `1001`), None where it has none."""
    found = re.search(r"sips?:([^@;>]+)@", uri)
    return found[1] if found else None


def parse_event(message: Mapping[str, Any], at: datetime, monotonic: float) -> PhoneEvent:
    """baresip's JSON object of an event as a `PhoneEvent`."""
    kind_name = str(message.get("type", ""))
    detail = str(message.get("param", ""))
    kind = _KINDS.get(kind_name, PhoneEventKind.OTHER)
    name = message.get("peerdisplayname")
    if kind_name == "AUDIO_ERROR" and detail.endswith("end of file"):
        kind = PhoneEventKind.SPEECH_ENDED
    return PhoneEvent(
        kind=kind,
        type=kind_name,
        at=at,
        monotonic=monotonic,
        call=message.get("id"),
        peer=user_part(str(message.get("peeruri", ""))),
        peer_name=re.sub(r"\\(.)", r"\1", name) if name else None,
        detail=detail,
        outgoing=message.get("direction") == "outgoing",
    )


def account_line(
    account: str,
    registrar: str,
    *,
    secret: str | None = None,
    display_name: str = "",
    register: bool = True,
) -> str:
    """An account as baresip reads it. Raises ValueError naming the parameter that cannot be written there.

    A quote or a backslash in `display_name` arrives with one backslash too many: baresip escapes what is escaped.
    """
    if not re.fullmatch(r"[A-Za-z0-9_.+*#-]{1,64}", account):
        raise ValueError(f"account: {account!r} is not a SIP user of letters, digits and _ . + * # -")
    if not re.fullmatch(r"[A-Za-z0-9.\[\]:-]+", registrar):
        raise ValueError(f"registrar: {registrar!r} is not HOST:PORT")
    if secret is not None and not re.fullmatch(r"[!#-:=?-~]+", secret):
        raise ValueError('secret: may hold visible ASCII only, without " ; < and >')
    if any(ord(c) < 32 or ord(c) == 127 for c in display_name):
        raise ValueError("display_name: holds a control character")
    quoted = display_name.replace("\\", "\\\\").replace('"', '\\"')
    name = f'"{quoted}" ' if display_name else ""
    words = [f"{name}<sip:{account}@{registrar};transport=udp>"]
    if secret is not None:
        words += [f"auth_user={account}", f"auth_pass={secret}"]
    words += [f"regint={600 if register else 0}", "answermode=manual", "mwi=no"]
    return ";".join(words)


def config_text(modules: Path, control_port: int) -> str:
    """baresip's `config` file: loopback only, a sink for what is heard, `speech.wav` for what is said."""
    lines = [
        "sip_listen 127.0.0.1:0",
        "net_interface 127.0.0.1",
        f"ctrl_tcp_listen 127.0.0.1:{control_port}",
        "call_local_timeout 3600",
        "call_max_calls 4",
        "call_hold_other_calls yes",
        # The player has to be a sink: the file player crashes on resume and on a second call.
        "audio_player aubridge,sink",
        "audio_alert aubridge,alert",
        "audio_source aufile,speech.wav",
        "statmode_default off",
        "ringback_disabled yes",
        f"module_path {modules}",
        *(f"module {name}" for name in MODULES),
        "module_tmp uuid.so",
        "module_tmp account.so",
        *(f"module_app {name}" for name in APPLICATIONS),
    ]
    return "\n".join(lines) + "\n"


def speech_frames(path: Path) -> bytes:
    """The samples of an 8 kHz mono 16-bit WAV. Raises ValueError saying what is wrong with another."""
    with wave.open(str(path), "rb") as source:
        shape = (source.getframerate(), source.getnchannels(), source.getsampwidth())
        if shape != (SAMPLE_RATE, 1, 2):
            raise ValueError(
                f"speaks: {path} is {shape[0]} Hz, {shape[1]} channels, {8 * shape[2]} bit, not 8000, 1, 16"
            )
        return source.readframes(source.getnframes())


class SoftPhone:
    """One phone; `async with` starts it (and waits until it is registered, where it registers) and ends it.

    `account` is the SIP user (a caller's number for phones that do not register), `registrar` Asterisk's `HOST:PORT`,
    `speaks` an 8 kHz mono 16-bit WAV that is said from its beginning at each answer, followed by `silence_after`
    seconds of silence, after which the phone hangs up by itself. `directory` keeps its files (a temporary one, removed
    at the end, where None). `program` None: the baresip that `tools.find` finds. Raises ToolMissing, PhoneError where
    the phone does not start or register, ValueError on bad values.
    """

    def __init__(
        self,
        account: str,
        secret: str | None,
        registrar: str,
        *,
        program: Program | None = None,
        speaks: Path | None = None,
        display_name: str = "",
        register: bool = True,
        answer: Answer | None = None,
        silence_after: float = 300.0,
        directory: Path | None = None,
    ) -> None:
        self.account = account
        self.registrar = registrar
        self.register = register
        self.answers = answer or Answer.never()
        self.events: list[PhoneEvent] = []
        self._program = program or Program.of(find("baresip"))
        self._speaks = speaks
        self._silence_after = silence_after
        self._given_directory = directory
        self._directory = directory or Path()
        self._account_line = account_line(
            account,
            registrar,
            secret=secret,
            display_name=display_name,
            register=register,
        )
        self._process: asyncio.subprocess.Process | None = None
        self._writer: asyncio.StreamWriter | None = None
        self._reader_task: asyncio.Task[None] | None = None
        self._habits: set[asyncio.Task[None]] = set()
        self._tokens = count(1)
        self._replies: dict[str, asyncio.Future[Mapping[str, Any]]] = {}
        self._forgotten = 0
        self._cursor = 0
        self._changed = asyncio.Event()
        self._temporary: tempfile.TemporaryDirectory[str] | None = None
        self._dead: PhoneError | None = None

    def __repr__(self) -> str:
        return f"SoftPhone({self.account!r})"

    @property
    def pid(self) -> int | None:
        """The process id of the phone while it lives."""
        return self._process.pid if self._process and self._process.returncode is None else None

    async def __aenter__(self) -> Self:
        try:
            await self._start()
            if self.register:
                heard = await self.wait_for(
                    PhoneEventKind.REGISTERED, PhoneEventKind.REGISTER_FAILED, timeout=START_TIMEOUT
                )
                if heard.kind is PhoneEventKind.REGISTER_FAILED:
                    raise PhoneError(f"{self.account}: not registered at {self.registrar}: {heard.detail}")
        except BaseException:
            await self.close()
            raise
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def dial(self, target: str) -> str:
        """Call `target`, a number at the registrar or a whole SIP address; gives the call's id.

        Returns when the INVITE has been sent. Raises PhoneError where the phone refuses.
        """
        if any(c.isspace() or c in '"<>' for c in target) or not target:
            raise ValueError(f"target: {target!r} is not a number or a SIP address")
        uri = target if target.startswith("sip:") else f"sip:{target}@{self.registrar};transport=udp"
        answer = await self._command("dial", uri)
        found = re.search(r"call id: (\S+)", answer)
        if not found:
            raise PhoneError(f"{self.account}: dial {target}: {answer.strip() or 'no call'}")
        return found[1]

    async def answer(self, call: str | None = None) -> None:
        """Pick up the ringing call (the named one, else the current one)."""
        await self._command("acceptdir", "sendrecv" + (f" {call}" if call else ""))

    async def hangup(self) -> None:
        """End the current call, or refuse it (486) while it rings, or give up while it is being dialled."""
        await self._command("hangup")

    async def reject(self) -> None:
        """Refuse the ringing call: the other side gets 486 Busy Here (this baresip can send no other code)."""
        await self._command("hangup")

    async def hold(self) -> None:
        """Put the current call on hold: a re-INVITE with a=sendonly, and its answer awaited."""
        since = self.mark()
        await self._command("hold")
        await self._reinvited(PhoneEventKind.HELD, since)

    async def resume(self) -> None:
        """Take the held call back: a re-INVITE with a=sendrecv, and its answer awaited."""
        since = self.mark()
        # It resumes the held call and then reports that there was no other to put on hold instead.
        await self._command("resume", pardoned="Invalid argument")
        await self._reinvited(PhoneEventKind.RESUMED, since)

    async def _reinvited(self, kind: PhoneEventKind, since: int) -> None:
        try:
            answered = await self.wait_for(PhoneEventKind.ANSWERED, timeout=COMMAND_TIMEOUT, since=since)
        except PhoneError as error:
            raise PhoneError(f"{self.account}: not {kind}, the other side did not agree: {error}") from error
        self._happened(dataclasses.replace(answered, kind=kind, type="", detail=""))

    async def send_dtmf(self, digits: str) -> None:
        """Press keys in the current call (RFC 4733), one after the other."""
        if not re.fullmatch(r"[0-9A-D*#]+", digits):
            raise ValueError(f"digits: {digits!r} holds something that is no key")
        await self._command("sndcode", digits)

    async def speak(self, speech: Path) -> None:
        """Say another WAV (8 kHz, mono, 16 bit) from its beginning in the running call, and then be silent again.

        For a caller who is answered by a machine first and talks when a person is there.
        """
        name = f"speech-{next(self._tokens)}.wav"
        self._write_speech(self._directory / name, speech)
        await self._command("ausrc", f"aufile,{name}")

    async def blind_transfer(self, target: str) -> None:
        """Send REFER to `target` (a number at the registrar): the phone holds the call and gives it away."""
        if not re.fullmatch(r"[A-Za-z0-9_.+*#-]+", target):
            raise ValueError(f"target: {target!r} is not a number")
        await self._command("transfer", f"sip:{target}@{self.registrar}")

    def mark(self) -> int:
        """How many events there were until now: the `since` of a later `wait_for`."""
        return self._forgotten + len(self.events)

    async def wait_for(
        self, *kinds: PhoneEventKind, timeout: float, call: str | None = None, since: int | None = None
    ) -> PhoneEvent:
        """The first event of one of `kinds` (of that `call`, where given), at most `timeout` seconds away.

        The search begins after the event that the last `wait_for` gave, and skips what it does not want; with `since`
        (a `mark`) it begins there and moves nothing, for a second watcher of the same phone. Raises PhoneError, telling
        what came instead, on time-out and when the phone dies.
        """
        position = self._cursor if since is None else since
        passed: list[str] = []
        try:
            async with asyncio.timeout(timeout):
                while True:
                    for event in self.events[max(0, position - self._forgotten) :]:
                        position += 1
                        if event.kind in kinds and call in (None, event.call):
                            if since is None:
                                self._cursor = position
                            return event
                        passed.append(event.kind)
                    if self._dead:
                        raise self._dead
                    await self._changed.wait()
        except TimeoutError:
            wanted, came = " or ".join(kinds), ", ".join(passed) or "nothing"
            raise PhoneError(f"{self.account}: no {wanted} within {timeout:g} s, but {came}") from None

    async def stream(self) -> AsyncIterator[PhoneEvent]:
        """Every event from now on, as it comes, until the phone ends."""
        position = self.mark()
        while True:
            for event in self.events[max(0, position - self._forgotten) :]:
                position += 1
                yield event
            if self._dead:
                return
            await self._changed.wait()

    async def close(self) -> None:
        """End the phone: SIGTERM (it unregisters and says BYE), after two seconds SIGKILL; its directory is removed."""
        for habit in self._habits:
            habit.cancel()
        process = self._process
        if process is not None and process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                process.terminate()
            try:
                async with asyncio.timeout(2):
                    await process.wait()
            except TimeoutError:
                with contextlib.suppress(ProcessLookupError):
                    process.kill()
                await process.wait()
        if self._reader_task is not None:
            self._reader_task.cancel()
            await asyncio.wait([self._reader_task])
        if self._writer is not None:
            self._writer.close()
            self._writer = None
        self._die(PhoneError(f"{self.account}: the phone has ended"))
        if self._temporary is not None:
            self._temporary.cleanup()
            self._temporary = None

    async def _start(self) -> None:
        directory = self._prepare()
        async with asyncio.timeout(START_TIMEOUT):
            for _ in range(PORT_ATTEMPTS):
                [port] = free_ports(1)
                (directory / "config").write_text(config_text(self._program.modules, port), encoding="utf-8")
                if await self._run(directory, port):
                    await self._command("uanew", self._account_line)
                    return
        raise PhoneError(f"{self.account}: baresip ended as it started: {self._last_words(directory)}")

    def _prepare(self) -> Path:
        if self._given_directory is None:
            self._temporary = tempfile.TemporaryDirectory(prefix="ringdesk-phone-")
        directory = Path(self._temporary.name if self._temporary else self._given_directory or ".")
        directory.mkdir(parents=True, exist_ok=True)
        self._directory = directory
        self._write_speech(directory / "speech.wav", self._speaks)
        # The account is made over the control connection, so that what follows from it is heard from the first event.
        for name in ("accounts", "contacts"):
            (directory / name).write_text("", encoding="utf-8")
        return directory

    async def _run(self, directory: Path, port: int) -> bool:
        """Start baresip and connect to it; False where it ends at once, as when somebody took the port meanwhile."""
        with (directory / "log").open("wb") as log:
            # setpriv (util-linux) has the kernel end the phone when we die, however we die.
            # (It is bound to the thread that starts the phone: let that be one which lives as long as the program.)
            self._process = await asyncio.create_subprocess_exec(
                "setpriv",
                "--pdeathsig",
                "TERM",
                *self._program.argv,
                "-f",
                ".",
                cwd=directory,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        while self._process.returncode is None:
            try:
                reader, self._writer = await asyncio.open_connection("127.0.0.1", port)
            except ConnectionRefusedError:
                # No event tells that it listens; a connection that is refused costs nothing.
                await asyncio.sleep(0.02)
                continue
            self._reader_task = asyncio.create_task(self._read(reader), name=f"phone {self.account}")
            return True
        return False

    def _last_words(self, directory: Path) -> str:
        lines = (directory / "log").read_text(encoding="utf-8", errors="replace").strip().splitlines()
        return lines[-1] if lines else "it said nothing"

    def _write_speech(self, path: Path, speech: Path | None) -> None:
        said = speech_frames(speech) if speech else b""
        with wave.open(str(path), "wb") as target:
            target.setnchannels(1)
            target.setsampwidth(2)
            target.setframerate(SAMPLE_RATE)
            target.writeframes(said)
            target.writeframes(bytes(2 * int(SAMPLE_RATE * self._silence_after)))

    async def _command(self, name: str, parameters: str = "", pardoned: str = "") -> str:
        """What baresip answers to a command. Raises PhoneError where it fails, or says nothing in time.

        A failure with the words `pardoned` is none.
        """
        if self._dead or self._writer is None:
            raise self._dead or PhoneError(f"{self.account}: the phone has not been started")
        token = str(next(self._tokens))
        reply: asyncio.Future[Mapping[str, Any]] = asyncio.get_running_loop().create_future()
        self._replies[token] = reply
        try:
            message = {"command": name, "params": parameters, "token": token}
            self._writer.write(encode_netstring(json.dumps(message).encode()))
            async with asyncio.timeout(COMMAND_TIMEOUT):
                answer = await reply
        except TimeoutError:
            raise PhoneError(f"{self.account}: no answer to {name} within {COMMAND_TIMEOUT:g} s") from None
        finally:
            del self._replies[token]
        said = str(answer.get("data", ""))
        if not answer.get("ok") and said.strip() != (pardoned or None):
            raise PhoneError(f"{self.account}: {name} {parameters}: {said.strip() or 'refused'}")
        return said

    async def _read(self, reader: asyncio.StreamReader) -> None:
        try:
            while True:
                message = json.loads(await read_netstring(reader))
                at, monotonic = datetime.now(UTC), time.monotonic()
                if message.get("response"):
                    reply = self._replies.get(str(message.get("token")))
                    if reply is not None and not reply.done():
                        reply.set_result(message)
                elif message.get("event"):
                    self._happened(parse_event(message, at, monotonic))
        except (asyncio.IncompleteReadError, ConnectionError):
            self._die(PhoneError(f"{self.account}: the phone has ended by itself"))
        except ValueError as error:
            self._die(PhoneError(f"{self.account}: the phone talks nonsense: {error}"))

    def _happened(self, event: PhoneEvent) -> None:
        self.events.append(event)
        if len(self.events) > EVENTS_KEPT:
            dropped = EVENTS_KEPT // 2
            del self.events[:dropped]
            self._forgotten += dropped
        self._wake()
        if event.kind is PhoneEventKind.INCOMING and (self.answers.action != "ring"):
            habit = asyncio.create_task(self._react(event), name=f"phone {self.account} reacts")
            self._habits.add(habit)
            habit.add_done_callback(self._habits.discard)

    async def _react(self, incoming: PhoneEvent) -> None:
        # How long a simulated person takes to reach for the phone: the one place where time itself is what is awaited.
        await asyncio.sleep(self.answers.seconds)
        # The caller may have given up meanwhile, and then there is nothing to answer.
        with contextlib.suppress(PhoneError):
            if self.answers.action == "reject":
                await self.reject()
            else:
                await self.answer(incoming.call)

    def _wake(self) -> None:
        self._changed.set()
        self._changed = asyncio.Event()

    def _die(self, reason: PhoneError) -> None:
        if self._dead is not None:
            return
        self._dead = reason
        for reply in self._replies.values():
            if not reply.done():
                reply.set_exception(reason)
        self._wake()
