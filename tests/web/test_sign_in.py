"""Signing in with login and password: sessions, their end, CSRF tokens, limits on tries."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from http.cookies import SimpleCookie
from typing import Any

import pytest
from aiohttp import ClientResponse, ClientSession, ClientWebSocketResponse, CookieJar
from sqlalchemy import text

from accounts.sessions import ABSOLUTE, IDLE, TOUCH, UserSession
from accounts.tries import PER_ADDRESS, PER_LOGIN, WINDOW_SECONDS
from accounts.users import Role
from kernel.clock import VirtualClock
from queue_router.states import Wanted
from tests.web.house import NOW, House, desk_call
from tests.web.test_api import API, problem
from tests.web.test_live import closed_with, until
from web import live
from web.sign_in import COOKIE, CSRF_HEADER

PASSWORD = "correct horse battery"


async def enter(house: House, login: str = "anna", password: str = PASSWORD, **headers: str) -> ClientResponse:
    return await house.client.post(f"{API}/session", json={"login": login, "password": password}, headers=headers)


async def signed_in(house: House, login: str = "anna") -> dict[str, str]:
    """Sign in with the house's own client, which keeps the cookie; the headers that changes need."""
    response = await enter(house, login)
    assert response.status == 201, await response.text()
    return {CSRF_HEADER: (await response.json())["csrf_token"]}


def cookie_of(response: ClientResponse) -> Any:
    cookies: SimpleCookie = response.cookies
    return cookies[COOKIE]


async def screen_by_cookie(house: House) -> ClientWebSocketResponse:
    screen = await house.client.ws_connect("/live")
    await screen.send_json({"type": "sign_in"})
    assert (await screen.receive_json(timeout=30))["type"] == "signed_in"
    return screen


async def test_login_and_password_open_a_session(house: House) -> None:
    anna = await house.add_person("anna", password=PASSWORD)
    response = await enter(house, " ANNA ")
    assert response.status == 201
    session = await response.json()
    assert (session["user"]["id"], session["user"]["login"], session["user"]["role"]) == (anna.id, "anna", "agent")
    assert {"thing": "contact", "action": "read", "scope": "all"} in session["user"]["rights"]
    assert "user" not in {right["thing"] for right in session["user"]["rights"]}

    cookie = cookie_of(response)
    assert (cookie["httponly"], cookie["samesite"], cookie["path"], cookie["secure"]) == (True, "Lax", "/", "")
    assert PASSWORD not in str(session)

    assert await (await house.client.get(f"{API}/me")).json() == session["user"]
    assert (await (await house.client.get(f"{API}/session")).json()) == session
    assert (await house.client.get(f"{API}/contacts")).status == 200


async def test_only_a_hash_of_the_cookie_is_kept(house: House) -> None:
    await house.add_person("anna", password=PASSWORD)
    secret = cookie_of(await enter(house)).value
    async with house.database.reading() as session:
        kept = [
            str(row)
            for table in ("user_sessions", "users", "audit_log")
            for row in await session.execute(
                text(f"SELECT * FROM {table}")  # noqa: S608 - names of our own
            )
        ]
    assert kept
    assert secret not in "".join(kept)
    assert PASSWORD not in "".join(kept)


async def test_the_cookie_is_for_encrypted_connections_only_where_the_page_came_by_one(house: House) -> None:
    await house.add_person("anna", password=PASSWORD)
    assert cookie_of(await enter(house, **{"X-Forwarded-Proto": "https"}))["secure"] is True


async def test_a_wrong_password_and_a_stranger_look_the_same(house: House) -> None:
    await house.add_person("anna", password=PASSWORD)
    await house.add_person("boris")  # has none
    gone = await house.add_person("gone", password=PASSWORD)
    await house.deactivate(gone)
    answers = [
        await problem(await enter(house, login, password), 401)
        for login, password in (
            ("anna", "wrong password"),
            ("nobody", PASSWORD),
            ("boris", PASSWORD),
            ("gone", PASSWORD),
        )
    ]
    assert all(answer == answers[0] for answer in answers)
    assert answers[0]["detail"] == "login and password do not fit"


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"password": "x"}, "login"),
        ({"login": "anna"}, "password"),
        ({"login": "", "password": "x"}, "login"),
        ({"login": 5, "password": "x"}, "login"),
        ({"login": "anna", "password": "x" * 1000}, "password"),
        ({"login": "a" * 300, "password": "x"}, "login"),
        ({"login": "anna", "password": "x", "remember": True}, "remember"),
    ],
)
async def test_what_is_no_sign_in_names_the_field(house: House, body: dict[str, Any], field: str) -> None:
    told = await problem(await house.client.post(f"{API}/session", json=body), 422)
    assert told["errors"][0]["field"] == field


