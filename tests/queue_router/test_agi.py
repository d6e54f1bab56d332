import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from queue_router import agi
from queue_router.agi import AgiAnswer, AgiError, AgiHangup, AgiServer, AgiSession, Unquotable, quote, read_head

HEAD = b"agi_network_script: test\nagi_uniqueid: 1764.1\n\n"
Script = Callable[[AgiSession], Awaitable[None]]
Serve = Callable[[Script], Awaitable[tuple[asyncio.StreamReader, asyncio.StreamWriter]]]


@pytest.fixture
async def serve() -> AsyncIterator[Serve]:
    """Serves a script, and gives Asterisk's end of a connection that asked for it."""
    server = AgiServer()
    writers: list[asyncio.StreamWriter] = []

    async def begin(script: Script) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        server.add_script("test", script)
        reader, writer = await asyncio.open_connection("127.0.0.1", await server.start("127.0.0.1", 0))
        writers.append(writer)
        writer.write(HEAD)
        return reader, writer

    yield begin
    for writer in writers:
        writer.close()
    await server.stop()


@pytest.mark.parametrize(
    "text", ["", "a b", "${RD_CALL}", "PJSIP/1001/sip:1001@127.0.0.1:5060;x=y&PJSIP/a", "สมชาย 😀", "'`$()|&;,"]
)
def test_a_harmless_text_is_put_in_quotes(text: str) -> None:
    assert quote(text) == f'"{text}"'


@pytest.mark.parametrize("text", ['a"b', "a\\b", "a\nb", "a\r", "\x00", "\t", "\x7f", "\x85", 'x" EXEC System "rm'])
def test_a_text_that_could_end_its_quotes_is_refused(text: str) -> None:
    with pytest.raises(Unquotable):
        quote(text)


@given(st.text())
def test_quoted_text_is_one_line_and_one_argument(text: str) -> None:
    try:
        quoted = quote(text)
    except Unquotable:
        return
    assert quoted[0] == quoted[-1] == '"'
    assert quoted[1:-1] == text
    assert not set(quoted[1:-1]) & set('"\\\r\n\x00')


@pytest.mark.parametrize(
    ("said", "answer"),
    [
        (b"200 result=0\n", AgiAnswer("0", None)),
        (b"200 result=-1\n", AgiAnswer("-1", None)),
        (b"200 result=1 (hangup)\n", AgiAnswer("1", "hangup")),
        (b"200 result=1 (a (b) c)\n", AgiAnswer("1", "a (b) c")),
        (b"200 result=1 ()\n", AgiAnswer("1", "")),
        (b"100 Trying...\n200 result=0\n", AgiAnswer("0", None)),
        ("200 result=1 (สมชาย)\n".encode(), AgiAnswer("1", "สมชาย")),
        (b"200 result=1 (\xff)\n", AgiAnswer("1", "\ufffd")),
    ],
)
async def test_an_answer_is_read(serve: Serve, said: bytes, answer: AgiAnswer) -> None:
    result: asyncio.Future[AgiAnswer] = asyncio.get_running_loop().create_future()

    async def script(session: AgiSession) -> None:
        result.set_result(await session.command("GET VARIABLE", "X"))

    reader, writer = await serve(script)
    assert await reader.readline() == b'GET VARIABLE "X"\n'
    writer.write(said)
    assert await asyncio.wait_for(result, 30) == answer
    assert await reader.read() == b""


@pytest.mark.parametrize(
    ("said", "error"),
    [
        (b"HANGUP\n200 result=0\n", AgiHangup),
        (b"511 Command Not Permitted on a dead channel or intercept routine\n", AgiHangup),
        (b"", AgiHangup),
        (b"200 resu", AgiHangup),
        (b"510 Invalid or unknown command\n", AgiError),
        (b"520-Invalid command syntax.  Proper usage follows:\nUsage: X\n520 End of proper usage.\n", AgiError),
        (b"what?\n", AgiError),
        (b"200 what?\n", AgiError),
        (b"2" * 100_000, AgiError),
    ],
)
async def test_an_answer_that_is_none_ends_the_conversation(serve: Serve, said: bytes, error: type[AgiError]) -> None:
    raised: asyncio.Future[BaseException] = asyncio.get_running_loop().create_future()

    async def script(session: AgiSession) -> None:
        try:
            await session.command("GET VARIABLE", "X")
        except BaseException as caught:
            raised.set_result(caught)
            raise

    reader, writer = await serve(script)
    await reader.readline()
    writer.write(said)
    writer.write_eof()
    assert type(await asyncio.wait_for(raised, 30)) is error


