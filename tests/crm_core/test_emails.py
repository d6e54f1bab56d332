import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounts.errors import BadInput
from crm_core.emails import ADDRESS_LIMIT, normalise_email


@pytest.mark.parametrize(
    ("typed", "address"),
    [
        ("anong@siam.example", "anong@siam.example"),
        ("  Anong.S+Sales@SIAM.Example. ", "anong.s+sales@siam.example"),
        ("mailto:a@b.example", "a@b.example"),
        ("ａ＠b.example", "a@b.example"),
        ("info@bücher.example", "info@xn--bcher-kva.example"),
        ("БОРИС@вектор.example", "борис@xn--b1afzscc.example"),
        ("อนงค์@สยาม.example", "อนงค์@xn--o3cvb6c1e.example"),
    ],
)
def test_an_address_is_read(typed: str, address: str) -> None:
    if "xn--" not in address:
        assert normalise_email(typed) == address
        return
    local, _, host = address.partition("@")
    read = normalise_email(typed)
    assert read.partition("@")[0] == local
    # The host is the one that DNS knows, which reads back as what was typed.
    assert read.partition("@")[2].encode().decode("idna") == typed.rpartition("@")[2].casefold()
    assert read.partition("@")[2].startswith("xn--")
    assert host.startswith("xn--")


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "@",
        "anong",
        "anong@",
        "@siam.example",
        "anong@siam",
        "anong@siam..example",
        "anong@-siam.example",
        "a b@siam.example",
        ".a@siam.example",
        "a..b@siam.example",
        "a@b@siam.example",
        "a\r\nBcc: x@siam.example",
        "a\x00@siam.example",
        "<script>@siam.example",
        "a@" + "b" * 64 + ".example",
        "x" * 65 + "@siam.example",
        "x" * 10_000 + "@siam.example",
    ],
)
def test_what_is_no_address_is_refused(typed: str) -> None:
    with pytest.raises(BadInput) as caught:
        normalise_email(typed, "emails[1]")
    assert caught.value.field == "emails[1]"


@given(st.one_of(st.text(max_size=300), st.builds("{}@{}".format, st.text(max_size=80), st.text(max_size=80))))
def test_whatever_is_typed_is_read_or_refused_and_reading_it_again_changes_nothing(typed: str) -> None:
    try:
        address = normalise_email(typed)
    except BadInput:
        return
    assert len(address) <= ADDRESS_LIMIT
    assert normalise_email(address) == address
    assert not any(character.isspace() for character in address)
