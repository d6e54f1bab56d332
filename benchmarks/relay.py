"""The barest relay: whatever ends with a blank line on one connection goes to every websocket as one frame.

`python -m benchmarks.relay AMI_PORT PAYLOAD_BYTES` prints the port at which websockets connect. No sign-in, no
topics, no numbers, nothing kept: what any way from the manager interface to the browsers costs at the least.
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import sys
from typing import ClassVar

_KEY = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
_ACTIONS = b"Action: Login\r\nActionID: 1\r\n\r\n"


class Socket(asyncio.Protocol):
    """A websocket that only writes."""

    everybody: ClassVar[set[Socket]] = set()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        self._head = b""

    def connection_lost(self, error: Exception | None) -> None:
        self.everybody.discard(self)

    def data_received(self, data: bytes) -> None:
        if self in self.everybody:
            return
        self._head += data
        if b"\r\n\r\n" not in self._head:
            return
        key = next(line.split(b": ")[1] for line in self._head.split(b"\r\n") if line.startswith(b"Sec-WebSocket-Key"))
        accept = base64.b64encode(hashlib.sha1(key + _KEY, usedforsecurity=False).digest())
        self.transport.write(
            b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            b"Sec-WebSocket-Accept: " + accept + b"\r\n\r\n"
        )
        self.everybody.add(self)


async def main(ami_port: int, size: int) -> None:
    loop = asyncio.get_running_loop()
    server = await loop.create_server(Socket, "127.0.0.1", 0)
    reader, writer = await asyncio.open_connection("127.0.0.1", ami_port)
    writer.write(_ACTIONS)
    await reader.readuntil(b"\r\n\r\n")  # greeting and answer
    print(server.sockets[0].getsockname()[1], flush=True)
    while True:
        try:
            await reader.readuntil(b"\r\n\r\n")
        except asyncio.IncompleteReadError:
            return
        payload = b"x" * size
        head = bytes([0x81, size]) if size < 126 else bytes([0x81, 126]) + size.to_bytes(2)
        for each in Socket.everybody:
            each.transport.write(head + payload)


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]), int(sys.argv[2])))
