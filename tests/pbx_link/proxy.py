"""A TCP proxy between the link and a real Asterisk: it can cut, chop and hold back, and keeps what went through."""

from __future__ import annotations

import asyncio


class Proxy:
    """Relays `port` to `target`. `chunk` cuts what goes to the link into pieces of so many bytes."""

    def __init__(self, target: int, *, chunk: int | None = None) -> None:
        self._target = target
        self._chunk = chunk
        self.port = 0
        self.connections = 0
        self.sent_by_link = b""
        self.refuses = False
        self.swallows_answers = False
        self._writers: set[asyncio.StreamWriter] = set()
        self._serving: set[asyncio.Task[None]] = set()

    async def __aenter__(self) -> Proxy:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()
        self.cut()
        await asyncio.gather(*self._serving)

    def cut(self) -> None:
        """Reset every connection, as a dead host or a firewall does."""
        for writer in self._writers:
            writer.transport.abort()
        self._writers.clear()

    def sent(self, action: str) -> int:
        """How often the link has sent this action so far."""
        return self.sent_by_link.count(f"Action: {action}\r\n".encode())

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self.refuses:
            writer.transport.abort()
            return
        self.connections += 1
        task = asyncio.current_task()
        assert task is not None
        self._serving.add(task)
        far_reader, far_writer = await asyncio.open_connection("127.0.0.1", self._target)
        self._writers |= {writer, far_writer}
        await asyncio.gather(self._to_asterisk(reader, far_writer), self._to_link(far_reader, writer))

    async def _to_asterisk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while data := await reader.read(65536):
                self.sent_by_link += data
                writer.write(data)
        except ConnectionError:
            pass
        finally:
            writer.transport.abort()

    async def _to_link(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while data := await reader.read(65536):
                if self.swallows_answers:
                    continue
                size = self._chunk or len(data)
                for start in range(0, len(data), size):
                    writer.write(data[start : start + size])
                    if self._chunk:
                        await asyncio.sleep(0)  # Lets the piece go out by itself.
        except ConnectionError:
            pass
        finally:
            writer.transport.abort()