async def test_a_page_of_another_site_signs_nobody_in(house: House) -> None:
    await house.add_person("anna", password=PASSWORD)
    await problem(await enter(house, Origin="https://evil.example.com"), 403)
    assert (await enter(house, Origin="https://desk.example.com")).status == 201


async def test_tries_are_limited_per_login_known_or_not(timeless_house: House, clock: VirtualClock) -> None:
    house = timeless_house
    await house.add_person("anna", password=PASSWORD)
    for login in ("anna", "nobody"):
        for _ in range(PER_LOGIN):
            await problem(await enter(house, login, "wrong password"), 401)
            await clock.advance(1)
        for password in ("wrong password", PASSWORD):
            refused = await enter(house, login, password)
            told = await problem(refused, 429)
            assert int(refused.headers["Retry-After"]) == WINDOW_SECONDS - PER_LOGIN
            assert refused.headers["Retry-After"] in told["detail"]
    await clock.advance(WINDOW_SECONDS)
    assert (await enter(house)).status == 201


async def test_tries_are_limited_per_address(timeless_house: House, clock: VirtualClock) -> None:
    house = timeless_house
    await house.add_person("anna", password=PASSWORD)
    for index in range(PER_ADDRESS):
        await problem(await enter(house, f"nobody{index}", "wrong", **{"X-Forwarded-For": "203.0.113.9"}), 401)
    await problem(await enter(house, **{"X-Forwarded-For": "198.51.100.1, 203.0.113.9"}), 429)
    assert (await enter(house, **{"X-Forwarded-For": "203.0.113.10"})).status == 201


async def test_many_tries_at_the_same_moment_get_no_further(timeless_house: House) -> None:
    await timeless_house.add_person("anna", password=PASSWORD)
    answers = await asyncio.gather(
        *(enter(timeless_house, password=f"wrong {index}") for index in range(3 * PER_LOGIN))
    )
    assert sorted(answer.status for answer in answers) == [401] * PER_LOGIN + [429] * 2 * PER_LOGIN


async def test_a_change_by_cookie_needs_the_csrf_token(house: House) -> None:
    await house.add_person("anna", account="1001", password=PASSWORD)
    csrf = await signed_in(house)
    path, body = f"{API}/agents/me/state", {"wanted": "ready"}
    for headers in ({}, {CSRF_HEADER: "x"}, {CSRF_HEADER: "é"}, {CSRF_HEADER: csrf[CSRF_HEADER][:-1]}):
        told = await problem(await house.client.post(path, json=body, headers=headers), 403)
        assert told["errors"][0]["field"] == CSRF_HEADER
    assert (await house.client.post(path, json=body, headers=csrf)).status == 200


async def test_a_token_needs_no_csrf_token_and_hides_the_cookie(house: House) -> None:
    boris = await house.add_person("boris", account="1002")
    await house.add_person("anna", account="1001", password=PASSWORD)
    await signed_in(house)
    changed = await house.client.post(f"{API}/agents/me/state", json={"wanted": "ready"}, headers=boris.headers)
    assert (await changed.json())["user_id"] == boris.id
    await problem(await house.client.get(f"{API}/me", headers={"Authorization": "Bearer rdk_wrong"}), 401)
    await problem(await house.client.get(f"{API}/session", headers=boris.headers), 404)


