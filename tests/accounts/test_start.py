from datetime import UTC, datetime, timedelta

from accounts.passwords import Passwords
from accounts.sessions import ABSOLUTE, KEPT, UserSession, start_session
from accounts.start import prepare_accounts
from accounts.users import Role, User, add_user, find_user
from kernel.database import Database
from tests.accounts.test_passwords import WEAK

NOW = datetime(2026, 11, 2, 8, 0, tzinfo=UTC)


async def prepare(database: Database) -> str | None:
    async with database.transaction() as session:
        return await prepare_accounts(session, Passwords(WEAK), NOW)


async def user(database: Database, login: str) -> User | None:
    async with database.reading() as session:
        return await find_user(session, login)


async def test_the_first_start_makes_an_admin_and_tells_the_password_once(database: Database) -> None:
    password = await prepare(database)
    assert password is not None
    admin = await user(database, "admin")
    assert admin is not None
    assert (admin.role, admin.active) == (Role.ADMIN, True)
    assert (await Passwords(WEAK).verdict(admin.password_hash, password)).is_right
    assert await prepare(database) is None
    again = await user(database, "admin")
    assert again is not None
    assert again.password_hash == admin.password_hash


async def test_where_there_is_an_admin_none_is_made(database: Database) -> None:
    async with database.transaction() as session:
        await add_user(session, login="root", name="Root", role=Role.ADMIN, now=NOW)
    assert await prepare(database) is None
    assert await user(database, "admin") is None


async def test_somebody_elses_login_is_not_taken(database: Database) -> None:
    async with database.transaction() as session:
        await add_user(session, login="admin", name="Adam Min", role=Role.AGENT, now=NOW)
    assert await prepare(database) is None
    kept = await user(database, "admin")
    assert kept is not None
    assert (kept.role, kept.password_hash) == (Role.AGENT, None)


async def test_sessions_that_were_over_long_ago_are_forgotten(database: Database) -> None:
    async with database.transaction() as session:
        anna = await add_user(session, login="anna", name="Anna", role=Role.ADMIN, now=NOW)
        old = await start_session(session, anna.id, address="a", now=NOW - KEPT - ABSOLUTE - timedelta(seconds=1))
        recent = await start_session(session, anna.id, address="a", now=NOW - KEPT)
    await prepare(database)
    async with database.reading() as session:
        assert await session.get(UserSession, old.id) is None
        assert await session.get(UserSession, recent.id) is not None
