"""What Ringdesk asks of Asterisk: each command is done when an event proves it, else it fails.

Asterisk's `Success` means different things. What proves each command here was tried on Asterisk 22:

| command | `Success` means | done when |
| --- | --- | --- |
| Originate | queued | OriginateResponse, which is sent when the far end answered or did not |
| Redirect | flagged | the given proof; else the channel is seen to leave what it did, or to do something there |
| Hangup | flagged | Hangup |
| Bridge | both are on their way | BridgeEnter of both into one bridge |
| Play | queued | ChanSpyStart: the sound's channel whispers to the channel |
| PauseQueueMember | done | QueueMemberPause |
| SetVariable, SetGlobal, Mute | done, before the answer is sent | the answer |
| SendDtmf | queued | the answer: Asterisk tells nobody when it has sent a digit |
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, TypeVar, cast

from kernel.messages import Command
from pbx.errors import ActionRefused, ActionTimeout, CommandFailed, CommandTimeout, InvalidHeader
from pbx.events import AmiEvent, AmiFrame, text
from pbx.link import AmiLink, Expectation
from pbx.protocol import AmiResponse, new_action_id

R = TypeVar("R")

_VARIABLE = re.compile(r"_{0,2}[A-Za-z][A-Za-z0-9_]*\Z")
_FUNCTION = re.compile(r"[A-Z][A-Z0-9_]*\([A-Za-z0-9_,.:@/-]*\)\Z")
_SOUND = re.compile(r"[A-Za-z0-9_/][A-Za-z0-9_./+~-]*\Z")
_DIGITS = re.compile(r"[0-9A-D*#]\Z")
_SPLITTERS = re.compile(r'([\\",()\[\]])')
ESCAPED = r"\\\1"
_UNSAFE_IN_ARGUMENT = re.compile(r"[,&|()\"\\$]")

SHOWS_REDIRECT = frozenset(
    {
        *(
            "DialBegin",
            "BridgeEnter",
            "QueueCallerJoin",
            "ConfbridgeJoin",
            "ParkedCall",
            "Newexten",
            "MusicOnHoldStart",
        ),
        *("BridgeLeave", "QueueCallerLeave", "QueueCallerAbandon", "ConfbridgeLeave", "MusicOnHoldStop"),
    }
)
"""Events of a channel that begins something, or was taken out of something. With the new context and extension in them
they prove a Redirect: Asterisk writes those when it flags the channel, so alone they prove nothing."""


@dataclass(frozen=True, slots=True)
class Proof:
    """An event that proves a command: its kind is one of `names`, and each of `headers` has that value.

    Plain data, so that a command can travel to the process that owns the link.
    """

    names: frozenset[str]
    headers: Mapping[str, str] = field(default_factory=dict)

    def holds(self, event: AmiEvent) -> bool:
        return text(event, "Event") in self.names and all(
            text(event, header) == value for header, value in self.headers.items()
        )


class MuteDirection(StrEnum):
    """Whom a mute silences: what the channel's party says (`IN`), what it hears (`OUT`), or both."""

    IN = "in"
    OUT = "out"
    BOTH = "all"


