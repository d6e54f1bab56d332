import pytest

pytestmark = pytest.mark.postgresql


async def test_each_test_gets_an_empty_database_of_its_own(postgres_url: str) -> None:
    import asyncpg

    connection = await asyncpg.connect(postgres_url.replace("+asyncpg", ""))
    try:
        assert await connection.fetchval("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'") == 0
        assert await connection.fetchval("SHOW server_encoding") == "UTF8"
        await connection.execute("CREATE TABLE mine (name text)")
        assert await connection.fetchval("SELECT 'สมชาย'") == "สมชาย"
    finally:
        await connection.close()
