import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm_core.folding import SORT_LIMIT, fold, sort_key


@given(st.text(max_size=300))
def test_a_sort_key_fits_its_column(text: str) -> None:
    assert len(sort_key(text)) <= SORT_LIMIT
    assert fold(text).startswith(sort_key(text))


def test_a_name_that_folding_lengthens_beyond_its_column_is_cut() -> None:
    ligature = "\ufdfa"  # one character that stands for eighteen
    assert len(fold(ligature * 200)) > SORT_LIMIT == len(sort_key(ligature * 200))


@pytest.mark.parametrize(("one", "other"), [("ПЁТР", "пётр"), ("Straße", "STRASSE"), ("ｱ", "ア"), ("สยำม", "สยําม")])
def test_case_width_and_composition_make_no_difference(one: str, other: str) -> None:
    assert fold(one) == fold(other)
