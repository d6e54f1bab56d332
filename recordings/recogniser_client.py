"""The parent's side of the recogniser process: started when first needed, and again after it broke down."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import sys
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any

import structlog
from prometheus_client import Counter

from kernel.telemetry import REGISTRY
from recordings.recogniser import ModelMissing, RecogniserError, RecogniserFailed, SoundUnreadable, Word
from recordings.recogniser_process import MODEL_MISSING, SOUND_UNREADABLE
from recordings.speech_models import SpeechModel

ANSWER_BYTES = 64 * 1024 * 1024
"""Longest answer taken. The words of a two-hour call make about 1 MB."""

CLOSE_SECONDS = 3.0

STARTS = Counter("ringdesk_recogniser_starts_total", "Starts of the speech recogniser's process", registry=REGISTRY)
BREAKDOWNS = Counter(
    "ringdesk_recogniser_breakdowns_total",
    "Requests that the speech recogniser's process died or hung on",
    registry=REGISTRY,
)

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Recognition:
    """What was heard in a file of `seconds` length, and by which engine and model."""

    words: tuple[Word, ...]
    seconds: float
    engine: str
    model: str
    language: str


@dataclass(frozen=True, slots=True)
class Patience:
    """How long a request may take, in seconds: `base`, and `per_second` for each second of sound."""

    start: float = 120.0
    """For the process to start and load its model."""
    base: float = 60.0
    per_second: float = 5.0

    def for_sound(self, seconds: float) -> float:
        return self.base + self.per_second * seconds


class RecogniserProcess:
    """One recogniser process and the queue before it: requests are answered one at a time, in order.

    A process that dies or takes too long fails the request that it had, and the next one starts it anew. Belongs to
    one event loop.
    """

    def __init__(
        self, model: SpeechModel, *, threads: int = 1, niceness: int = 10, patience: Patience | None = None
    ) -> None:
        if threads < 1:
            raise ValueError(f"threads: {threads}; at least one is needed")
        if not 0 <= niceness <= 19:
            raise ValueError(f"niceness: {niceness}; from 0 to 19")
        self._model = model
        self._threads = threads
        self._niceness = niceness
        self._patience = patience or Patience()
        self._turn = asyncio.Lock()
        self._process: asyncio.subprocess.Process | None = None
        self._engine_name = self._model_name = ""
        self._numbers = count(1)

    @property
    def pid(self) -> int | None:
        """The process's id while there is one."""
        return self._process.pid if self._process is not None and self._process.returncode is None else None

    async def recognise(self, path: Path, *, rate: int) -> Recognition:
        """The words in the raw 16-bit mono file at `path`, which has `rate` samples a second.

        Raises `ModelMissing`, `SoundUnreadable`, or `RecogniserFailed` when the process died or took too long.
        """
        async with self._turn:
            try:
                process = await self._running()
                number = next(self._numbers)
                limit = self._patience.for_sound(_bytes_of_sound(path) / 2 / rate)
                answer = await self._ask(process, {"id": number, "path": str(path), "rate": rate}, limit)
                if answer.get("id") != number:
                    raise self._broken(f"the speech recogniser answered something else: {str(answer)[:200]}")
            except (asyncio.CancelledError, RecogniserFailed):
                # Its answer would be taken for that of the next request.
                await self._kill()
                raise
            _raise_if_error(answer)
            return Recognition(
                tuple(Word(*word) for word in answer["words"]),
                float(answer["seconds"]),
                self._engine_name,
                self._model_name,
                self._model.language,
            )

    async def close(self) -> None:
        """End the process, also in the middle of a request, which then fails."""
        process = self._process
        if process is None or process.returncode is not None:
            return
        if process.stdin is not None:
            process.stdin.close()
        try:
            async with asyncio.timeout(CLOSE_SECONDS):
                await process.wait()
        except TimeoutError:
            await self._kill()

    async def _running(self) -> asyncio.subprocess.Process:
        if self._process is not None and self._process.returncode is None:
            return self._process
        STARTS.inc()
        command = [sys.executable, "-P", "-m", "recordings.recogniser_process"]
        command += ["--engine", self._model.engine.value, "--language", self._model.language]
        command += ["--threads", str(self._threads), "--niceness", str(self._niceness)]
        if self._model.directory is not None:
            command += ["--model", str(self._model.directory)]
        self._process = process = await asyncio.create_subprocess_exec(
            *command,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            env=_environment(self._threads),
            limit=ANSWER_BYTES,
            close_fds=True,
            # A Ctrl-C at the terminal is for us: we end it when its work is done with.
            start_new_session=True,
        )
        ready = await self._read(process, self._patience.start, "load its model")
        if not ready.get("ready"):
            await process.wait()
            _raise_if_error(ready)
        self._engine_name, self._model_name = ready["engine"], ready["model"]
        log.info("speech recogniser started", pid=process.pid, engine=self._engine_name, model=self._model_name)
        return process

    async def _ask(self, process: asyncio.subprocess.Process, request: dict[str, Any], limit: float) -> dict[str, Any]:
        assert process.stdin is not None  # noqa: S101
        # A broken pipe shows itself as the end of its answers, where it is told with the reason.
        with contextlib.suppress(ConnectionError):
            process.stdin.write(json.dumps(request).encode() + b"\n")
            await process.stdin.drain()
        return await self._read(process, limit, f"recognise {Path(request['path']).name}")

    async def _read(self, process: asyncio.subprocess.Process, limit: float, purpose: str) -> dict[str, Any]:
        assert process.stdout is not None  # noqa: S101
        try:
            async with asyncio.timeout(limit):
                line = await process.stdout.readline()
                if not line:
                    raise self._broken(f"the speech recogniser {_end_of(await process.wait())} with work to {purpose}")
        except TimeoutError as error:
            raise self._broken(f"the speech recogniser took longer than {limit:g} s to {purpose}") from error
        try:
            answer = json.loads(line)
            if not isinstance(answer, dict):
                raise TypeError("no object")
        except (ValueError, TypeError) as error:
            raise self._broken(f"the speech recogniser's answer is no JSON object: {line[:200]!r}") from error
        return answer

    @staticmethod
    def _broken(message: str) -> RecogniserFailed:
        BREAKDOWNS.inc()
        log.error(message)
        return RecogniserFailed(message)

    async def _kill(self) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        await process.wait()


def _bytes_of_sound(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError as error:
        raise SoundUnreadable(f"{path.name}: {error.strerror or error}") from error


def _raise_if_error(answer: dict[str, Any]) -> None:
    if "error" not in answer:
        return
    kinds: dict[str, type[RecogniserError]] = {MODEL_MISSING: ModelMissing, SOUND_UNREADABLE: SoundUnreadable}
    raise kinds.get(str(answer.get("kind")), RecogniserFailed)(str(answer["error"]))


def _end_of(code: int) -> str:
    return f"was killed by signal {-code}" if code < 0 else f"ended with code {code}"


def _environment(threads: int) -> dict[str, str]:
    # Our settings hold secrets that recognition has no use for.
    inherited = {key: value for key, value in os.environ.items() if not key.startswith("RINGDESK_")}
    cores = str(threads)
    return {
        **inherited,
        "OMP_NUM_THREADS": cores,
        "OPENBLAS_NUM_THREADS": cores,
        "MKL_NUM_THREADS": cores,
        # Models come from directories: nothing is fetched behind the user's back.
        "HF_HUB_OFFLINE": "1",
    }
