"""What Asterisk's console lists as sounds, as names."""

from dialplan.sounds import listed

SHOWN = """Available audio files:
agent-pass
digits/1
custom/hello world
../up

vm-nobodyavail
"""


def test_the_names_of_sounds_that_can_be_a_destination() -> None:
    assert listed(SHOWN) == {"agent-pass", "digits/1", "vm-nobodyavail"}


def test_a_refusal_lists_none() -> None:
    assert listed("No such command 'core show sounds' (type 'core show help' for other possible commands)") == set()
    assert listed("") == set()
