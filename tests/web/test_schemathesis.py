"""Schemathesis over the whole document: whatever is sent, the answer is one that the document tells of."""

from __future__ import annotations

import asyncio
import os
import sys
from pathlib import Path

import pytest

from accounts.teams import add_team
from accounts.tokens import create_token
from accounts.users import Role, User
from queue_router.agents import add_agent
from tests.web.house import NOW, House, call_facts
from tests.web.schemathesis_hooks import THINGS

ROOT = Path(__file__).resolve().parents[2]
CHECKS = (
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_headers_conformance",
    "response_schema_conformance",
    "negative_data_rejection",
    "ignored_auth",
)
FIRST_TESTER = 900_001
"""Far from the ids that are made up: nobody takes the right or the token away from whoever asks."""


async def furnish(house: House) -> None:
    """A few things of each kind."""
    for number in range(THINGS):
        await house.add_person(f"somebody{number}", account=str(1001 + number))
        company = f"Siam {number}"
        contact = await house.add_contact(f"Somchai {number}", f"02123456{number}", company=company)
        await house.record(*call_facts(f"1764.{number}", party=str(1001 + number)))
        async with house.database.transaction() as session:
            crm = house.services.crm
            await add_team(session, name=f"Team {number}", now=NOW)
            await crm.leads.create(session, name=f"Lead {number}", number=None, source="x", now=NOW)
            await crm.tasks.create(session, title="Call", now=NOW, creator_id=1, contact_id=contact)


async def token_of_tester(house: House, role: Role) -> str:
    """The token of somebody who asks, of that role."""
    async with house.database.transaction() as session:
        user_id = FIRST_TESTER + list(Role).index(role)
        session.add(User(id=user_id, login=f"tester-{role}", name="Tester", role=role, active=True, created_at=NOW))
        await session.flush()
        await add_agent(session, user_id, "1020", NOW)
        return (await create_token(session, user_id, label="test", now=house.services.clock.now())).secret


@pytest.mark.parametrize(("role", "phases"), [(Role.ADMIN, "examples,coverage,fuzzing"), (Role.AGENT, "fuzzing")])
@pytest.mark.timeout(300)
async def test_every_answer_is_one_that_the_document_tells_of(
    house: House, role: Role, phases: str, tmp_path: Path
) -> None:
    await furnish(house)
    token = await token_of_tester(house, role)
    await house.services.agents.load()
    command = [
        *(sys.executable, "-m", "schemathesis.cli", "run", str(house.client.make_url("/api/v1/openapi.json"))),
        *("--checks", ",".join(CHECKS), "--phases", phases),
        *("--max-examples", "6", "--generation-deterministic"),
        *("--header", f"Authorization: Bearer {token}", "--no-color", "--suppress-health-check", "all"),
        *("--continue-on-failure", "--no-shrink", "--warnings", "off"),
    ]
    environment = {**os.environ, "SCHEMATHESIS_HOOKS": "tests.web.schemathesis_hooks", "PYTHONPATH": str(ROOT)}
    process = await asyncio.create_subprocess_exec(
        *command, cwd=tmp_path, env=environment, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT
    )
    try:
        told, _ = await process.communicate()
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    assert process.returncode == 0, told.decode()
