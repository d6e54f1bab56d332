"""What the router asks of Asterisk, by AMI."""

from __future__ import annotations

from pbx.commands import PauseQueueMember, PbxCommands, Proof, Redirect
from pbx.link import AmiLink, LinkState

OFFER_SECONDS = 3.0
"""From the Redirect to the dialling of the phone. It takes milliseconds; an Asterisk under load may need more."""
PAUSE_SECONDS = 3.0


class PbxLine:
    """One PBX. Every method raises `AmiError`."""

    def __init__(self, link: AmiLink, commands: PbxCommands, prefix: str) -> None:
        self._link = link
        self._commands = commands
        self._prefix = prefix

    @property
    def is_up(self) -> bool:
        """Whether Asterisk can be told anything at this moment."""
        return self._link.state is LinkState.CONNECTED

    @property
    def connection(self) -> int | None:
        """The number of the connection over which it can be told; None while there is none."""
        return self._link.connection

    async def offer(self, channel: str, account: str) -> None:
        """Send a waiting caller to ring that phone. Returns when the phone is dialled."""
        await self._commands.redirect(
            Redirect(
                channel=channel,
                context=f"{self._prefix}offer",
                exten=account,
                proof=Proof(frozenset({"DialBegin"}), {"Uniqueid": channel}),
                timeout=OFFER_SECONDS,
            )
        )

    async def take_back(self, channel: str) -> None:
        """Send a caller out of app_queue into the waiting loop. Returns when they have left the queue."""
        left = frozenset({"QueueCallerLeave", "QueueCallerAbandon"})
        await self._commands.redirect(
            Redirect(
                channel=channel,
                context=f"{self._prefix}waiting",
                exten="s",
                proof=Proof(left, {"Uniqueid": channel}),
                timeout=OFFER_SECONDS,
            )
        )

    async def pause(self, account: str, *, paused: bool) -> None:
        """Let app_queue ring that phone, or not, in all of its queues."""
        await self._commands.pause_queue_member(
            PauseQueueMember(interface=f"PJSIP/{account}", paused=paused, timeout=PAUSE_SECONDS)
        )

    def look_again(self) -> None:
        """Have a fresh snapshot put into the link's stream."""
        self._link.request_snapshot()
