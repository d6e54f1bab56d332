import pytest

from accounts.errors import BadInput
from queue_router.numbers import NumberTable, Queue

SALES = Queue("sales", ("1001",))


def test_a_number_leads_to_its_queue_however_it_is_written() -> None:
    table = NumberTable([SALES], {"+66 2 999-0000": "sales", "500": "sales"})
    for dialed in ("+6629990000", "6629990000", "500"):
        assert table.queue_of(dialed) is SALES
    for dialed in (None, "", "501", "s", "+"):
        assert table.queue_of(dialed) is None


def test_a_number_to_a_queue_that_is_not_there_is_refused() -> None:
    with pytest.raises(BadInput, match=r"numbers\.500.*support"):
        NumberTable([SALES], {"500": "support"})


@pytest.mark.parametrize("name", ["", "a,b", 'a"b', "a b", "a\n", "x" * 65])
def test_a_name_that_asterisk_would_read_otherwise_is_refused(name: str) -> None:
    with pytest.raises(BadInput, match="queues"):
        Queue(name, ())


@pytest.mark.parametrize("seconds", [0, -1, 301])
def test_a_ring_time_out_of_bounds_is_refused(seconds: int) -> None:
    with pytest.raises(BadInput, match="ring_seconds"):
        Queue("sales", (), ring_seconds=seconds)
