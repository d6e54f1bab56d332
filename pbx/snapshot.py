"""The state of a PBX at one moment, as it tells it itself: what the tracker starts from after every connect."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from kernel.clock import Clock
from pbx.errors import ActionRefused
from pbx.events import AmiFrame, text, variables
from pbx.protocol import AmiResponse

OUR_VARIABLES = (
    "RD_CALL",
    "RD_DIRECTION",
    "RD_QUEUE",
    "RD_HANDLED",
    "RD_DIALED",
    "RD_AGENT",
    "RD_WAITING_SINCE",
    "RD_MIXMONITOR",
)
"""The channel variables in which the dialplan and the router keep a call's state."""

Ask = Callable[[Mapping[str, str]], Awaitable[AmiResponse]]
"""Sends one action and gives its whole answer. Raises AmiError."""


@dataclass(frozen=True, slots=True)
class ChannelState:
    """A channel that is alive. `headers` is Asterisk's own description, from `Status` and `CoreShowChannels`."""

    uniqueid: str
    linkedid: str
    name: str
    bridge: str | None
    variables: Mapping[str, str]
    headers: AmiFrame


@dataclass(frozen=True, slots=True)
class BridgeState:
    """A bridge and the Uniqueids of the channels in it, in Asterisk's order."""

    uniqueid: str
    members: tuple[str, ...]
    headers: AmiFrame


@dataclass(frozen=True, slots=True)
class EndpointState:
    """A PJSIP endpoint. `device_state` is Asterisk's word, in one of its two ways (`Not in use` or `NOT_INUSE`).

    `contacts` and `active_channels` are None where Asterisk does not let us ask for them.
    """

    name: str
    device_state: str
    contacts: tuple[str, ...] | None
    active_channels: int | None
    headers: AmiFrame

    @property
    def is_reachable(self) -> bool:
        """Whether some phone is registered for it, as far as Asterisk knows."""
        return self.contacts != () and self.device_state.lower() not in ("unavailable", "invalid", "unknown")


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Everything alive on the PBX, read between `began` and `ended` (aware, UTC).

    The parts are read one after the other, so a channel may be in one and gone from the next; the events that follow in
    the stream begin before `began` and set that right.
    """

    node: str
    began: datetime
    ended: datetime
    channels: Mapping[str, ChannelState]
    bridges: Mapping[str, BridgeState]
    endpoints: Mapping[str, EndpointState]
    missing: Mapping[str, str] = field(default_factory=dict)
    """Parts that Asterisk refused to tell, with its reason, e.g. `{"endpoints": "Invalid/unknown command: …"}`."""
    connection: int = 0
    """Over which of the link's connections it was read: 1 for the first one."""


async def take_snapshot(ask: Ask, node: str, clock: Clock, extra_variables: tuple[str, ...] = ()) -> Snapshot:
    """Ask the PBX for all that is alive. Raises AmiError when it does not tell its channels."""
    began = clock.now()
    wanted = ",".join((*OUR_VARIABLES, *extra_variables))
    shown = await ask({"Action": "CoreShowChannels"})
    status = await ask({"Action": "Status", "Variables": wanted})
    missing: dict[str, str] = {}
    bridges: dict[str, BridgeState] = {}
    try:
        bridges = await _bridges(ask)
    except ActionRefused as refusal:
        missing["bridges"] = refusal.message
    endpoints: dict[str, EndpointState] = {}
    try:
        endpoints = await _endpoints(ask)
    except ActionRefused as refusal:
        missing["endpoints"] = refusal.message
    return Snapshot(
        node=node,
        began=began,
        ended=clock.now(),
        channels=_channels(shown.items, status.items),
        bridges=bridges,
        endpoints=endpoints,
        missing=missing,
    )


def _channels(shown: list[AmiFrame], status: list[AmiFrame]) -> dict[str, ChannelState]:
    channels: dict[str, AmiFrame] = {}
    for item in (*shown, *status):
        if uniqueid := text(item, "Uniqueid"):
            channels[uniqueid] = {**channels.get(uniqueid, {}), **item}
    return {uniqueid: _channel(uniqueid, headers) for uniqueid, headers in channels.items()}


def _channel(uniqueid: str, headers: AmiFrame) -> ChannelState:
    return ChannelState(
        uniqueid=uniqueid,
        linkedid=text(headers, "Linkedid") or uniqueid,
        name=text(headers, "Channel"),
        # The two lists spell it differently.
        bridge=text(headers, "BridgeID") or text(headers, "BridgeId") or None,
        variables=variables(headers),
        headers={header: value for header, value in headers.items() if header not in ("ActionID", "Event")},
    )


async def _bridges(ask: Ask) -> dict[str, BridgeState]:
    listed = {text(item, "BridgeUniqueid"): item for item in (await ask({"Action": "BridgeList"})).items}
    answers = await asyncio.gather(
        *(ask({"Action": "BridgeInfo", "BridgeUniqueid": uniqueid}) for uniqueid in listed), return_exceptions=True
    )
    bridges: dict[str, BridgeState] = {}
    for (uniqueid, headers), answer in zip(listed.items(), answers, strict=True):
        if isinstance(answer, ActionRefused):
            continue  # It ended since it was listed.
        if isinstance(answer, BaseException):
            raise answer
        bridges[uniqueid] = BridgeState(uniqueid, tuple(text(item, "Uniqueid") for item in answer.items), headers)
    return bridges


async def _endpoints(ask: Ask) -> dict[str, EndpointState]:
    try:
        listed = (await ask({"Action": "PJSIPShowEndpoints"})).items
    except ActionRefused as refusal:
        if "no endpoints" in refusal.message.lower():
            return {}  # Told as an error, and yet an answer.
        # That action needs the class `system`, the right to do anything, which our AMI user should not have. Device
        # states need less; of an endpoint that was never in use since Asterisk started there is none.
        devices = (await ask({"Action": "DeviceStateList"})).items
        names = {text(item, "Device").removeprefix("PJSIP/"): item for item in devices if _is_pjsip(item)}
        return {name: EndpointState(name, text(item, "State"), None, None, item) for name, item in names.items()}
    return {text(item, "ObjectName"): _endpoint(item) for item in listed}


def _is_pjsip(item: AmiFrame) -> bool:
    return text(item, "Device").startswith("PJSIP/")


def _endpoint(item: AmiFrame) -> EndpointState:
    active = text(item, "ActiveChannels", "0")
    return EndpointState(
        name=text(item, "ObjectName"),
        device_state=text(item, "DeviceState"),
        contacts=tuple(contact for contact in text(item, "Contacts").split(",") if contact),
        active_channels=int(active) if active.isdecimal() else 0,
        headers=item,
    )
