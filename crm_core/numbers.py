"""Phone numbers: what was typed or signalled, and the one E.164 form under which it is found."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from urllib.parse import unquote

import phonenumbers

from accounts.errors import BadInput

TYPED_LIMIT = 64


class NumberProblem(StrEnum):
    """Why something has no E.164 form."""

    MISSING = "missing"
    WITHHELD = "withheld"
    EXTENSION = "extension"
    NOT_A_NUMBER = "not_a_number"


@dataclass(frozen=True, slots=True)
class PhoneNumber:
    """A number as `typed`, and either its `e164` form (`+6621234567`) or the `problem` why it has none."""

    typed: str
    e164: str | None
    problem: NumberProblem | None


WITHHELD = frozenset(
    {
        "anonymous",
        "asserted-id-hidden",
        "blocked",
        "hidden",
        "id unavailable",
        "no caller id",
        "not available",
        "private",
        "private number",
        "restricted",
        "unavailable",
        "unknown",
        "withheld",
        "<unknown>",
    }
)
"""What networks and Asterisk put where the number would be when the caller hides it or nobody knows it."""

_URI = re.compile(r"(?:sips?|tel):", re.IGNORECASE)
_SUFFIX = re.compile(r"\s*(?:;ext=|ext\.?|extension|x|#)\s*\d{1,11}\s*$", re.IGNORECASE)
_DIALABLE = re.compile(r"[+＋]?[\d\s().\-/‐-―−]+")
_PLAIN = re.compile(r"\+[1-9][0-9]{6,14}")
_LONGEST_EXTENSION = 6


def check_region(region: str) -> str:
    """`region` in capitals when it is a country (ISO 3166, two letters) whose numbers are known, else `BadInput`."""
    upper = region.strip().upper()
    if upper not in phonenumbers.SUPPORTED_REGIONS:
        raise BadInput("region", f"{region!r} is no country code of two letters, such as TH or DE")
    return upper


def parse_number(typed: str | None, region: str) -> PhoneNumber:
    """Read a number as somebody typed it or a trunk signalled it; `region` is the country whose habits it follows.

    Takes national (`02 123 4567`), international (`+66 2 123 4567`, `0066…`, also without any prefix, as some trunks
    send it) and `sip:`/`tel:` forms; an extension behind it is left off. Never raises and never guesses: a text that
    merely contains digits is no number.
    """
    original = typed or ""
    if is_plain_e164(original):
        return PhoneNumber(original, original, None)
    text = original.strip()
    if _URI.match(text):
        # `;` begins parameters in both kinds of URI, `@` the host in a SIP URI.
        text = unquote(_URI.sub("", text, count=1)).split(";")[0].split("@")[0]
    if not text:
        return PhoneNumber(original, None, NumberProblem.MISSING)
    if text.split("@")[0].strip().casefold() in WITHHELD:
        return PhoneNumber(original, None, NumberProblem.WITHHELD)
    if len(original) > TYPED_LIMIT:
        return PhoneNumber(original, None, NumberProblem.NOT_A_NUMBER)
    text = _SUFFIX.sub("", text)
    if not _DIALABLE.fullmatch(text):
        return PhoneNumber(original, None, NumberProblem.NOT_A_NUMBER)
    digits = "".join(str(int(character)) for character in text if character.isdecimal())
    is_international = text[0] in "+＋"
    e164 = _international(digits) if is_international else _national(digits, region)
    if e164 is not None:
        return PhoneNumber(original, e164, None)
    if digits and not is_international and len(digits) <= _LONGEST_EXTENSION:
        return PhoneNumber(original, None, NumberProblem.EXTENSION)
    return PhoneNumber(original, None, NumberProblem.NOT_A_NUMBER)


@dataclass(frozen=True, slots=True)
class _Plan:
    """What of a country's numbering plan tells whether its number is complete."""

    code_length: int
    lengths: frozenset[int]
    prefix: re.Pattern[str] | None
    """What stands before a number within the country (0, mostly) and may have been left in by mistake."""


def is_plain_e164(text: str) -> bool:
    """Whether `text` is surely a complete number in E.164 form already, as most trunks send it.

    The quick way: the whole reading says the same, and takes as long as the look-up of the caller. False says nothing.
    """
    if _PLAIN.fullmatch(text) is None:
        return False
    plan = _plan(text[1:4])
    if plan is None:
        return False
    national = text[1 + plan.code_length :]
    has_prefix = national[0] == "0" or (plan.prefix is not None and plan.prefix.match(national) is not None)
    return len(national) in plan.lengths and not has_prefix


@lru_cache(maxsize=1000)
def _plan(digits: str) -> _Plan | None:
    """The plan of the country whose code stands at the start of three digits."""
    for length in (1, 2, 3):
        regions = phonenumbers.COUNTRY_CODE_TO_REGION_CODE.get(int(digits[:length]))
        if regions is not None:
            metadata = phonenumbers.PhoneMetadata.metadata_for_region(regions[0], None)
            if metadata is None or metadata.general_desc is None:
                return None
            prefix = metadata.national_prefix_for_parsing
            return _Plan(
                length, frozenset(metadata.general_desc.possible_length), re.compile(prefix) if prefix else None
            )
    return None


def _international(digits: str) -> str | None:
    number = _parse(f"+{digits}", None)
    # Possible is enough where the country was named: numbering plans change faster than the tables that we ship.
    if number is None:
        return None
    is_complete = phonenumbers.is_possible_number_with_reason(number) == phonenumbers.ValidationResult.IS_POSSIBLE
    return _format(number) if is_complete else None


def _national(digits: str, region: str) -> str | None:
    number = _parse(digits, region)
    if number is not None and phonenumbers.is_valid_number(number):
        return _format(number)
    # 00 is understood everywhere, also where the country's own prefix is another; some trunks send none at all.
    number = _parse(f"+{digits.removeprefix('00')}", None)
    return _format(number) if number is not None and phonenumbers.is_valid_number(number) else None


def _parse(text: str, region: str | None) -> phonenumbers.PhoneNumber | None:
    try:
        return phonenumbers.parse(text, region)
    except phonenumbers.NumberParseException:
        return None


def _format(number: phonenumbers.PhoneNumber) -> str:
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
