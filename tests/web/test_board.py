"""The board as the API and the live connection show it, to whom the rights let see it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from aiohttp import ClientWebSocketResponse
from sqlalchemy import update

from accounts.roles import RightRow
from accounts.teams import add_team, set_members
from accounts.users import Role
from queue_router.board import with_difference
from queue_router.entered import EnteredCall
from queue_router.numbers import Queue
from queue_router.states import Wanted
from queue_router.waiting import WaitingCall
from tests.web.house import House, Person, call_facts, desk_call

BOARD = {"type": "subscribe", "topics": ["board"]}


class Screen:
    """A screen that shows the board, made of its snapshot and numbered changes."""

    def __init__(self, socket: ClientWebSocketResponse) -> None:
        self._socket = socket
        self.board: dict[str, Any] = {}
        self.snapshots = 0
        self._seq = 0

    @classmethod
    async def of(cls, house: House, person: Person) -> Screen:
        socket = await house.sign_in(person)
        await socket.send_json(BOARD)
        screen = cls(socket)
        await screen.until(lambda board: True)
        return screen

    async def until(self, holds: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        async with asyncio.timeout(15):
            while not self.board or not holds(self.board):
                message = await self._socket.receive_json()
                if message.get("topic") != "board":
                    continue
                assert message["type"] in ("snapshot", "change"), message
                assert message["seq"] == self._seq + 1
                self._seq += 1
                if message["type"] == "snapshot":
                    self.snapshots += 1
                    self.board = message["data"]
                else:
                    assert any(message["data"].values())
                    self.board = with_difference(self.board, message["data"])
        return self.board


def agents_of(board: dict[str, Any]) -> dict[str, str]:
    return {agent["name"]: agent["state"] for agent in board["agents"]}


def queue_of(board: dict[str, Any], name: str = "sales") -> dict[str, Any]:
    [line] = [line for line in board["queues"] if line["name"] == name]
    return line


def wait_in(house: House, queue: str, channel: str) -> None:
    """A caller begins to wait, as the dispatcher would say."""
    now = house.services.clock.now()
    call = EnteredCall(
        node="main",
        call_id=f"main-{channel}",
        channel=channel,
        dialed=None,
        caller_number="+6621234567",
        caller_name=None,
        queue=Queue(queue, ("1001",)),
        since=now,
        queued_at=now - timedelta(seconds=5),
    )
    house.room.waiting.add(WaitingCall(key=f"main-{channel}", call=call))
    house.services.board.look()


async def test_a_screen_follows_the_board(house: House) -> None:
    anna = await house.add_person("anna", account="1001")
    manager = await house.add_person("max", Role.MANAGER)
    house.services.board.refresh()
    screen = await Screen.of(house, manager)
    assert agents_of(screen.board) == {"Anna": "not_ready"}
    assert queue_of(screen.board)["agents"]["not_ready"] == 1
    await house.services.agents.set_wanted(anna.id, Wanted.READY)
    await screen.until(lambda board: agents_of(board) == {"Anna": "ready"} and queue_of(board)["agents"]["ready"] == 1)
    wait_in(house, "support", "1764.7")
    await screen.until(lambda board: queue_of(board, "support")["waiting"] == 1)
    house.services.desks.offer(anna.id, desk_call(house.services.clock.now()))
    house.services.board.look()
    board = await screen.until(lambda board: len(board["waiting"]) == 2)
    assert {line["queue"]: line["why"] for line in board["waiting"]} == {"support": "no_members", "sales": "offered"}
    assert screen.snapshots == 1


async def test_the_api_shows_the_same_board(house: House) -> None:
    anna = await house.add_person("anna", account="1001")
    now = house.services.clock.now()
    await house.record(*call_facts("1764.1", at=now - timedelta(seconds=1)))
    screen = await Screen.of(house, anna)
    board = await screen.until(lambda board: queue_of(board)["answered"] == 1)
    async with house.client.get("/api/v1/board", headers=anna.headers) as response:
        assert response.status == 200
        told = await response.json()
    assert told["day"] == board["day"]
    assert queue_of(told) == queue_of(board)
    assert [agent["name"] for agent in told["agents"]] == ["Anna"]


async def test_agents_are_named_to_whom_may_read_their_states(house: House) -> None:
    await house.add_person("anna", account="1001")
    sue = await house.add_person("sue", Role.SUPERVISOR)
    await house.add_person("bea", account="1002")
    manager = await house.add_person("max", Role.MANAGER)
    async with house.database.transaction() as session:
        team = await add_team(session, name="Sales", now=house.services.clock.now())
        await set_members(session, team.id, [sue.id, house.people["anna"].id])
    house.services.board.refresh()
    supervised, managed = await Screen.of(house, sue), await Screen.of(house, manager)
    assert set(agents_of(supervised.board)) == {"Anna"}
    assert set(agents_of(managed.board)) == {"Anna", "Bea"}
    assert queue_of(supervised.board, "support")["agents"]["not_ready"] == 1  # figures name nobody
    # What is not for them is not told, and leaves no hole in the numbers.
    await house.services.agents.set_wanted(house.people["bea"].id, Wanted.SIGNED_OUT)
    await house.services.agents.set_wanted(house.people["anna"].id, Wanted.READY)
    await supervised.until(lambda board: agents_of(board) == {"Anna": "ready"})
    await managed.until(lambda board: agents_of(board) == {"Anna": "ready", "Bea": "offline"})


async def test_a_right_over_the_teams_board_shows_its_queues(house: House) -> None:
    anna = await house.add_person("anna", account="1001")
    async with house.database.transaction() as session:
        right = update(RightRow).where(RightRow.role == "agent", RightRow.thing == "board")
        await session.execute(right.values(scope="team"))
    house.queues[anna.id] = frozenset({"sales"})
    screen = await Screen.of(house, anna)
    assert [line["name"] for line in screen.board["queues"]] == ["sales"]
    wait_in(house, "support", "1764.1")
    wait_in(house, "sales", "1764.2")
    board = await screen.until(lambda board: bool(board["waiting"]))
    assert [line["queue"] for line in board["waiting"]] == ["sales"]
    # Another queue becomes theirs: with the next news the whole board comes anew.
    house.queues[anna.id] = frozenset({"sales", "support"})
    wait_in(house, "sales", "1764.3")
    board = await screen.until(lambda board: len(board["waiting"]) == 3)
    assert screen.snapshots == 2


async def test_who_has_seen_enough_is_told_no_more(house: House) -> None:
    anna = await house.add_person("anna", account="1001")
    socket = await house.sign_in(anna)
    await socket.receive_json(timeout=30)  # the desk
    for _ in range(2):
        await socket.send_json(BOARD)
        snapshot = await socket.receive_json(timeout=30)
        assert (snapshot["topic"], snapshot["type"], snapshot["seq"]) == ("board", "snapshot", 1)
        await socket.send_json({"type": "unsubscribe", "topics": ["board", "desk:77"]})
        await socket.send_json({"type": "subscribe", "topics": ["nothing"]})
        assert (await socket.receive_json(timeout=30))["type"] == "refused"  # so the one before was heard, too
        wait_in(house, "sales", "1764.2")
        house.services.board.refresh()
        house.room.waiting.remove("main-1764.2")
        house.services.board.refresh()
    await house.services.agents.set_wanted(anna.id, Wanted.READY)
    assert (await socket.receive_json(timeout=30))["topic"] == f"desk:{anna.id}"


async def test_whose_right_was_taken_away_sees_no_board(house: House) -> None:
    anna = await house.add_person("anna", account="1001")
    async with house.database.transaction() as session:
        right = update(RightRow).where(RightRow.role == "agent", RightRow.thing == "board")
        await session.execute(right.values(scope="none"))
    socket = await house.sign_in(anna)
    await socket.receive_json(timeout=30)  # the desk
    await socket.send_json(BOARD)
    assert (await socket.receive_json(timeout=30))["type"] == "refused"
    async with house.client.get("/api/v1/board", headers=anna.headers) as response:
        assert response.status == 403
