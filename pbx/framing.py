"""Bytes of the manager interface to frames. Pure: no sockets, no clock."""

from __future__ import annotations

from pbx.events import AmiFrame

END_OF_FRAME = b"\r\n\r\n"
END_OF_LINE = "\r\n"
BANNER = "Asterisk Call Manager/"
LONGEST_BANNER = 256
LONGEST_FRAME = 4 * 1024 * 1024
"""Bytes. The longest real ones are the answers to `Command` and `GetConfig`: some hundred kilobytes."""


class FramingError(Exception):
    """What arrives is not what Asterisk's manager interface sends. The connection is of no use any more."""


class FrameParser:
    """Cuts a byte stream into frames, however it is cut into chunks.

    Frames are cut out as bytes and decoded whole, so that a character cut in two by a chunk's edge stays whole; what
    is truly not UTF-8 becomes U+FFFD. Holds at most `longest_frame` bytes of an unfinished frame.
    """

    def __init__(self, *, longest_frame: int = LONGEST_FRAME, expect_banner: bool = True) -> None:
        self._longest = longest_frame
        self._rest = bytearray()
        self._searched = 0
        self._banner_due = expect_banner
        self.protocol_version: str | None = None
        """The version of AMI in the greeting; None until that has come."""
        self.malformed_lines = 0
        """Lines so far that were no `Header: value`."""

    @property
    def unfinished(self) -> int:
        """Bytes of a frame whose end has not come yet."""
        return len(self._rest)

    def feed(self, data: bytes) -> list[AmiFrame]:
        """The frames that `data` completes, in order. Raises FramingError; the parser is useless then."""
        rest = self._rest
        rest += data
        if self._banner_due and not self._take_banner():
            return []
        end = rest.rfind(END_OF_FRAME, self._searched)
        if end < 0:
            if len(rest) > self._longest:
                raise FramingError(
                    f"{len(rest)} bytes without the end of a frame (limit {self._longest}): "
                    "this is not what Asterisk's manager interface sends"
                )
            # The end may arrive cut in two: its first three bytes may be here.
            self._searched = max(0, len(rest) - 3)
            return []
        block = rest[:end].decode("utf-8", "replace")
        del rest[: end + 4]
        self._searched = 0
        if len(rest) > self._longest:
            raise FramingError(f"{len(rest)} bytes without the end of a frame (limit {self._longest})")
        frames = []
        for frame in block.split("\r\n\r\n"):
            lines = frame.split(END_OF_LINE)
            try:
                headers: AmiFrame = dict([line.split(": ", 1) for line in lines])  # type: ignore[assignment]
            except ValueError:
                headers = self._parse_with_care(lines)
            else:
                if len(headers) != len(lines):
                    headers = self._parse_with_care(lines)
            if headers:
                frames.append(headers)
        return frames

    def _take_banner(self) -> bool:
        end = self._rest.find(b"\r\n")
        beginning = bytes(self._rest[: LONGEST_BANNER if end < 0 else end])
        expected = BANNER.encode()
        if not beginning.startswith(expected[: len(beginning)]) or (end < 0 and len(self._rest) > LONGEST_BANNER):
            raise FramingError(
                f"the greeting is not Asterisk's: {beginning[:60].decode('utf-8', 'replace')!r} "
                f"instead of '{BANNER}…'. Check host and port"
            )
        if end < 0:
            return False
        self.protocol_version = beginning.decode("utf-8", "replace").removeprefix(BANNER)
        self._banner_due = False
        del self._rest[: end + 2]
        return True

    def _parse_with_care(self, lines: list[str]) -> AmiFrame:
        """A frame with repeated headers, empty lines, `Header:` without a blank, or lines that are no header."""
        headers: AmiFrame = {}
        for line in lines:
            header, colon, value = line.partition(": ")
            if not colon:
                if not line.endswith(":"):
                    self.malformed_lines += bool(line)
                    continue
                header = line[:-1]
            known = headers.get(header)
            if known is None:
                headers[header] = value
            elif isinstance(known, list):
                known.append(value)
            else:
                headers[header] = [known, value]
        return headers