async def test_a_pbx_that_says_nothing_is_not_waited_for(serve: Serve) -> None:
    raised: asyncio.Future[bool] = asyncio.get_running_loop().create_future()

    async def script(session: AgiSession) -> None:
        try:
            await session.command("GET VARIABLE", "X", timeout=0.05)
        except TimeoutError:
            raised.set_result(True)

    await serve(script)
    assert await asyncio.wait_for(raised, 30)


async def test_a_command_longer_than_asterisk_reads_is_refused(serve: Serve) -> None:
    raised: asyncio.Future[bool] = asyncio.get_running_loop().create_future()

    async def script(session: AgiSession) -> None:
        try:
            await session.command("EXEC Dial", "x" * 3000)
        except Unquotable:
            raised.set_result(True)

    reader, _ = await serve(script)
    assert await asyncio.wait_for(raised, 30)
    assert await reader.read() == b""


@pytest.mark.parametrize(
    "head",
    [
        b"",
        b"agi_network_script: test",
        b"agi_network_script: test\n",
        b"GET / HTTP/1.1\r\nHost: x\r\n\r\n",
        b"agi_x: " + b"y" * 100_000 + b"\n\n",
        b"agi_x: y\n" * 10_000 + b"\n",
        b"\xff\xfe\n\n",
    ],
)
async def test_a_head_that_is_none_is_an_error(head: bytes) -> None:
    reader = asyncio.StreamReader(limit=agi.LINE_LIMIT)
    reader.feed_data(head)
    reader.feed_eof()
    with pytest.raises(AgiError):
        await read_head(reader)


async def test_a_head_in_pieces_is_read_and_the_first_of_a_name_counts() -> None:
    reader = asyncio.StreamReader()
    head = "agi_uniqueid: 1\nagi_calleridname: สมชาย: x\nagi_uniqueid: 2\n\n".encode()

    async def feed() -> None:
        for index in range(len(head)):
            reader.feed_data(head[index : index + 1])
            await asyncio.sleep(0)

    feeding = asyncio.create_task(feed())
    assert await read_head(reader) == {"agi_uniqueid": "1", "agi_calleridname": "สมชาย: x"}
    await feeding


async def test_a_script_that_fails_or_is_not_there_gives_the_call_back(serve: Serve) -> None:
    async def script(session: AgiSession) -> None:
        raise RuntimeError("a fault")

    reader, _ = await serve(script)
    assert await asyncio.wait_for(reader.read(), 30) == b""


async def test_a_script_nobody_knows_gives_the_call_back() -> None:
    server = AgiServer()
    reader, writer = await asyncio.open_connection("127.0.0.1", await server.start("127.0.0.1", 0))
    writer.write(HEAD)
    assert await asyncio.wait_for(reader.read(), 30) == b""
    writer.close()
    await server.stop()


async def test_stopping_ends_the_conversations(serve: Serve) -> None:
    server = AgiServer()
    begun = asyncio.Event()

    async def script(session: AgiSession) -> None:
        begun.set()
        await session.command("EXEC Dial", "x", timeout=None)

    server.add_script("test", script)
    reader, writer = await asyncio.open_connection("127.0.0.1", await server.start("127.0.0.1", 0))
    writer.write(HEAD)
    await asyncio.wait_for(begun.wait(), 30)
    assert server.is_listening
    await asyncio.wait_for(server.stop(), 30)
    assert not server.is_listening
    assert await asyncio.wait_for(reader.read(), 30) == b'EXEC Dial "x"\n'
    writer.close()
