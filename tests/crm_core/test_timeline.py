from datetime import UTC, datetime, timedelta

import pytest

from crm_core.contacts import ContactDirectory
from crm_core.timeline import Activity, ActivityPosition, Timeline
from kernel.database import Database
from kernel.messages import Fact, FactBus
from pbx.facts import CallEnded, CallStarted, Direction, Outcome, PartyAnswered, Side

NOW = datetime(2026, 11, 2, 8, 0, tzinfo=UTC)


@pytest.fixture
def directory(database: Database) -> ContactDirectory:
    return ContactDirectory(database, "TH")


@pytest.fixture
def timeline(directory: ContactDirectory) -> Timeline:
    return Timeline(directory)


async def publish(database: Database, timeline: Timeline, *facts: Fact) -> None:
    bus = FactBus()
    timeline.subscribe(bus)
    for fact in facts:
        async with database.transaction() as session:
            await bus.publish(session, fact)


async def add(database: Database, directory: ContactDirectory, name: str, number: str) -> int:
    async with database.transaction() as session:
        return (await directory.create(session, name=name, numbers=[number], now=NOW)).id


async def activities(database: Database, timeline: Timeline, contact_id: int) -> list[Activity]:
    async with database.reading() as session:
        return list((await timeline.page(session, contact_id)).activities)


def started(
    call: str = "1.1",
    caller: str | None = "021234567",
    dialed: str | None = "029990000",
    direction: Direction | None = Direction.INBOUND,
    at: datetime = NOW,
) -> CallStarted:
    return CallStarted(
        node="main",
        call_id=f"main-{call}",
        key="started",
        at=at,
        linkedid=call,
        channel=call,
        direction=direction,
        caller_number=caller,
        caller_name=None,
        dialed=dialed,
    )


def answered(party: str, call: str = "1.1") -> PartyAnswered:
    return PartyAnswered(
        node="main", call_id=f"main-{call}", key=f"answered:{party}", at=NOW, party=party, channel="1.2"
    )


def ended(call: str = "1.1", at: datetime = NOW + timedelta(seconds=90)) -> CallEnded:
    return CallEnded(
        node="main",
        call_id=f"main-{call}",
        key="ended",
        at=at,
        outcome=Outcome.ANSWERED,
        hangup_by=Side.CALLER,
        cause=16,
    )


async def test_a_call_is_on_the_timeline_of_everybody_with_that_number(
    database: Database, directory: ContactDirectory, timeline: Timeline
) -> None:
    anong = await add(database, directory, "Anong", "+6621234567")
    wichai = await add(database, directory, "Wichai", "02 123 4567")
    other = await add(database, directory, "Other", "02 765 4321")

    await publish(database, timeline, started(), answered("1001"), answered("1002"), answered("1001"), ended())

    for contact in (anong, wichai):
        (activity,) = await activities(database, timeline, contact)
        assert (activity.kind, activity.at, activity.ended_at) == ("call", NOW, NOW + timedelta(seconds=90))
        assert (activity.node, activity.call_id, activity.title) == ("main", "main-1.1", "Call from +6621234567")
        assert activity.data == {
            "direction": "inbound",
            "number": "021234567",
            "dialed": "029990000",
            "answered_by": ["1001", "1002"],
            "answered_at": NOW.isoformat(),
            "outcome": "answered",
        }
    assert await activities(database, timeline, other) == []


async def test_the_same_facts_twice_are_one_activity(
    database: Database, directory: ContactDirectory, timeline: Timeline
) -> None:
    anong = await add(database, directory, "Anong", "+6621234567")
    facts = [started(), answered("1001"), ended()]
    await publish(database, timeline, *facts)
    before = [activity.data for activity in await activities(database, timeline, anong)]
    await publish(database, timeline, *facts)
    assert [activity.data for activity in await activities(database, timeline, anong)] == before


async def test_a_call_that_we_make_is_on_the_timeline_of_whom_it_was_made_to(
    database: Database, directory: ContactDirectory, timeline: Timeline
) -> None:
    anong = await add(database, directory, "Anong", "+6621234567")
    await publish(database, timeline, started(caller="1001", dialed="021234567", direction=Direction.OUTBOUND))
    (activity,) = await activities(database, timeline, anong)
    assert (activity.title, activity.ended_at) == ("Call to +6621234567", None)


@pytest.mark.parametrize("caller", [None, "anonymous", "1001", "<script>"])
async def test_a_call_without_a_known_number_is_on_no_timeline(
    database: Database, directory: ContactDirectory, timeline: Timeline, caller: str | None
) -> None:
    anong = await add(database, directory, "Anong", "+6621234567")
    await publish(database, timeline, started(caller=caller), ended())
    assert await activities(database, timeline, anong) == []


async def test_what_is_rolled_back_is_on_no_timeline(
    database: Database, directory: ContactDirectory, timeline: Timeline
) -> None:
    anong = await add(database, directory, "Anong", "+6621234567")

    async def fail_after_the_handler() -> None:
        async with database.transaction() as session:
            await timeline.on_call_started(session, started())
            raise RuntimeError("the fact's own row could not be written")

    with pytest.raises(RuntimeError):
        await fail_after_the_handler()
    assert await activities(database, timeline, anong) == []


async def test_pages_go_back_in_time_also_where_moments_are_equal(
    database: Database, directory: ContactDirectory, timeline: Timeline
) -> None:
    anong = await add(database, directory, "Anong", "+6621234567")
    for index in range(5):
        await publish(database, timeline, started(f"1.{index}", at=NOW + timedelta(minutes=index // 2)))
    seen: list[str | None] = []
    after: ActivityPosition | None = None
    async with database.reading() as session:
        while True:
            page = await timeline.page(session, anong, after=after, limit=2)
            seen += [activity.call_id for activity in page.activities]
            after = page.next
            if after is None:
                break
    assert seen == ["main-1.4", "main-1.3", "main-1.2", "main-1.1", "main-1.0"]
