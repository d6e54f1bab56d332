import phonenumbers
import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounts.errors import BadInput
from crm_core.numbers import NumberProblem, check_region, is_plain_e164, parse_number


@pytest.mark.parametrize(
    ("typed", "e164"),
    [
        ("02 123 4567", "+6621234567"),
        ("(02) 123-4567", "+6621234567"),
        ("+66 2 123 4567", "+6621234567"),
        ("＋66２１２３４５６７", "+6621234567"),
        ("๐๒๑๒๓๔๕๖๗", "+6621234567"),
        ("6621234567", "+6621234567"),
        ("006621234567", "+6621234567"),
        ("0016621234567", "+6621234567"),
        ("02 123 4567 ext 12", "+6621234567"),
        ("sip:+6621234567@198.51.100.7:5060;transport=tcp", "+6621234567"),
        ("sip:%2B6621234567;phone-context=x@h", "+6621234567"),
        ("tel:+66-2-123-4567;ext=4", "+6621234567"),
        ("0812345678", "+66812345678"),
        ("14155550123", "+14155550123"),
        ("+44 20 7946 0000", "+442079460000"),
        ("  +66812345678  ", "+66812345678"),
    ],
)
def test_a_number_of_thailand_is_read(typed: str, e164: str) -> None:
    number = parse_number(typed, "TH")
    assert (number.typed, number.e164, number.problem) == (typed, e164, None)


@pytest.mark.parametrize(
    ("typed", "problem"),
    [
        (None, NumberProblem.MISSING),
        ("", NumberProblem.MISSING),
        ("   ", NumberProblem.MISSING),
        ("sip:@h", NumberProblem.MISSING),
        ("anonymous", NumberProblem.WITHHELD),
        ("Anonymous@anonymous.invalid", NumberProblem.WITHHELD),
        ("sip:anonymous@anonymous.invalid", NumberProblem.WITHHELD),
        ("<unknown>", NumberProblem.WITHHELD),
        ("Restricted", NumberProblem.WITHHELD),
        ("1001", NumberProblem.EXTENSION),
        ("191", NumberProblem.EXTENSION),
        ("call 02 123 4567 please", NumberProblem.NOT_A_NUMBER),
        ("02 123 4567'; DROP TABLE contacts", NumberProblem.NOT_A_NUMBER),
        ("+", NumberProblem.NOT_A_NUMBER),
        ("---", NumberProblem.NOT_A_NUMBER),
        ("+1", NumberProblem.NOT_A_NUMBER),
        ("+15550100", NumberProblem.NOT_A_NUMBER),
        ("+999999999999", NumberProblem.NOT_A_NUMBER),
        ("0" * 64, NumberProblem.NOT_A_NUMBER),
        ("0" * 100_000, NumberProblem.NOT_A_NUMBER),
        ("²³⁴", NumberProblem.NOT_A_NUMBER),
        ("02123\r\n4567\x00", NumberProblem.NOT_A_NUMBER),
    ],
)
def test_what_is_no_number_says_why(typed: str | None, problem: NumberProblem) -> None:
    number = parse_number(typed, "TH")
    assert (number.typed, number.e164, number.problem) == (typed or "", None, problem)


def test_a_national_number_follows_the_country() -> None:
    assert parse_number("030 123456", "DE").e164 == "+4930123456"
    assert parse_number("8 495 123-45-67", "RU").e164 == "+74951234567"
    assert parse_number("030 123456", "TH").e164 is None


@given(st.text(max_size=80))
def test_nothing_that_is_typed_raises_and_a_reading_is_one_of_two(typed: str) -> None:
    number = parse_number(typed, "TH")
    assert number.typed == typed
    assert (number.e164 is None) is (number.problem is not None)


@given(st.sampled_from(["TH", "RU", "US", "DE", "GB", "FR"]), st.sampled_from(["TH", "RU"]))
def test_a_numbers_every_form_is_found_under_the_same_e164(country: str, region: str) -> None:
    example = phonenumbers.example_number(country)
    assert example is not None
    e164 = phonenumbers.format_number(example, phonenumbers.PhoneNumberFormat.E164)
    forms = phonenumbers.PhoneNumberFormat
    assert parse_number(e164, region).e164 == e164
    assert parse_number(phonenumbers.format_number(example, forms.INTERNATIONAL), region).e164 == e164
    assert parse_number(phonenumbers.format_number(example, forms.RFC3966), region).e164 == e164
    # Not in any country: where one dials 001 for abroad, 0012… begins with the 2 of another country.
    assert parse_number("00" + e164[1:], "DE").e164 == e164
    assert parse_number(phonenumbers.format_number(example, forms.NATIONAL), country).e164 == e164


@given(st.from_regex(r"\+[1-9][0-9]{5,15}", fullmatch=True))
def test_the_quick_way_says_what_the_whole_reading_says(typed: str) -> None:
    if is_plain_e164(typed):
        # A blank sends it the whole way.
        assert parse_number(f" {typed}", "TH").e164 == typed


def test_most_numbers_take_the_quick_way_and_some_do_not() -> None:
    examples = [phonenumbers.example_number(region) for region in sorted(phonenumbers.SUPPORTED_REGIONS)]
    forms = [phonenumbers.format_number(each, phonenumbers.PhoneNumberFormat.E164) for each in examples if each]
    quick = [form for form in forms if is_plain_e164(form)]
    assert len(quick) > 0.8 * len(forms)
    for form in quick:
        assert parse_number(f" {form}", "TH").e164 == form
    for other in ("+66021234567", "+6621", "+999999999999", "+", "6621234567", "+66 2 123 4567", "+٦٦٢١٢٣٤٥٦٧"):
        assert not is_plain_e164(other)


def test_a_region_that_is_no_country_is_refused() -> None:
    assert check_region("th") == "TH"
    with pytest.raises(BadInput, match="region"):
        check_region("Siam")
