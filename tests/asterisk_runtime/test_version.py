import pytest

from pbx.version import AsteriskVersion, UnknownAsteriskVersion, parse_asterisk_version, too_old_message


@pytest.mark.parametrize(
    ("text", "version"),
    [
        ("Asterisk 22.10.1+dfsg+~cs6.17.60671434-1", AsteriskVersion(22, 10, 1)),
        ("Asterisk 22.6.0", AsteriskVersion(22, 6, 0)),
        ("22.10.1", AsteriskVersion(22, 10, 1)),
        ("Asterisk/20.16.0", AsteriskVersion(20, 16, 0)),
        ("Asterisk certified/22.8-cert1", AsteriskVersion(22, 8, 0)),
        ("Asterisk certified-20.7-cert3", AsteriskVersion(20, 7, 0)),
        ("Asterisk 22.6.0-rc2 built by root @ host on a x86_64 running Linux", AsteriskVersion(22, 6, 0)),
        ("Asterisk 1.8.32.3", AsteriskVersion(1, 8, 32)),
        ("Asterisk GIT-22-1234abcd", AsteriskVersion(22, 0, 0, development=True)),
    ],
)
def test_version_is_read_from_what_asterisk_says(text: str, version: AsteriskVersion) -> None:
    assert parse_asterisk_version(text) == version


@pytest.mark.parametrize("text", ["", "Asterisk", "Asterisk Call Manager/11.0.0", "asterisk: command not found"])
def test_other_texts_are_refused(text: str) -> None:
    with pytest.raises(UnknownAsteriskVersion):
        parse_asterisk_version(text)


@pytest.mark.parametrize(
    ("text", "supported"),
    [
        ("22.6.0", True),
        ("22.10.1", True),
        ("23.0.0", True),
        ("22.5.9", False),
        ("21.12.0", False),
        ("Asterisk GIT-22-1234abcd", True),
        ("Asterisk GIT-master-1234abcd", True),
        ("Asterisk GIT-20-1234abcd", False),
    ],
)
def test_what_is_new_enough(text: str, supported: bool) -> None:
    assert parse_asterisk_version(text).is_supported is supported


def test_message_for_an_old_one_names_both_versions() -> None:
    message = too_old_message(parse_asterisk_version("20.16.0"))
    assert "20.16.0" in message
    assert "22.6" in message
