"""Durable jobs on a real SQLite: asked for in a transaction, done exactly once, gone on with after kill -9."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import select

from kernel.database import Base, Database
from kernel.jobs import Job, JobRequest, JobRunner, Retries, request_job


async def created(path: Path, url: str | None = None) -> Database:
    database = Database(url or f"sqlite+aiosqlite:///{path}")
    async with database.engine.begin() as connection:
        await connection.run_sync(Base.metadata.create_all)
    return database


async def finished(database: Database, key: str) -> JobRequest:
    async with asyncio.timeout(30):
        while True:
            async with database.reading() as session:
                row = await session.scalar(select(JobRequest).where(JobRequest.key == key))
                if row is not None and row.finished_at is not None:
                    return row
            await asyncio.sleep(0.05)


async def test_a_job_is_done_once_however_often_it_is_asked_for(tmp_path: Path) -> None:
    database = await created(tmp_path / "r.db")
    done: list[dict[str, object]] = []

    async def note(payload: dict[str, object]) -> None:
        done.append(payload)

    async def work(job: Job) -> None:
        await job.step("note", note, job.payload)

    for _ in range(3):
        async with database.transaction() as session:
            await request_job(session, "work", {"n": 1}, key="work:1")
    runner = JobRunner(database, {"work": work})
    await runner.start()
    try:
        row = await finished(database, "work:1")
        async with database.transaction() as session:
            await request_job(session, "work", {"n": 1}, key="work:1")
        assert await runner.sweep() == 0
    finally:
        await runner.close()
        await database.close()
    assert row.problem is None
    assert done == [{"n": 1}]


async def test_a_transaction_that_fails_leaves_no_job(tmp_path: Path) -> None:
    database = await created(tmp_path / "r.db")

    async def fail() -> None:
        async with database.transaction() as session:
            await request_job(session, "work", {}, key="work:1")
            raise RuntimeError("the fact failed")

    with pytest.raises(RuntimeError, match="the fact failed"):
        await fail()
    async with database.reading() as session:
        assert (await session.scalars(select(JobRequest))).all() == []
    await database.close()


async def test_a_step_is_tried_again_and_a_job_that_stays_broken_says_why(tmp_path: Path) -> None:
    database = await created(tmp_path / "r.db")
    tries = 0

    async def flaky() -> None:
        nonlocal tries
        tries += 1
        if tries < 3:
            raise OSError("disk is busy")

    async def work(job: Job) -> None:
        await job.step("flaky", flaky, retries=Retries(attempts=3, first_wait=0.01))

    async def broken(job: Job) -> None:
        raise ValueError("the file is not sound")

    async with database.transaction() as session:
        await request_job(session, "work", {}, key="w")
        await request_job(session, "broken", {}, key="b")
        await request_job(session, "unheard-of", {}, key="u")
    runner = JobRunner(database, {"work": work, "broken": broken})
    await runner.start()
    try:
        assert (await finished(database, "w")).problem is None
        assert (await finished(database, "b")).problem == "ValueError: the file is not sound"
        assert (await finished(database, "u")).problem == "there is no job named 'unheard-of'"
    finally:
        await runner.close()
        await database.close()
    assert tries == 3


async def test_a_job_cut_off_by_the_end_of_the_service_goes_on_at_its_next_start(tmp_path: Path) -> None:
    database = await created(tmp_path / "r.db")
    begun, done = asyncio.Event(), list[str]()

    async def step(name: str) -> None:
        done.append(name)
        if name == "second" and done.count("second") == 1:
            begun.set()
            await asyncio.sleep(600)

    async def work(job: Job) -> None:
        await job.step("first", step, "first")
        await job.step("second", step, "second", retries=Retries(attempts=1))

    async with database.transaction() as session:
        await request_job(session, "work", {}, key="cut")
    first = JobRunner(database, {"work": work})
    await first.start()
    await asyncio.wait_for(begun.wait(), 30)
    await first.close()
    second = JobRunner(database, {"work": work})
    await second.start()
    try:
        assert (await finished(database, "cut")).problem is None
    finally:
        await second.close()
        await database.close()
    assert done == ["first", "second", "second"]


PROCESS = """
import asyncio, sys
from pathlib import Path
from kernel.database import Base, Database
from kernel.jobs import Job, JobRunner, request_job

directory = Path(sys.argv[1])

async def first():
    with (directory / "first").open("a") as file:
        file.write("x")

async def second():
    with (directory / "second").open("a") as file:
        file.write("x")
    if sys.argv[2] == "hang":
        print("in the second step", flush=True)
        await asyncio.sleep(600)

async def work(job: Job) -> None:
    await job.step("first", first)
    await job.step("second", second)
    print("done", flush=True)

async def main():
    database = Database(sys.argv[3])
    async with database.engine.begin() as connection:
        await connection.run_sync(Base.metadata.create_all)
    async with database.transaction() as session:
        await request_job(session, "work", {}, key="work")
    await JobRunner(database, {"work": work}).start()
    await asyncio.sleep(600)

asyncio.run(main())
"""


def kill_and_go_on(directory: Path, url: str) -> None:
    """Kill a process in its job's second step, start another, and see that only that step is done again."""
    script = directory / "process.py"
    script.write_text(PROCESS)
    environment = {**os.environ, "PYTHONPATH": os.getcwd()}

    def run(mode: str, until: str) -> None:
        command = [sys.executable, str(script), str(directory), mode, url]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as process:
            assert process.stdout is not None
            try:
                assert process.stdout.readline().strip() == until
            finally:
                process.send_signal(signal.SIGKILL)

    run("hang", until="in the second step")
    run("go on", until="done")
    assert (directory / "first").read_text() == "x"
    assert (directory / "second").read_text() == "xx"


def test_a_killed_job_goes_on_at_the_step_that_it_was_in(tmp_path: Path) -> None:
    kill_and_go_on(tmp_path, f"sqlite+aiosqlite:///{tmp_path}/r.db")


@pytest.mark.postgresql
def test_a_killed_job_goes_on_at_the_step_that_it_was_in_on_postgresql(tmp_path: Path, postgres_url: str) -> None:
    kill_and_go_on(tmp_path, postgres_url)
