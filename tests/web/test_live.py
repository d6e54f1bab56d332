import asyncio
import json
import socket
from typing import Any

import pytest
from aiohttp import ClientWebSocketResponse, WSMsgType, WSServerHandshakeError

from accounts.tokens import revoke_token
from accounts.users import Role
from kernel.messages import LiveChange
from queue_router.states import Wanted
from tests.web.house import NOW, House, call_facts, desk_call
from web import live


async def messages(screen: ClientWebSocketResponse, count: int) -> list[dict[str, Any]]:
    return [await screen.receive_json(timeout=30) for _ in range(count)]


async def until(screen: ClientWebSocketResponse, kind: str) -> dict[str, Any]:
    """The next change of that kind."""
    async with asyncio.timeout(30):
        while True:
            message: dict[str, Any] = await screen.receive_json()
            if message.get("kind") == kind:
                return message


async def closed_with(screen: ClientWebSocketResponse) -> int | None:
    async with asyncio.timeout(30):
        while (await screen.receive()).type not in (WSMsgType.CLOSE, WSMsgType.CLOSED, WSMsgType.CLOSING):
            pass
    return screen.close_code


async def test_a_screen_gets_its_desk_and_then_numbered_changes(house: House) -> None:
    anna = await house.add_person("anna", account="1001")
    screen = await house.client.ws_connect("/live")
    await screen.send_json({"type": "sign_in", "token": anna.token})
    signed_in, snapshot = await messages(screen, 2)
    assert signed_in == {"type": "signed_in", "user": {"id": anna.id, "name": "Anna", "role": "agent"}}
    assert (snapshot["type"], snapshot["topic"], snapshot["seq"]) == ("snapshot", f"desk:{anna.id}", 1)
    assert snapshot["data"]["agent"]["state"] == "not_ready"
    assert snapshot["data"]["calls"] == []

    await house.services.agents.set_wanted(anna.id, Wanted.READY)
    house.services.desks.offer(anna.id, desk_call(NOW, (7, "Somchai", "Siam Foods")))
    state, offered = await messages(screen, 2)
    assert (state["kind"], state["seq"], state["data"]["state"]) == ("agent_state", 2, "ready")
    assert (offered["type"], offered["kind"], offered["seq"]) == ("change", "call_offered", 3)
    assert offered["data"]["contacts"] == [{"id": 7, "name": "Somchai", "company": "Siam Foods"}]


async def test_a_real_call_of_facts_reaches_the_screen(house: House) -> None:
    anna = await house.add_person("anna", account="1001")
    contact = await house.add_contact("Somchai", "02 123 4567")
    screen = await house.sign_in(anna)
    await house.record(*call_facts())
    assert (await until(screen, "call_offered"))["data"]["contacts"][0]["id"] == contact
    await until(screen, "call_answered")
    assert (await until(screen, "call_ended"))["data"]["call_id"] == "main-1764.1"


async def test_a_screen_that_comes_back_gets_what_is_now(house: House) -> None:
    anna = await house.add_person("anna", account="1001")
    house.services.desks.offer(anna.id, desk_call(NOW))
    screen = await house.sign_in(anna)
    (snapshot,) = await messages(screen, 1)
    assert [call["phase"] for call in snapshot["data"]["calls"]] == ["offered"]


@pytest.mark.parametrize(
    "first",
    [
        "hello",
        "{}",
        '{"type": "sign_in"}',
        '{"type": "sign_in", "token": 5}',
        '{"type": "sign_in", "token": "rdk_wrong"}',
        '{"type": "subscribe", "topics": []}',
        "[" * 10_000,
        b"\x00",
    ],
)
async def test_who_does_not_sign_in_is_sent_away(house: House, first: str | bytes) -> None:
    screen = await house.client.ws_connect("/live")
    await (screen.send_bytes(first) if isinstance(first, bytes) else screen.send_str(first))
    assert await closed_with(screen) == live.REFUSED


async def test_who_says_nothing_is_sent_away(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "SIGN_IN_SECONDS", 0.05)
    assert await closed_with(await house.client.ws_connect("/live")) == live.TOO_LATE


async def test_too_many_strangers_are_not_let_in(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "STRANGERS_LIMIT", 1)
    stranger = await house.client.ws_connect("/live")
    with pytest.raises(WSServerHandshakeError, match="503"):
        await house.client.ws_connect("/live")
    await stranger.close()


