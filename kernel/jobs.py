"""Durable jobs: work that must happen exactly if a fact did, and survives a killed process.

A job is asked for by a row written in the fact's own transaction (an outbox): no fact without its job, no job without
its fact. A sweep turns each row into a DBOS workflow whose id is the row's key, so that sweeping twice starts it once.
DBOS goes on with a workflow whose process was killed at the step that it was in.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

import structlog
from dbos import DBOS, DBOSConfig, SetWorkflowID
from dbos import error as dbos_errors
from prometheus_client import Counter
from sqlalchemy import JSON, Text, select, update
from sqlalchemy.engine import make_url
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from kernel.clock import Clock, SystemClock
from kernel.database import Base, Database, UTCDateTime, describe_trouble, insert_for, is_away
from kernel.telemetry import REGISTRY

T = TypeVar("T")

QUEUE = "jobs"
APPLICATION_VERSION = "1"
"""Raised when a job's steps change so that one begun by the old code can't be gone on with by the new."""

SWEEP_SECONDS = 0.25
AWAY_SECONDS = 1.0
"""Between two tries while the database is away."""
SWEEP_ROWS = 100

JOBS_FINISHED = Counter("ringdesk_jobs_finished_total", "Durable jobs ended", ["job", "result"], registry=REGISTRY)

log = structlog.get_logger(__name__)


class JobRequest(Base):
    """A job that was asked for. `handed_over_at` is set when DBOS has it, `finished_at` when it is done or given up."""

    __tablename__ = "job_requests"

    key: Mapped[str] = mapped_column(Text, primary_key=True)
    name: Mapped[str] = mapped_column(Text)
    payload: Mapped[dict[str, Any]] = mapped_column(JSON)
    requested_at: Mapped[datetime] = mapped_column(UTCDateTime, index=True)
    handed_over_at: Mapped[datetime | None] = mapped_column(UTCDateTime, index=True)
    finished_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    problem: Mapped[str | None] = mapped_column(Text)


async def request_job(
    session: AsyncSession, name: str, payload: dict[str, Any], *, key: str, clock: Clock | None = None
) -> None:
    """Ask, in `session`'s transaction, for the job `name`. The same `key` asks for the same job: only once."""
    row = {
        "key": key,
        "name": name,
        "payload": payload,
        "requested_at": (clock or SystemClock()).now(),
    }
    await session.execute(insert_for(session, JobRequest).values(row).on_conflict_do_nothing(index_elements=["key"]))


@dataclass(frozen=True, slots=True)
class Retries:
    """How often a step is tried again. The wait doubles from `first_wait` seconds on."""

    attempts: int = 5
    first_wait: float = 1.0


@dataclass(frozen=True, slots=True)
class Job:
    """What a job's function is given: its payload, and `step` to do its work in."""

    key: str
    payload: dict[str, Any]

    async def step(
        self, name: str, function: Callable[..., Coroutine[Any, Any, T]], *arguments: Any, retries: Retries = Retries()
    ) -> T:
        """Do `function(*arguments)` as a step: once done, its result is kept and it isn't done again after a crash.

        It may still be done twice when the process dies within it, so a step's effect must be idempotent. Arguments
        and result are kept in the database: let them be small and of plain types.
        """
        try:
            return await DBOS.run_step_async(
                {
                    "name": name,
                    "retries_allowed": retries.attempts > 1,
                    "max_attempts": retries.attempts,
                    "interval_seconds": retries.first_wait,
                    "backoff_rate": 2.0,
                },
                function,
                *arguments,
            )
        except dbos_errors.DBOSMaxStepRetriesExceeded as exceeded:
            # Whoever reads why a job failed wants the reason, not how often it was met.
            raise (exceeded.errors[-1] if exceeded.errors else exceeded) from exceeded


JobFunction = Callable[[Job], Awaitable[None]]

_running: JobRunner | None = None


@DBOS.workflow(name="ringdesk_job")
async def _workflow(name: str, key: str, payload: dict[str, Any]) -> None:
    # DBOS finds workflows by module-level name, also when it recovers one before anything of ours has run.
    if _running is None:
        raise RuntimeError("the job runner is not running")
    await _running.perform(name, Job(key, payload))