async def test_signing_out_ends_the_session_in_both_tabs(house: House) -> None:
    await house.add_person("anna", account="1001", password=PASSWORD)
    csrf = await signed_in(house)
    tabs = [await screen_by_cookie(house) for _ in range(2)]
    # The other tab has the same token: it asks for it when it is loaded.
    assert (await (await house.client.get(f"{API}/session")).json())["csrf_token"] == csrf[CSRF_HEADER]
    secret = house.client.session.cookie_jar.filter_cookies(house.client.make_url("/"))[COOKIE].value  # type: ignore[arg-type]

    response = await house.client.delete(f"{API}/session", headers=csrf)
    assert response.status == 204
    assert cookie_of(response)["max-age"] == "0"
    assert await asyncio.gather(*map(closed_with, tabs)) == [live.REFUSED] * 2
    # Also for whoever kept the cookie.
    old = {"Cookie": f"{COOKIE}={secret}"}
    assert "sign in again" in (await problem(await house.client.get(f"{API}/me", headers=old), 401))["detail"]


async def test_one_user_on_two_machines_has_two_sessions(house: House) -> None:
    anna = await house.add_person("anna", account="1001", password=PASSWORD)
    csrf = await signed_in(house)
    here = await screen_by_cookie(house)
    async with ClientSession(cookie_jar=CookieJar(unsafe=True)) as other:
        url = house.client.make_url
        await other.post(url(f"{API}/session"), json={"login": "anna", "password": PASSWORD})
        there = await other.ws_connect(url("/live"))
        await there.send_json({"type": "sign_in"})
        house.services.desks.offer(anna.id, desk_call(NOW))
        await until(here, "call_offered")
        assert [(await there.receive_json(timeout=30))["type"] for _ in range(2)] == ["signed_in", "snapshot"]
        assert (await house.client.delete(f"{API}/session", headers=csrf)).status == 204
        assert await closed_with(here) == live.REFUSED
        assert (await other.get(url(f"{API}/me"))).status == 200
        house.services.desks.answer(anna.id, "main-1764.9", NOW)
        await until(there, "call_answered")


async def test_a_session_ends_when_nobody_uses_it(timeless_house: House, clock: VirtualClock) -> None:
    house = timeless_house
    await house.add_person("anna", password=PASSWORD)
    await signed_in(house)
    for _ in range(3):
        await clock.advance((IDLE - TOUCH).total_seconds())
        assert (await house.client.get(f"{API}/me")).status == 200
    await clock.advance(IDLE.total_seconds())
    await problem(await house.client.get(f"{API}/me"), 401)


async def test_a_session_in_use_ends_after_its_longest_time(timeless_house: House, clock: VirtualClock) -> None:
    house = timeless_house
    await house.add_person("anna", password=PASSWORD)
    await signed_in(house)
    hours = int(ABSOLUTE / timedelta(hours=1))
    for _ in range(hours - 1):
        await clock.advance(3600)
        assert (await house.client.get(f"{API}/me")).status == 200
    await clock.advance(3600)
    await problem(await house.client.get(f"{API}/me"), 401)


async def test_a_session_that_expires_in_the_middle_of_a_call_leaves_the_call_alone(
    timeless_house: House, clock: VirtualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live, "CHECK_SECONDS", 0.05)
    house = timeless_house
    anna = await house.add_person("anna", account="1001", password=PASSWORD)
    await house.services.agents.set_wanted(anna.id, Wanted.READY)
    csrf = await signed_in(house)
    screen = await screen_by_cookie(house)
    house.services.desks.offer(anna.id, desk_call(clock.now()))
    house.services.desks.answer(anna.id, "main-1764.9", clock.now())
    await until(screen, "call_answered")

    await clock.advance(ABSOLUTE.total_seconds())
    assert await closed_with(screen) == live.REFUSED
    state = await house.client.post(f"{API}/agents/me/state", json={"wanted": "not_ready"}, headers=csrf)
    assert "sign in again" in (await problem(state, 401))["detail"]
    agent = house.services.agents.find(anna.id)
    assert agent is not None
    assert agent.wanted is Wanted.READY

    await signed_in(house)
    again = await screen_by_cookie(house)
    snapshot = await again.receive_json(timeout=30)
    assert [(call["call_id"], call["phase"]) for call in snapshot["data"]["calls"]] == [("main-1764.9", "answered")]