@pytest.mark.parametrize(
    ("origin", "is_let_in"),
    [
        ("http://{host}", True),
        ("https://{host}", True),
        ("https://desk.example.com", True),
        ("https://evil.example.com", False),
        ("https://{host}.evil.example.com", False),
        ("null", False),
        ("file://", False),
    ],
)
async def test_pages_of_other_sites_may_not_connect(house: House, origin: str, is_let_in: bool) -> None:
    host = f"{house.client.host}:{house.client.port}"
    headers = {"Origin": origin.format(host=host)}
    if is_let_in:
        await (await house.client.ws_connect("/live", headers=headers)).close()
    else:
        with pytest.raises(WSServerHandshakeError, match="403"):
            await house.client.ws_connect("/live", headers=headers)


async def test_topics_are_given_by_right(house: House) -> None:
    anna = await house.add_person("anna", account="1001")
    boris = await house.add_person("boris", account="1002")
    sup = await house.add_person("sup", Role.SUPERVISOR)
    desk = f"desk:{boris.id}"

    screen = await house.sign_in(anna)
    await screen.receive_json()
    await screen.send_json({"type": "subscribe", "topics": [desk, "boards", "desk:0", "desk:x", f"desk:{anna.id}"]})
    for topic in (desk, "boards", "desk:0", "desk:x"):
        answer = await screen.receive_json(timeout=30)
        assert (answer["type"], answer["topic"]) == ("refused", topic)
    house.services.desks.offer(boris.id, desk_call(NOW))
    house.services.desks.offer(anna.id, desk_call(NOW))
    assert (await until(screen, "call_offered"))["topic"] == f"desk:{anna.id}"

    over = await house.sign_in(sup)
    await over.receive_json()
    await over.send_json({"type": "subscribe", "topics": [desk]})
    assert (await over.receive_json(timeout=30))["data"]["agent"]["account"] == "1002"


async def test_a_message_nobody_understands_is_answered_and_changes_nothing(house: House) -> None:
    anna = await house.add_person("anna", account="1001")
    screen = await house.sign_in(anna)
    await screen.receive_json()
    for text in ("", "x", '{"type":"subscribe"}', '{"type":"subscribe","topics":[5]}'):
        await screen.send_str(text)
        assert (await screen.receive_json(timeout=30))["type"] == "error"
    await screen.send_str("x" * (live.MESSAGE_LIMIT + 1))
    assert await closed_with(screen) == 1009


async def test_a_burst_of_changes_comes_whole_and_in_order(house: House) -> None:
    anna = await house.add_person("anna", account="1001")
    screen = await house.sign_in(anna)
    await screen.receive_json()
    names = [f"main-1764.{index}" for index in range(1, 301)]
    for index, name in enumerate(names):
        house.services.desks.offer(anna.id, desk_call(NOW, call=name.removeprefix("main-")))
        if index % 50 == 0:
            # Some go straight to the connection, some by way of the queue.
            await asyncio.sleep(0)
    told = await messages(screen, len(names))
    assert [each["seq"] for each in told] == list(range(2, len(names) + 2))
    assert [each["data"]["call_id"] for each in told] == names


@pytest.mark.parametrize("size", [0, 125, 126, 65_535, 65_536])
async def test_a_text_of_any_length_is_one_message(house: House, size: int) -> None:
    anna = await house.add_person("anna", account="1001")
    screen = await house.sign_in(anna)
    await screen.receive_json()
    house.services.hub.publish(LiveChange(f"desk:{anna.id}", "note", {"text": "ก" * size}))
    (change,) = await messages(screen, 1)
    assert change["data"] == {"text": "ก" * size}


