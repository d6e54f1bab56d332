"""Properties of the rules: whatever the numbers, each call has one destination, and it is told why."""

from __future__ import annotations

import json

from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from dialplan.destinations import Destination
from queue_router.rules import Asked, Basis, Rule, Rules, ToAnnouncement, ToExtension, ToQueue, dialable

QUEUES = ("sales", "support", "help")

numbers = st.from_regex(r"\+?[0-9*#]{1,12}", fullmatch=True)
queues = st.sampled_from(QUEUES).map(lambda name: ToQueue(queue=name))
destinations = st.one_of(
    queues,
    st.builds(ToExtension, extension=st.sampled_from(["1001", "door"]), ring_seconds=st.integers(1, 300)),
    st.builds(ToAnnouncement, sound=st.from_regex(r"[a-z]{1,8}(/[a-z]{1,8})?", fullmatch=True)),
)
rule_sets = st.dictionaries(numbers, destinations, max_size=8).map(
    lambda table: [Rule(number, destination) for number, destination in table.items()]
)
defaults = st.none() | destinations
asked = st.builds(
    Asked, dialed=st.none() | numbers | st.text(max_size=12), queue=st.none() | st.sampled_from([*QUEUES, "gone", ""])
)


@given(rule_sets, defaults, asked)
def test_a_rule_for_the_number_comes_before_everything_else(
    rules: list[Rule], default: Destination | None, call: Asked
) -> None:
    verdict = Rules(rules, queues=QUEUES, default=default).decide(call)
    fitting = [rule for rule in rules if dialable(rule.number) == dialable(call.dialed or "")]
    assert (verdict.basis is Basis.NUMBER) == bool(fitting)
    if fitting:
        assert (verdict.destination, verdict.rule) == (fitting[-1].destination, fitting[-1].number)


@given(rule_sets, defaults, asked)
def test_without_a_rule_the_queue_that_the_dialplan_named_then_the_default(
    rules: list[Rule], default: Destination | None, call: Asked
) -> None:
    verdict = Rules(rules, queues=QUEUES, default=default).decide(call)
    if verdict.basis is Basis.NUMBER:
        return
    assert verdict.rule is None
    match verdict.basis:
        case Basis.CHANNEL:
            assert verdict.destination == ToQueue.model_construct(queue=call.queue)
            assert call.queue in QUEUES
        case Basis.DEFAULT:
            assert verdict.destination == default
            assert default is not None
        case Basis.NOTHING:
            assert verdict.destination is None
            assert default is None
            assert call.queue not in QUEUES


@given(rule_sets, asked, st.text(alphabet="+ -().", max_size=4))
def test_how_a_number_is_written_changes_nothing(rules: list[Rule], call: Asked, written: str) -> None:
    table = Rules(rules)
    other = Asked(written.join(["", *(call.dialed or "")]), call.queue)
    assert table.decide(other) == table.decide(call)


@given(rule_sets, defaults, asked)
def test_the_trace_can_be_kept_and_read_again(rules: list[Rule], default: Destination | None, call: Asked) -> None:
    verdict = Rules(rules, queues=QUEUES, default=default).decide(call)
    kept = json.loads(json.dumps(verdict.destination_data()))
    if verdict.destination is None:
        assert kept is None
    else:
        assert TypeAdapter(Destination).validate_python(kept) == verdict.destination


@given(st.text(max_size=80) | st.from_regex(r"[a-z./]{1,20}", fullmatch=True))
def test_no_name_of_a_sound_leads_out_of_the_sounds(name: str) -> None:
    try:
        sound = ToAnnouncement(sound=name).sound
    except ValidationError:
        return
    assert ".." not in sound
    assert not sound.startswith("/")
    assert sound.isascii()
    assert not set(sound) & set(",&|;$(){}[]\\\"' \n\r\0")
