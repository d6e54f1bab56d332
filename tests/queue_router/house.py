"""Agents on a real database, and Asterisk's side of FastAGI played from the protocol."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from accounts.users import Role, add_user
from kernel.database import Database
from kernel.messages import LiveChange, LiveHub, LiveSubscription
from pbx.facts import CallFact
from queue_router.agents import Agents, add_agent, desk_topic
from queue_router.calls_of_agents import CallsOfAgents
from queue_router.desks import Desks, KnownCaller
from queue_router.entry import Entry
from queue_router.live_calls import LiveCalls
from queue_router.states import Wanted

NOW = datetime(2026, 11, 2, 8, 0, tzinfo=UTC)


@dataclass(frozen=True)
class Person:
    id: int
    name: str
    company: str | None = None


@dataclass
class Directory:
    """Who has which number. `before` runs first: to be slow, or to fail."""

    people: dict[str, list[Person]] = field(default_factory=dict)
    before: Callable[[], Awaitable[None]] | None = None

    async def lookup(self, number: str | None) -> Sequence[KnownCaller]:
        if self.before is not None:
            await self.before()
        return self.people.get(number or "", [])


@dataclass
class House:
    """The router with everything that it needs."""

    database: Database
    hub: LiveHub
    agents: Agents
    desks: Desks
    calls: LiveCalls
    directory: Directory
    entry: Entry
    facts: CallsOfAgents
    recorded: list[CallFact] = field(default_factory=list)
    """What the entry decided, as facts."""
    port: int = 0

    async def add_agent(self, account: str, wanted: Wanted = Wanted.READY) -> int:
        async with self.database.transaction() as session:
            user = await add_user(session, login=f"a{account}", name=f"Agent {account}", role=Role.AGENT, now=NOW)
            await add_agent(session, user.id, account, NOW)
        await self.agents.load()
        if wanted is not Wanted.NOT_READY:
            await self.agents.set_wanted(user.id, wanted)
        return user.id

    def watch(self, *user_ids: int) -> LiveSubscription:
        return self.hub.subscribe(frozenset(map(desk_topic, user_ids)))


async def next_change(subscription: LiveSubscription, kind: str, timeout: float = 30.0) -> LiveChange:
    """The next change of that kind; others are passed over."""
    async with asyncio.timeout(timeout):
        while True:
            change = await subscription.next()
            assert change is not None
            if change.kind == kind:
                return change


ARGUMENT = re.compile(r'"([^"\\]*)"')
OFFERING = re.compile(r"(.*)B\(ringdesk-offering\^s\^1\(([^^]+)\^([^^]+)\)\)")
"""What Dial is given, and the account and the queue that it first marks the channel with."""


class Asterisk:
    """One call's side of FastAGI: says what Asterisk would, and keeps every command that it was given."""

    def __init__(self, call: str = "1764.1", caller: str = "021234567", dialed: str = "029990000") -> None:
        self.call = call
        self.headers = {
            "agi_network": "yes",
            "agi_network_script": "entry",
            "agi_request": "agi://127.0.0.1/entry",
            "agi_channel": f"PJSIP/trunk-{call}",
            "agi_uniqueid": call,
            "agi_callerid": caller,
            "agi_calleridname": "Somchai",
            "agi_extension": "s",
        }
        self.variables = {"RD_CALL": f"main-{call}", "RD_DIALED": dialed, "RD_QUEUE": ""}
        self.contacts: dict[str, str] = {}
        """By account: what PJSIP_DIAL_CONTACTS gives; `PJSIP/<account>/sip:…` where nothing is said."""
        self.commands: list[str] = []
        self.dialed: list[str] = []
        self.gone_to: str | None = None
        """Where the router sent the call, to go on there after the conversation."""
        self.on_dial: Callable[[str], Awaitable[str | None]] = self.answer
        """What comes of a Dial: the DIALSTATUS, None when the caller hangs up meanwhile."""

    async def answer(self, account: str) -> str | None:
        return "ANSWER"

    async def run(self, port: int, timeout: float = 30.0) -> dict[str, str]:
        """Have the call asked about; the channel's variables when the AGI is over."""
        async with asyncio.timeout(timeout):
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            try:
                told = ("RD_CALL", "RD_DIALED", "RD_QUEUE", "RD_WAITING_SINCE", "DIALSTATUS", "RD_TO")
                arguments = {f"agi_arg_{n}": self.variables.get(name, "") for n, name in enumerate(told, 1)}
                head = "".join(f"{name}: {value}\n" for name, value in {**self.headers, **arguments}.items())
                writer.write(f"{head}\n".encode())
                while line := await reader.readline():
                    command = line.decode().rstrip("\n")
                    self.commands.append(command)
                    reply = await self.reply(command)
                    if reply is None:
                        break
                    writer.write(reply.encode() + b"\n")
            finally:
                writer.close()
        return self.variables

    async def reply(self, command: str) -> str | None:
        arguments = ARGUMENT.findall(command)
        verb = ARGUMENT.sub("", command).strip()
        if verb == "GET FULL VARIABLE":
            return f"200 result=1 ({self.evaluate(arguments[0])})"
        if verb == "GET VARIABLE":
            value = self.variables.get(arguments[0])
            return "200 result=0" if value is None else f"200 result=1 ({value})"
        if verb == "EXEC MSet":
            self.variables.update(pair.split("=", 1) for pair in arguments[0].split(","))
            return "200 result=0"
        if verb == "EXEC Goto":
            self.gone_to = arguments[0]
            return "200 result=0"
        if verb == "ANSWER":
            return "200 result=0"
        if verb == "EXEC Dial":
            dialed, account, queue = OFFERING.fullmatch(arguments[0]).groups()
            self.dialed.append(dialed)
            self.variables |= {"RD_AGENT": account, "RD_QUEUE": queue, "RD_HANDLED": "1", "TIMEOUT(absolute)": "0"}
            status = await self.on_dial(arguments[0].split("/")[1].split(",")[0])
            if status is None:
                return None
            self.variables["DIALSTATUS"] = status
            return "200 result=0"
        return "510 Invalid or unknown command"

    def evaluate(self, text: str) -> str:
        def value(match: re.Match[str]) -> str:
            name, account = match.groups()
            if account is None:
                return self.variables.get(name, "")
            return self.contacts.get(account, f"PJSIP/{account}/sip:{account}@127.0.0.1:5060;transport=udp")

        return re.sub(r"\$\{(\w+)(?:\((.*?)\))?\}", value, text)