async def test_changes_that_were_dropped_are_replaced_by_a_snapshot(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    # As if the connection had so much to send already that everything must wait.
    monkeypatch.setattr(live, "QUICK_LIMIT", -1)
    anna = await house.add_person("anna", account="1001")
    screen = await house.sign_in(anna)
    await screen.receive_json()
    # More at once than the hub keeps for a subscriber, without letting anybody take one.
    for index in range(1000):
        house.services.desks.offer(anna.id, desk_call(NOW, call=f"1764.{index}"))
    (again,) = await messages(screen, 1)
    assert (again["type"], again["seq"]) == ("snapshot", 2)
    assert [call["call_id"] for call in again["data"]["calls"]][-1] == "main-1764.999"
    house.services.desks.stop_ringing(anna.id, "main-1764.999", "cancelled", NOW)
    (change,) = await messages(screen, 1)
    assert (change["kind"], change["seq"]) == ("call_gone", 3)
    assert house.services.hub.dropped >= 1000


async def test_a_screen_that_takes_nothing_is_cut_off_and_slows_nobody(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live, "WRITE_SECONDS", 3.0)
    slow, quick = await house.add_person("slow", account="1001"), await house.add_person("quick", account="1002")
    stalled = live.STALLED._value.get()
    # A client that signs in and then reads nothing, with as little room as the system gives.
    raw = socket.socket()
    raw.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
    raw.setblocking(False)
    loop = asyncio.get_running_loop()
    await loop.sock_connect(raw, (house.client.host, house.client.port))
    await loop.sock_sendall(
        raw,
        f"GET /live HTTP/1.1\r\nHost: {house.client.host}:{house.client.port}\r\nUpgrade: websocket\r\n"
        "Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
        "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n".encode(),
    )
    assert b"101" in await loop.sock_recv(raw, 1024)
    await loop.sock_sendall(raw, masked(json.dumps({"type": "sign_in", "token": slow.token})))

    screen = await house.sign_in(quick)
    await screen.receive_json()
    noise = "x" * 20_000
    async with asyncio.timeout(60):
        while live.STALLED._value.get() == stalled:
            house.services.hub.publish(LiveChange(f"desk:{slow.id}", "noise", {"text": noise}))
            house.services.hub.publish(LiveChange(f"desk:{quick.id}", "tick", {}))
            began = loop.time()
            await until(screen, "tick")
            assert loop.time() - began < 2.5  # and not until the slow one's time is over
    raw.close()


def masked(text: str) -> bytes:
    """A websocket's text frame as a client sends it, with a mask of zeros."""
    data = text.encode()
    assert len(data) < 126
    return bytes([0x81, 0x80 | len(data), 0, 0, 0, 0]) + data


async def test_a_token_that_is_revoked_closes_its_screens(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "CHECK_SECONDS", 0.05)
    screen = await house.sign_in(await house.add_person("anna", account="1001"))
    async with house.database.transaction() as session:
        await revoke_token(session, 1, NOW)
    assert await closed_with(screen) == live.REFUSED


async def test_a_look_that_is_asked_for_in_the_middle_of_another_is_not_lost(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    anna = await house.add_person("anna", account="1001")
    screen = await house.sign_in(anna)
    looked, go_on = asyncio.Event(), asyncio.Event()
    original = live.signed_in

    async def look_slowly(*arguments: Any) -> Any:
        found = await original(*arguments)
        looked.set()
        await go_on.wait()
        return found

    monkeypatch.setattr(live, "signed_in", look_slowly)
    house.app[live.LIVE].look_again(anna.id)
    await looked.wait()
    async with house.database.transaction() as session:
        await revoke_token(session, 1, NOW)
    house.app[live.LIVE].look_again(anna.id)
    go_on.set()
    assert await closed_with(screen) == live.REFUSED


async def test_a_quiet_screen_hears_that_nothing_happened(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "HEARTBEAT_SECONDS", 0.05)
    screen = await house.sign_in(await house.add_person("anna", account="1001"))
    assert [each["type"] for each in await messages(screen, 3)] == ["snapshot", "heartbeat", "heartbeat"]


async def test_stopping_tells_every_screen_at_once(house: House) -> None:
    screens = [await house.sign_in(await house.add_person(name)) for name in ("anna", "boris")]
    stranger = await house.client.ws_connect("/live")
    loop = asyncio.get_running_loop()
    began = loop.time()
    closing = asyncio.create_task(house.client.server.close())
    assert await asyncio.gather(*map(closed_with, (*screens, stranger))) == [1001, 1001, 1001]
    await asyncio.wait_for(closing, 30)
    assert loop.time() - began < 20  # aiohttp by itself waits for open sockets longer


async def test_a_screen_that_leaves_is_forgotten(house: House) -> None:
    screen = await house.sign_in(await house.add_person("anna", account="1001"))
    connections = house.app[live.LIVE]
    assert len(connections.open) == 1
    await screen.close()
    async with asyncio.timeout(30):
        while connections.open or house.services.hub._subscriptions:  # noqa: ASYNC110 - nobody tells of it
            await asyncio.sleep(0.01)
