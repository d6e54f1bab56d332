from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text

from accounts.errors import BadInput
from accounts.tokens import IssuedToken, create_token, revoke_token, user_of_token
from accounts.users import Role, User, add_user
from kernel.database import Database

NOW = datetime(2026, 11, 2, 8, 0, tzinfo=UTC)


async def issue(
    database: Database, login: str = "anna", expires_at: datetime | None = None
) -> tuple[User, IssuedToken]:
    async with database.transaction() as session:
        user = await add_user(session, login=login, name=login, role=Role.AGENT, now=NOW)
        return user, await create_token(session, user.id, label="desk", now=NOW, expires_at=expires_at)


async def login_of(database: Database, secret: str, now: datetime = NOW) -> str | None:
    async with database.reading() as session:
        user = await user_of_token(session, secret, now)
        return user.login if user else None


async def test_a_token_stands_for_its_user(database: Database) -> None:
    _, annas = await issue(database, "anna")
    _, boris = await issue(database, "boris")

    assert await login_of(database, annas.secret) == "anna"
    assert await login_of(database, boris.secret) == "boris"


async def test_only_a_hash_of_the_secret_is_kept(database: Database) -> None:
    _, token = await issue(database)
    async with database.reading() as session:
        kept = " ".join(str(value) for row in await session.execute(text("SELECT * FROM api_tokens")) for value in row)
    assert token.secret not in kept
    assert token.secret[12:] not in kept
    assert token.secret not in repr(token)


async def test_a_token_of_the_same_prefix_is_not_the_same(database: Database) -> None:
    _, token = await issue(database)
    last = "A" if token.secret[-1] != "A" else "B"
    assert await login_of(database, token.secret[:-1] + last) is None
    assert await login_of(database, token.secret + "A") is None
    assert await login_of(database, token.secret[:12]) is None


@pytest.mark.parametrize("secret", ["", "rdk_", "Bearer", "rdk_" + "é" * 43, "rdk_" + "a" * 100_000, "rdk_\x00"])
async def test_what_is_no_token_stands_for_nobody(database: Database, secret: str) -> None:
    await issue(database)
    assert await login_of(database, secret) is None


async def test_a_revoked_token_is_no_good_and_is_revoked_once(database: Database) -> None:
    _, token = await issue(database)
    async with database.transaction() as session:
        assert await revoke_token(session, token.id, NOW)
    async with database.transaction() as session:
        assert not await revoke_token(session, token.id, NOW)
        assert not await revoke_token(session, 999, NOW)
    assert await login_of(database, token.secret) is None


async def test_a_token_is_good_until_it_expires(database: Database) -> None:
    end = NOW + timedelta(hours=1)
    _, token = await issue(database, expires_at=end)
    assert await login_of(database, token.secret, end - timedelta(microseconds=1)) == "anna"
    assert await login_of(database, token.secret, end) is None


async def test_a_token_of_who_left_is_no_good(database: Database) -> None:
    user, token = await issue(database)
    async with database.transaction() as session:
        kept = await session.get(User, user.id)
        assert kept is not None
        kept.active = False
    assert await login_of(database, token.secret) is None


async def test_a_token_cannot_be_made_expired(database: Database) -> None:
    with pytest.raises(BadInput, match="expires_at"):
        await issue(database, expires_at=NOW)
