import asyncio
from datetime import timedelta

import pytest
from argon2 import PasswordHasher, extract_parameters

from accounts.errors import BadInput
from accounts.passwords import Passwords
from accounts.sessions import IDLE, end_session, session_of_secret
from accounts.sign_in import SignIn, SignInRefused
from accounts.tries import PER_LOGIN, TooManyTries
from accounts.users import Role, User, add_user, change_user
from kernel.clock import VirtualClock
from kernel.database import Database
from tests.accounts.test_passwords import WEAK

STRONGER = PasswordHasher(time_cost=2, memory_cost=16, parallelism=1)


async def somebody(database: Database, clock: VirtualClock) -> User:
    async with database.transaction() as session:
        user = await add_user(session, login="anna", name="Anna", role=Role.AGENT, now=clock.now())
        user.password_hash = WEAK.hash("correct horse battery")
        return user


async def user_of(database: Database, secret: str, clock: VirtualClock) -> int | None:
    async with database.reading() as session:
        found = await session_of_secret(session, secret, clock.now())
        return None if found is None else found[1].id


async def test_a_session_stands_for_its_user_until_it_ends(database: Database) -> None:
    clock = VirtualClock()
    anna = await somebody(database, clock)
    door = SignIn(database, clock, Passwords(WEAK))
    user, started = await door.sign_in("anna", "correct horse battery", "203.0.113.9")
    assert user.id == anna.id
    assert await user_of(database, started.secret, clock) == anna.id
    assert started.secret not in repr(started)
    for other in ("", started.secret[:-1], started.secret + "x", started.csrf_token, "é" * 40, "x" * 10_000):
        assert await user_of(database, other, clock) is None
    async with database.transaction() as session:
        assert await end_session(session, started.id, clock.now())
        assert not await end_session(session, started.id, clock.now())
    assert await user_of(database, started.secret, clock) is None


async def test_a_session_is_good_until_nobody_used_it_for_too_long(database: Database) -> None:
    clock = VirtualClock()
    await somebody(database, clock)
    _, started = await SignIn(database, clock, Passwords(WEAK)).sign_in("anna", "correct horse battery", "a")
    await clock.advance((IDLE - timedelta(seconds=1)).total_seconds())
    assert await user_of(database, started.secret, clock) is not None
    await clock.advance(1)
    assert await user_of(database, started.secret, clock) is None


async def test_a_weaker_hash_is_replaced_at_the_sign_in(database: Database) -> None:
    clock = VirtualClock()
    anna = await somebody(database, clock)
    door = SignIn(database, clock, Passwords(STRONGER))
    for _ in range(2):
        await door.sign_in("anna", "correct horse battery", "a")
    async with database.reading() as session:
        kept = (await session.get_one(User, anna.id)).password_hash
    assert kept is not None
    assert extract_parameters(kept).time_cost == 2


async def test_nothing_but_the_password_lets_in(database: Database) -> None:
    clock = VirtualClock()
    anna = await somebody(database, clock)
    door = SignIn(database, clock, Passwords(WEAK))
    for login, password in (("anna", "wrong"), ("anna", ""), ("boris", "correct horse battery"), ("", "x")):
        with pytest.raises(SignInRefused):
            await door.sign_in(login, password, "a")
    async with database.transaction() as session:
        await change_user(session, await session.get_one(User, anna.id), active=False)
    with pytest.raises(SignInRefused):
        await door.sign_in("anna", "correct horse battery", "a")


async def test_who_is_deactivated_while_signing_in_is_not_let_in(database: Database) -> None:
    clock = VirtualClock()
    anna = await somebody(database, clock)

    class Slow(Passwords):
        async def verdict(self, kept, password):  # type: ignore[no-untyped-def]
            async with database.transaction() as session:
                await change_user(session, await session.get_one(User, anna.id), active=False)
            return await super().verdict(kept, password)

    with pytest.raises(SignInRefused):
        await SignIn(database, clock, Slow(WEAK)).sign_in("anna", "correct horse battery", "a")


async def test_a_changed_password_ends_the_other_sessions(database: Database) -> None:
    clock = VirtualClock()
    anna = await somebody(database, clock)
    door = SignIn(database, clock, Passwords(WEAK))
    (_, here), (_, there) = [await door.sign_in("anna", "correct horse battery", "a") for _ in range(2)]
    with pytest.raises(BadInput, match="current"):
        await door.change_password(anna.id, "wrong", "another good one", address="a", kept_session=here.id)
    await door.change_password(anna.id, "correct horse battery", "another good one", address="a", kept_session=here.id)
    assert await user_of(database, here.secret, clock) == anna.id
    assert await user_of(database, there.secret, clock) is None
    with pytest.raises(SignInRefused):
        await door.sign_in("anna", "correct horse battery", "a")
    await door.sign_in("anna", "another good one", "a")


async def test_guesses_at_the_same_moment_are_counted(database: Database) -> None:
    clock = VirtualClock()
    await somebody(database, clock)
    door = SignIn(database, clock, Passwords(WEAK))
    guesses = [door.sign_in("anna", f"guess {index}", "a") for index in range(2 * PER_LOGIN)]
    came = await asyncio.gather(*guesses, return_exceptions=True)
    assert sum(isinstance(each, SignInRefused) for each in came) == PER_LOGIN
    assert sum(isinstance(each, TooManyTries) for each in came) == PER_LOGIN
