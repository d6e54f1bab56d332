"""What the configuration refuses, and that it says which field and why."""

from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from dialplan.config import PbxConfig, complaints, new_secret

PHONE = {"account": "1001", "secret": "a-good-secret"}
QUEUE = {"name": "sales", "members": ["1001"]}


def config(**values: Any) -> PbxConfig:
    return PbxConfig.model_validate({"ami_secret": "a-good-secret", **values})


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"node": "main;x"}, "node: use 1 to 32 letters a-z, A-Z, digits, '_' or '-'"),
        ({"prefix": "Ring desk"}, "prefix: use at most 24 of a-z, digits, '_' and '-'"),
        ({"ami_secret": "with space in it"}, "ami_secret: use ASCII without spaces"),
        ({"ami_secret": "short"}, "ami_secret: is shorter than 8 characters"),
        ({"ports": {"ami": 0}}, "ports.ami: Input should be greater than or equal to 1"),
        ({"ports": {"ami": 8088}}, "ports: http, ami and agi must be different ports"),
        ({"ports": {"rtp_first": 2000, "rtp_last": 2000}}, "ports: rtp_last: the range needs at least 4 ports above"),
        ({"recordings": Path("spool")}, "recordings: must be an absolute path"),
        ({"recordings": Path("/spool/a,b")}, "recordings: contains ',', which Asterisk would not take"),
        ({"recordings": Path("/spool/${X}")}, "recordings: contains '$', which Asterisk would not take"),
        ({"sip_address": "pbx"}, "sip_address: is not an IP address"),
        ({"phones": [PHONE | {"account": "10&01"}]}, "phones.0.account: use 1 to 32 letters"),
        ({"phones": [PHONE | {"account": "h"}]}, "phones.0.account: 'h' is a name that Asterisk keeps"),
        ({"phones": [PHONE | {"account": "701"}]}, "phones.0.account: 701 is one of the parking extensions"),
        ({"phones": [PHONE | {"name": "a\r\nb"}]}, "phones.0.name: contains a control character"),
        ({"phones": [PHONE | {"name": "a\0b"}]}, "phones.0.name: contains a control character"),
        ({"phones": [PHONE | {"name": " a"}]}, "phones.0.name: begins or ends with a space"),
        ({"phones": [PHONE | {"name": "x" * 257}]}, "phones.0.name: is longer than 256 characters"),
        ({"phones": [PHONE | {"ring": 3}]}, "phones.0.ring: Extra inputs are not permitted"),
        ({"phones": [PHONE, PHONE]}, "phones: account '1001' is there twice"),
        ({"phones": [PHONE], "trunks": [{"name": "1001", "host": "x"}]}, "trunks: name '1001' is there twice"),
        ({"trunks": [{"name": "out"}]}, "trunks.0: set match (where its calls come from), host"),
        ({"trunks": [{"name": "out", "match": ["10.0.0.0/33"]}]}, "trunks.0.match.0: is neither an IP address nor"),
        ({"trunks": [{"name": "out", "host": "h", "username": "u"}]}, "trunks.0: username and secret go together"),
        ({"queues": [QUEUE]}, "queues: member '1001' of 'sales' is no phone's account"),
        ({"phones": [PHONE], "queues": [QUEUE | {"music": "jazz"}]}, "queues: music 'jazz' of 'sales' is not in music"),
        ({"phones": [PHONE], "queues": [QUEUE | {"strategy": "best"}]}, "queues.0.strategy: Input should be"),
        ({"numbers": {"600": "sales"}}, "numbers: 600 names the queue 'sales', which is not in queues"),
        ({"numbers": {"6 00": "sales"}}, "numbers.6 00.[key]: use digits, '*' and '#'"),
        (
            {"phones": [PHONE], "queues": [QUEUE], "numbers": {"1001": "sales"}},
            "numbers: 1001 is also a phone's account",
        ),
        (
            {"phones": [PHONE], "queues": [QUEUE], "numbers": {"*43": "sales"}},
            "numbers: *43 is a code that phones dial for a service",
        ),
        (
            {
                "phones": [PHONE | {"account": "112"}],
                "trunks": [{"name": "out", "host": "h"}],
                "outbound": {"trunk": "out"},
            },
            "outbound.emergency: 112 is also a phone's account or in numbers",
        ),
        ({"default_queue": "sales"}, "default_queue: 'sales' is not in queues"),
        ({"early_media": ["600"]}, "early_media: 600 is not in numbers"),
        ({"outbound": {"prefixes": ["0"]}}, "outbound.prefixes: permitted prefixes need outbound.trunk"),
        ({"outbound": {"trunk": "out"}}, "outbound.trunk: 'out' is not a trunk with a host"),
        ({"outbound": {"prefixes": ["0X"]}}, "outbound.prefixes.0: use digits"),
    ],
)
def test_a_bad_value_is_refused_with_its_field_and_the_reason(values: dict[str, Any], said: str) -> None:
    with pytest.raises(ValidationError) as refused:
        config(**values)
    assert any(line.startswith(said) for line in complaints(refused.value)), complaints(refused.value)


def test_neither_complaint_nor_representation_tells_a_secret() -> None:
    with pytest.raises(ValidationError) as refused:
        config(ami_secret="a secret with spaces")
    assert "a secret with" not in str(refused.value)
    full = config(
        phones=[PHONE | {"secret": "phone-secret"}],
        trunks=[{"name": "out", "host": "h", "username": "u", "secret": "trunk-secret"}],
        ami_secret="ami-secret",
    )
    assert not [secret for secret in ("phone-secret", "trunk-secret", "ami-secret") if secret in repr(full)]


def test_a_new_secret_is_a_valid_one_and_never_the_same() -> None:
    made = {new_secret() for _ in range(50)}
    assert len(made) == 50
    for secret in made:
        assert config(ami_secret=secret).ami_secret == secret