@dataclass(frozen=True, slots=True)
class Originated:
    """The channel that an Originate made, and that was answered."""

    channel: str
    uniqueid: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Originate(Command[Originated]):
    """Call `channel` (`PJSIP/1001`), and when it answers send it to `context`,`exten`,`priority`, or run `application`.

    `ring_seconds` is how long it rings. Variables are set on the new channel; one that begins with `__` is inherited.
    `data` is `application`'s argument as the dialplan writes it: whoever builds it from outside values escapes them.
    """

    channel: str
    context: str = ""
    exten: str = "s"
    priority: int = 1
    application: str = ""
    data: str = ""
    caller_id: str = ""
    ring_seconds: float = 30.0
    variables: Mapping[str, str] = field(default_factory=dict)
    channel_id: str = ""
    """The Uniqueid to give to the channel, where it must be known beforehand."""
    timeout: float = 5.0
    """Beyond `ring_seconds`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Redirect(Command[AmiFrame]):
    """Send a channel to another place of the dialplan. The answer is the event that proves it.

    `proof` should say what the place does first (an offer: `DialBegin` with the channel's Uniqueid). Without one, the
    channel must be seen to leave its bridge or queue, or to do something else at the new place; a place where it
    does exactly what it did before cannot be proved so.
    To an extension that does not exist Asterisk hangs up: CommandFailed.
    """

    channel: str
    context: str
    exten: str
    priority: int = 1
    proof: Proof | None = None
    timeout: float = 5.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Hangup(Command[AmiFrame]):
    """End a channel; `cause` is a Q.850 cause. The answer is its Hangup event."""

    channel: str
    cause: int = 16
    timeout: float = 5.0


@dataclass(frozen=True, slots=True, kw_only=True)
class SetVariable(Command[None]):
    """Set a variable of a channel, or a function such as `CALLERID(name)`."""

    channel: str
    variable: str
    value: str
    timeout: float = 5.0


@dataclass(frozen=True, slots=True, kw_only=True)
class SetGlobal(Command[None]):
    """Set a global variable of the dialplan."""

    variable: str
    value: str
    timeout: float = 5.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Mute(Command[None]):
    """Silence a channel, or let it be heard again (`on=False`)."""

    channel: str
    on: bool = True
    direction: MuteDirection = MuteDirection.IN
    timeout: float = 5.0


@dataclass(frozen=True, slots=True, kw_only=True)
class SendDtmf(Command[None]):
    """Send digits (0-9, A-D, `*`, `#`) to a channel's party, one after the other, each `milliseconds` long."""

    channel: str
    digits: str
    milliseconds: int = 100
    gap_milliseconds: int = 100
    timeout: float = 5.0


@dataclass(frozen=True, slots=True)
class Playing:
    """A sound that plays: hang up `channel` to stop it."""

    channel: str
    uniqueid: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Play(Command[Playing]):
    """Play a sound file (Asterisk's name for it, without its ending) to a channel's party, whatever the channel does.

    AMI has no such action. A Local channel plays the sound and whispers it (ChanSpy) to the channel, so that only its
    party hears it and its bridge, queue or music goes on. It needs the dialplan's context `<prefix>play`, extension
    `s`, which plays `${RD_PLAY}`. It is done when the whisper begins, a moment before the sound does.
    """

    channel: str
    sound: str
    timeout: float = 5.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Bridge(Command[str]):
    """Let two channels talk, whatever they do. The answer is the bridge's id."""

    channel: str
    other: str
    timeout: float = 5.0


@dataclass(frozen=True, slots=True, kw_only=True)
class PauseQueueMember(Command[None]):
    """Pause a member of app_queue (or let it be called again), in one queue or (`queue=""`) in all of its queues."""

    interface: str
    paused: bool = True
    queue: str = ""
    reason: str = ""
    timeout: float = 5.0


ORIGINATE_REASONS = {
    "0": "no such channel or nothing registered",
    "1": "no answer",
    "3": "no answer in time",
    "5": "busy",
    "8": "congestion",
}


class PbxCommands:
    """Carries commands out over one link.

    Every method raises CommandFailed, CommandTimeout, LinkDown (not sent, or gone before it was proved) and
    InvalidHeader (a value that must not be sent; it names the field).
    """

    def __init__(self, link: AmiLink, *, play_context: str = "ringdesk-play") -> None:
        self._link = link
        self._play_context = play_context
        self._handlers: dict[type[Command[Any]], Callable[[Any], Awaitable[Any]]] = {
            Originate: self.originate,
            Redirect: self.redirect,
            Hangup: self.hangup,
            SetVariable: self.set_variable,
            SetGlobal: self.set_global,
            Mute: self.mute,
            SendDtmf: self.send_dtmf,
            Play: self.play,
            Bridge: self.bridge,
            PauseQueueMember: self.pause_queue_member,
        }

    @property
    def kinds(self) -> tuple[type[Command[Any]], ...]:
        """The commands that can be carried out here, to be owned on a CommandBus."""
        return tuple(self._handlers)

    async def run(self, command: Command[R]) -> R:
        """Carry any of the commands out."""
        return cast(R, await self._handlers[type(command)](command))

    async def originate(self, command: Originate) -> Originated:
        if bool(command.context) == bool(command.application):
            raise InvalidHeader("Originate: give either context (with exten) or application")
        headers: dict[str, str | list[str]] = {
            "Action": "Originate",
            "Channel": command.channel,
            "Timeout": str(round(command.ring_seconds * 1000)),
            "Async": "true",
        }
        if command.context:
            headers |= {"Context": command.context, "Exten": command.exten, "Priority": str(command.priority)}
        else:
            headers |= {"Application": command.application, "Data": command.data}
        if command.caller_id:
            headers["CallerID"] = command.caller_id
        if command.channel_id:
            headers["ChannelId"] = command.channel_id
        if command.variables:
            headers["Variable"] = [
                # Asterisk splits the line at commas, and takes quotes and brackets for its own.
                f"{_variable(name)}={_SPLITTERS.sub(ESCAPED, value)}"
                for name, value in command.variables.items()
            ]
        action_id = new_action_id()
        answer = Proof(frozenset({"OriginateResponse"}), {"ActionID": action_id})
        seconds = command.ring_seconds + command.timeout
        event = await self._prove(command, headers, answer.names, answer.holds, seconds, action_id=action_id)
        if text(event, "Response") != "Success":
            reason = text(event, "Reason")
            raise CommandFailed(f"Originate of {command.channel}: {ORIGINATE_REASONS.get(reason, f'reason {reason}')}")
        return Originated(text(event, "Channel"), text(event, "Uniqueid"))

    async def redirect(self, command: Redirect) -> AmiFrame:
        channel = _channel(command, "channel", command.channel)
        before = None if command.proof else await self._status(command, channel)

        def proves(event: AmiEvent) -> bool:
            if command.proof is not None:
                return command.proof.holds(event)
            return (
                text(event, "Event") in SHOWS_REDIRECT
                and _about(event, channel)
                and (text(event, "Context"), text(event, "Exten")) == (command.context, command.exten)
            )

        def ends(event: AmiEvent) -> bool:
            return text(event, "Event") == "Hangup" and _about(event, channel)

        names = command.proof.names if command.proof else SHOWS_REDIRECT
        headers = {
            "Action": "Redirect",
            "Channel": channel,
            "Context": command.context,
            "Exten": command.exten,
            "Priority": str(command.priority),
        }
        looking: asyncio.Task[None] | None = None
        deadline = asyncio.get_running_loop().time() + command.timeout
        with self._link.expect(names | {"Hangup"}, lambda event: proves(event) or ends(event)) as expectation:
            await self._send(command, headers, command.timeout)
            if before is not None:
                looking = asyncio.create_task(self._look_for_new_place(command, channel, before, expectation))
            try:
                event = await expectation.wait(_until(deadline))
            except TimeoutError:
                raise _unproved(command, command.timeout) from None
            finally:
                if looking is not None:
                    looking.cancel()
                    # Its own faults (the link went away) are those of the expectation too.
                    await asyncio.gather(looking, return_exceptions=True)
        if text(event, "Event") == "Hangup" and not proves(event):
            raise CommandFailed(
                f"Redirect of {channel} to {command.context},{command.exten},{command.priority}: it hung up instead "
                f"(cause {text(event, 'Cause')}). Either its party did, or there is no such extension"
            )
        return event

    async def hangup(self, command: Hangup) -> AmiFrame:
        channel = _channel(command, "channel", command.channel)
        return await self._prove(
            command,
            {"Action": "Hangup", "Channel": channel, "Cause": str(command.cause)},
            frozenset({"Hangup"}),
            lambda event: _about(event, channel),
            command.timeout,
        )

    async def set_variable(self, command: SetVariable) -> None:
        channel = _channel(command, "channel", command.channel)
        await self._setvar(command, command.variable, command.value, command.timeout, channel)

    async def set_global(self, command: SetGlobal) -> None:
        await self._setvar(command, command.variable, command.value, command.timeout)

    async def mute(self, command: Mute) -> None:
        # Not MuteAudio: that needs the class `system`, which is the right to do anything.
        channel = _channel(command, "channel", command.channel)
        value = "on" if command.on else "off"
        await self._setvar(command, f"MUTEAUDIO({command.direction})", value, command.timeout, channel)

    async def send_dtmf(self, command: SendDtmf) -> None:
        channel = _channel(command, "channel", command.channel)
        for digit in command.digits:
            if not _DIGITS.match(digit):
                raise InvalidHeader(f"SendDtmf: digits: {digit!r} is no digit of a phone (0-9, A-D, * and #)")
        length = str(command.milliseconds)
        for index, digit in enumerate(command.digits):
            if index:
                # Asterisk queues each digit's end by itself: without the pause they run into each other.
                await asyncio.sleep((command.milliseconds + command.gap_milliseconds) / 1000)
            headers = {"Action": "PlayDTMF", "Channel": channel, "Digit": digit, "Duration": length}
            await self._send(command, headers, command.timeout)

    async def play(self, command: Play) -> Playing:
        channel = _channel(command, "channel", command.channel)
        if not _SOUND.match(command.sound) or ".." in command.sound:
            raise InvalidHeader(
                f"Play: sound: {command.sound!r} is no name of a sound (letters, digits and _ / . + ~ -)"
            )
        if _UNSAFE_IN_ARGUMENT.search(channel):
            raise InvalidHeader(f"Play: channel: {channel!r} cannot be named to ChanSpy, use its Uniqueid")
        by_uniqueid = "u" if re.fullmatch(r"[\w.-]+", channel) else ""
        headers = {
            "Action": "Originate",
            "Channel": f"Local/s@{self._play_context}/n",
            "Application": "ChanSpy",
            # q, s: without announcing itself; W: to this party only; E, S: ends with the channel.
            "Data": f"{channel},qsWES{by_uniqueid}",
            "Variable": f"__RD_PLAY={command.sound}",
            "Timeout": str(round(command.timeout * 1000)),
            "Async": "true",
        }
        action_id = new_action_id()
        failed = Proof(frozenset({"OriginateResponse"}), {"ActionID": action_id, "Response": "Failure"})
        event = await self._prove(
            command,
            headers,
            frozenset({"ChanSpyStart", "OriginateResponse", "Hangup"}),
            lambda event: (
                (text(event, "Event") == "ChanSpyStart" and _about(event, channel, "Spyee"))
                or failed.holds(event)
                or (text(event, "Event") == "Hangup" and _about(event, channel))
            ),
            command.timeout,
            action_id=action_id,
        )
        if text(event, "Event") == "OriginateResponse":
            raise CommandFailed(
                f"Play: is there a context {self._play_context!r} with an extension 's' in the dialplan?"
            )
        if text(event, "Event") == "Hangup":
            raise CommandFailed(f"Play: {channel} hung up")
        return Playing(text(event, "SpyerChannel"), text(event, "SpyerUniqueid"))

    async def bridge(self, command: Bridge) -> str:
        channels = [_channel(command, "channel", command.channel), _channel(command, "other", command.other)]
        entered: dict[str, str] = {}

        def proves(event: AmiEvent) -> bool:
            for channel in channels:
                if _about(event, channel):
                    if text(event, "Event") == "Hangup":
                        return True
                    entered[channel] = text(event, "BridgeUniqueid")
            return len(entered) == 2 and len(set(entered.values())) == 1

        headers = {"Action": "Bridge", "Channel1": channels[0], "Channel2": channels[1], "Tone": "no"}
        event = await self._prove(command, headers, frozenset({"BridgeEnter", "Hangup"}), proves, command.timeout)
        if text(event, "Event") == "Hangup":
            raise CommandFailed(f"Bridge: {text(event, 'Channel')} hung up before both were together")
        return text(event, "BridgeUniqueid")

    async def pause_queue_member(self, command: PauseQueueMember) -> None:
        paused = "true" if command.paused else "false"
        headers = {"Action": "QueuePause", "Interface": command.interface, "Paused": paused}
        expected = {"Interface": command.interface, "Paused": "1" if command.paused else "0"}
        if command.queue:
            headers["Queue"] = expected["Queue"] = command.queue
        if command.reason:
            headers["Reason"] = command.reason
        proof = Proof(frozenset({"QueueMemberPause"}), expected)
        await self._prove(command, headers, proof.names, proof.holds, command.timeout)

    async def _setvar(
        self, command: Command[Any], variable: str, value: str, timeout: float, channel: str | None = None
    ) -> None:
        headers = {"Action": "Setvar", "Variable": _variable(variable), "Value": value}
        if channel is not None:
            headers["Channel"] = channel
        await self._send(command, headers, timeout)

    async def _send(
        self,
        command: Command[Any],
        headers: Mapping[str, str | list[str]],
        timeout: float,
        action_id: str | None = None,
    ) -> AmiResponse:
        try:
            return await self._link.action(headers, timeout, action_id=action_id)
        except ActionRefused as refusal:
            raise CommandFailed(f"{type(command).__name__}: {refusal.message}") from refusal
        except ActionTimeout as late:
            raise CommandTimeout(f"{type(command).__name__}: {late}") from late

    async def _prove(
        self,
        command: Command[Any],
        headers: Mapping[str, str | list[str]],
        names: frozenset[str],
        where: Callable[[AmiEvent], bool],
        timeout: float,
        *,
        action_id: str | None = None,
    ) -> AmiFrame:
        """Send an action and wait for the first event that `where` picks, all of it within `timeout` s."""
        deadline = asyncio.get_running_loop().time() + timeout
        with self._link.expect(names, where) as expectation:
            await self._send(command, headers, timeout, action_id)
            try:
                return await expectation.wait(_until(deadline))
            except TimeoutError:
                raise _unproved(command, timeout) from None

    async def _status(self, command: Command[Any], channel: str) -> AmiFrame:
        response = await self._send(command, {"Action": "Status", "Channel": channel}, 5.0)
        return response.items[0] if response.items else {}

    async def _look_for_new_place(
        self, command: Redirect, channel: str, before: AmiFrame, expectation: Expectation
    ) -> None:
        """Ask where the channel is until it does something new at the new place."""
        pause = 0.01
        while not expectation.is_met:
            try:
                now = await self._status(command, channel)
            except CommandFailed:
                return  # It is gone: its Hangup event says so.
            if (text(now, "Context"), text(now, "Exten")) == (command.context, command.exten) and (
                _doing(now) != _doing(before) or _priority(now) > command.priority
            ):
                expectation.meet(now)
            await asyncio.sleep(pause)
            pause = min(pause * 2, 0.25)


def _doing(status: AmiFrame) -> tuple[str, str]:
    return text(status, "Application"), text(status, "Data")


def _priority(status: AmiFrame) -> int:
    priority = text(status, "Priority", "0")
    return int(priority) if priority.isdecimal() else 0


def _about(event: AmiEvent, channel: str, prefix: str = "") -> bool:
    return channel in (text(event, f"{prefix}Uniqueid"), text(event, f"{prefix}Channel"))


def _until(deadline: float) -> float:
    return max(0.0, deadline - asyncio.get_running_loop().time())


def _unproved(command: Command[Any], timeout: float) -> CommandTimeout:
    return CommandTimeout(
        f"{type(command).__name__}: Asterisk took it on, but nothing showed within {timeout:g} s that it happened"
    )


def _channel(command: Command[Any], name: str, value: str) -> str:
    if not value:
        # Setvar without a channel would set a global variable.
        raise InvalidHeader(f"{type(command).__name__}: {name}: the name or Uniqueid of a channel is needed")
    if value.startswith("/"):
        # Hangup takes this for a pattern over all channels.
        raise InvalidHeader(f"{type(command).__name__}: {name}: {value!r} is a pattern, not the name of one channel")
    return value


def _variable(name: str) -> str:
    if not _VARIABLE.match(name) and not _FUNCTION.match(name):
        raise InvalidHeader(
            f"variable: {name!r} is neither the name of a variable nor a function such as CALLERID(name)"
        )
    return name