class JobRunner:
    """Sweeps requested jobs into DBOS and performs them, at most `concurrency` at a time. One in a process."""

    def __init__(
        self,
        database: Database,
        functions: dict[str, JobFunction],
        *,
        concurrency: int = 2,
        executor_id: str = "local",
        clock: Clock | None = None,
    ) -> None:
        self._database = database
        self._functions = functions
        self._concurrency = concurrency
        self._executor_id = executor_id
        self._clock = clock or SystemClock()
        self._sweeping: asyncio.Task[None] | None = None
        self._performing: set[asyncio.Task[Any]] = set()

    async def start(self) -> None:
        """Launch DBOS on this event loop, go on with what a killed process left, and begin to sweep."""
        global _running
        if _running is not None:
            raise RuntimeError("a job runner is running in this process already")
        _running = self
        DBOS(
            config=DBOSConfig(
                name="ringdesk",
                system_database_url=system_database_url(self._database.url),
                application_version=APPLICATION_VERSION,
                executor_id=self._executor_id,
                log_level="WARNING",
            )
        )
        # What it logs goes where everything is logged, and not past that to the terminal.
        logger = logging.getLogger("dbos")
        logger.handlers.clear()
        logger.propagate = True
        DBOS.launch()
        await DBOS.register_queue_async(
            QUEUE, worker_concurrency=self._concurrency, polling_interval_sec=SWEEP_SECONDS, on_conflict="always_update"
        )
        self._sweeping = asyncio.create_task(self._sweep_for_ever(), name="job sweep")

    async def close(self) -> None:
        """Stop. A job in work goes on at its step when the next runner starts."""
        global _running
        if self._sweeping is not None:
            self._sweeping.cancel()
            await asyncio.gather(self._sweeping, return_exceptions=True)
        # What DBOS says of workflows that are cut off sounds like faults, and isn't: they go on at the next start.
        logging.getLogger("dbos").setLevel(logging.CRITICAL)
        # Cut off here, before what they work with goes away: a failed step would count as one of its tries.
        for task in list(self._performing):
            task.cancel()
        await asyncio.gather(*self._performing, return_exceptions=True)
        await asyncio.to_thread(DBOS.destroy)
        # DBOS made its own thread pool the event loop's default and has shut it down: the loop needs another.
        asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(thread_name_prefix="asyncio"))
        _running = None

    async def sweep(self) -> int:
        """Hand over what is waiting, oldest first; how many that were."""
        async with self._database.reading() as session:
            waiting: Sequence[JobRequest] = (
                await session.scalars(
                    select(JobRequest)
                    .where(JobRequest.handed_over_at.is_(None))
                    .order_by(JobRequest.requested_at)
                    .limit(SWEEP_ROWS)
                )
            ).all()
        for request in waiting:
            with SetWorkflowID(request.key):
                await DBOS.enqueue_workflow_async(QUEUE, _workflow, request.name, request.key, request.payload)
        if waiting:
            async with self._database.transaction() as session:
                await session.execute(
                    update(JobRequest)
                    .where(JobRequest.key.in_([request.key for request in waiting]))
                    .values(handed_over_at=self._clock.now())
                )
        return len(waiting)

    async def perform(self, name: str, job: Job) -> None:
        """Do one job, inside its workflow, and note how it ended."""
        task = asyncio.current_task()
        assert task is not None  # noqa: S101 - a coroutine of a workflow runs in one
        self._performing.add(task)
        task.add_done_callback(self._performing.discard)
        function = self._functions.get(name)
        problem: str | None = None
        if function is None:
            problem = f"there is no job named {name!r}"
        else:
            try:
                await function(job)
            except Exception as error:
                problem = f"{type(error).__name__}: {error}"
        if problem:
            log.error("job failed", job=name, key=job.key, problem=problem)
        JOBS_FINISHED.labels(name, "failed" if problem else "done").inc()
        await job.step("note the end", self._note_end, job.key, problem)

    async def _note_end(self, key: str, problem: str | None) -> None:
        async with self._database.transaction() as session:
            await session.execute(
                update(JobRequest).where(JobRequest.key == key).values(finished_at=self._clock.now(), problem=problem)
            )

    async def _sweep_for_ever(self) -> None:
        is_away_known = False
        while True:
            pause = SWEEP_SECONDS
            try:
                await self.sweep()
                is_away_known = False
            except Exception as error:
                # A locked or absent database passes; the rows wait.
                pause = AWAY_SECONDS
                if not is_away(error):
                    log.exception("job sweep failed; trying again")
                elif not is_away_known:
                    is_away_known = True
                    log.warning("jobs wait for the database", error=describe_trouble(error))
            await self._clock.sleep(pause)


def system_database_url(url: str) -> str:
    """Where DBOS keeps its own tables for the database at `url`: beside the SQLite file, or in the same PostgreSQL."""
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite":
        return f"sqlite:///{parsed.database}.jobs"
    return parsed.set(drivername="postgresql+psycopg").render_as_string(hide_password=False)
