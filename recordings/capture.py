"""From the facts of a call to the row of its recording: made when Asterisk begins, closed when the call ends."""

from __future__ import annotations

import structlog
from prometheus_client import Counter
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from kernel.jobs import request_job
from kernel.messages import FactBus
from kernel.telemetry import REGISTRY
from pbx.facts import CallEnded, RecordingStarted
from recordings.dialogue import Speaker
from recordings.directory import PathRefused, file_of_side
from recordings.recording import SAMPLE_RATE, Recording, RecordingState
from recordings.transcribe import JOB, job_key

REFUSED = Counter("ringdesk_recordings_refused_total", "Recordings of calls with an impossible id", registry=REGISTRY)

log = structlog.get_logger(__name__)


def subscribe(facts: FactBus) -> None:
    """Keep the table of recordings by what `facts` tells."""
    facts.subscribe(RecordingStarted, on_recording_started)
    facts.subscribe(CallEnded, on_call_ended)


async def recording_row(session: AsyncSession, node: str, call_id: str) -> Recording | None:
    """The recording of this call, if it has one."""
    return await session.scalar(select(Recording).where(Recording.node == node, Recording.call_id == call_id))


async def on_recording_started(session: AsyncSession, fact: RecordingStarted) -> None:
    """Write the row. A call that is recorded already keeps its row: a transfer goes on in the same files."""
    if await recording_row(session, fact.node, fact.call_id) is not None:
        return
    try:
        caller_path = file_of_side(fact.call_id, Speaker.CALLER)
        agent_path = file_of_side(fact.call_id, Speaker.AGENT)
    except PathRefused as error:
        # The call's facts are written with us: an odd id must not keep them from it.
        REFUSED.inc()
        log.error("recording refused", node=fact.node, problem=str(error))
        return
    session.add(
        Recording(
            node=fact.node,
            call_id=fact.call_id,
            channel=fact.channel,
            state=RecordingState.RECORDING,
            started_at=fact.at,
            caller_path=caller_path,
            agent_path=agent_path,
            sample_rate=SAMPLE_RATE,
        )
    )
    await session.flush()


async def on_call_ended(session: AsyncSession, fact: CallEnded) -> None:
    """Close the row and ask for its transcription, in the transaction of the call's end."""
    recording = await recording_row(session, fact.node, fact.call_id)
    if recording is None or recording.state is not RecordingState.RECORDING:
        return
    recording.ended_at = fact.at
    recording.move_to(RecordingState.RECORDED)
    await session.flush()
    await request_job(session, JOB, {"recording_id": recording.id}, key=job_key(recording.id))