async def test_a_screen_keeps_its_session_alive(
    timeless_house: House, clock: VirtualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live, "CHECK_SECONDS", 0.02)
    house = timeless_house
    await house.add_person("anna", account="1001", password=PASSWORD)
    await signed_in(house)
    screen = await screen_by_cookie(house)
    for _ in range(3):
        await clock.advance((IDLE - TOUCH).total_seconds())
        async with asyncio.timeout(30):
            # Noted every TOUCH at most; it may have been noted while the clock was on its way.
            while clock.now() - await used_at(house) >= TOUCH:  # noqa: ASYNC110 - nobody tells of it
                await asyncio.sleep(0.01)
    assert not screen.closed


async def used_at(house: House) -> Any:
    async with house.database.reading() as session:
        row = await session.get(UserSession, 1)
        return None if row is None else row.used_at


async def test_a_busy_database_sends_nobody_away(timeless_house: House, clock: VirtualClock) -> None:
    house = timeless_house
    await house.add_person("anna", password=PASSWORD)
    await signed_in(house)
    await clock.advance(2 * TOUCH.total_seconds())
    async with house.database.transaction():  # holds SQLite's one write lock
        assert (await house.client.get(f"{API}/me")).status == 200


@pytest.mark.parametrize("cookie", ["x", "x" * 5000, '"', "%00"])
async def test_what_is_no_session_lets_nobody_in(house: House, cookie: str) -> None:
    await problem(await house.client.get(f"{API}/me", headers={"Cookie": f"{COOKIE}={cookie}"}), 401)


async def test_a_screen_with_neither_token_nor_session_is_sent_away(house: House) -> None:
    screen = await house.client.ws_connect("/live")
    await screen.send_json({"type": "sign_in"})
    assert await closed_with(screen) == live.REFUSED


async def test_ones_own_password_is_changed_by_who_knows_it(house: House) -> None:
    await house.add_person("anna", account="1001", password=PASSWORD)
    async with ClientSession(cookie_jar=CookieJar(unsafe=True)) as other:
        url = house.client.make_url
        await other.post(url(f"{API}/session"), json={"login": "anna", "password": PASSWORD})
        csrf = await signed_in(house)

        async def change(**body: str) -> ClientResponse:
            return await house.client.post(f"{API}/me/password", json=body, headers=csrf)

        wrong = await problem(await change(current="wrong password", new="another good one"), 422)
        assert wrong["errors"][0]["field"] == "current"
        for bad in ("short", "x" * 201, "aaaaaaaaaaaaaaa", "with\x00control"):
            told = await problem(await change(current=PASSWORD, new=bad), 422)
            assert told["errors"][0]["field"] == "new"
        assert (await change(current=PASSWORD, new="ใหม่และยาวพอสมควร")).status == 204

        assert (await house.client.get(f"{API}/me")).status == 200
        assert (await other.get(url(f"{API}/me"))).status == 401
    await problem(await enter(house), 401)
    assert (await enter(house, password="ใหม่และยาวพอสมควร")).status == 201


async def test_guessing_the_current_password_is_limited(timeless_house: House) -> None:
    house = timeless_house
    await house.add_person("anna", password=PASSWORD)
    csrf = await signed_in(house)
    for expected in [422] * PER_LOGIN + [429]:
        body = {"current": "wrong password", "new": "another good one"}
        response = await house.client.post(f"{API}/me/password", json=body, headers=csrf)
        assert response.status == expected


async def test_the_role_that_one_has_now_counts(house: House) -> None:
    await house.add_person("root", Role.ADMIN)
    sup = await house.add_person("sup", Role.SUPERVISOR, password=PASSWORD)
    anna = await house.add_person("anna", account="1001")
    await signed_in(house, "sup")
    screen = await screen_by_cookie(house)
    await screen.receive_json()
    await screen.send_json({"type": "subscribe", "topics": [f"desk:{anna.id}"]})
    assert (await screen.receive_json(timeout=30))["type"] == "snapshot"
    response = await house.client.patch(
        f"{API}/users/{sup.id}", json={"role": "agent"}, headers=house.people["root"].headers
    )
    assert response.status == 200
    # It comes back, and is given what an agent may see.
    assert await closed_with(screen) == 1012
    assert (await (await house.client.get(f"{API}/me")).json())["role"] == "agent"
