from contextlib import suppress

import pytest
from argon2 import PasswordHasher, extract_parameters
from hypothesis import given
from hypothesis import strategies as st

from accounts.errors import BadInput
from accounts.passwords import LONGEST, SHORTEST, Passwords, checked, generated_password, normalised

WEAK = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)


async def test_a_password_is_right_or_wrong() -> None:
    passwords = Passwords()
    kept = await passwords.hash("correct horse battery")
    assert kept.startswith("$argon2id$")
    assert "correct" not in kept
    assert await passwords.hash("correct horse battery") != kept
    verdict = await passwords.verdict(kept, "correct horse battery")
    assert (verdict.is_right, verdict.better_hash) == (True, None)
    assert not (await passwords.verdict(kept, "Correct horse battery")).is_right


async def test_a_hash_of_weaker_parameters_is_made_anew() -> None:
    passwords = Passwords()
    verdict = await passwords.verdict(WEAK.hash("correct horse battery"), "correct horse battery")
    assert verdict.is_right
    assert verdict.better_hash is not None
    assert extract_parameters(verdict.better_hash) == extract_parameters(await passwords.hash("x"))
    assert (await passwords.verdict(verdict.better_hash, "correct horse battery")).is_right
    assert (await passwords.verdict(WEAK.hash("correct horse battery"), "wrong")).better_hash is None


@pytest.mark.parametrize("kept", [None, "", "plain text", "$argon2id$v=19$m=8,t=1,p=1$broken"])
async def test_what_is_no_hash_lets_nobody_in(kept: str | None) -> None:
    assert not (await Passwords(WEAK).verdict(kept, "correct horse battery")).is_right


async def test_nobody_takes_as_long_as_somebody(monkeypatch: pytest.MonkeyPatch) -> None:
    # Counted, not timed: the same work is done whether or not there is such a user.
    verified: list[str] = []

    class Counting(PasswordHasher):
        def verify(self, hash: str | bytes, password: str | bytes) -> bool:
            verified.append(str(hash))
            return super().verify(hash, password)

    passwords = Passwords(Counting(time_cost=1, memory_cost=8, parallelism=1))
    await passwords.verdict(await passwords.hash("correct horse battery"), "wrong")
    await passwords.verdict(None, "wrong")
    assert len(verified) == 2
    assert extract_parameters(verified[0]) == extract_parameters(verified[1])


async def test_two_keyboards_write_the_same_letter() -> None:
    passwords = Passwords(WEAK)
    assert (await passwords.verdict(await passwords.hash("Jose\u0301 is my name"), "Jos\u00e9 is my name")).is_right


@pytest.mark.parametrize(
    "password",
    [
        "",
        "short",
        "x" * (SHORTEST - 1),
        "abcde" * 100,
        "aaaaaaaaaaaaaaaa",
        "with\ncontrol",
        "anna.petrova",
        "ANNA.PETROVA",
    ],
)
def test_what_may_be_no_password_names_the_field(password: str) -> None:
    with pytest.raises(BadInput) as caught:
        checked(password, "anna.petrova", "new")
    assert caught.value.field == "new"
    assert not password or password not in caught.value.reason


@given(st.text(max_size=2 * LONGEST))
def test_any_text_is_taken_as_it_is_or_refused(password: str) -> None:
    with suppress(BadInput):
        assert checked(password, "anna") == password
        assert WEAK.verify(WEAK.hash(normalised(password)), normalised(password))


def test_generated_passwords_may_be_passwords_and_differ() -> None:
    made = {generated_password() for _ in range(100)}
    assert len(made) == 100
    for password in made:
        assert checked(password, "anna") == password
