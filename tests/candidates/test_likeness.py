"""How like two records are: what counts for it, what against it, and in which words."""

import pytest

from candidates.choices import Agreement, Disagreement
from candidates.likeness import (
    FOR_FIRST,
    FOR_LAST,
    MAY_BE_ONE,
    POINTS,
    Degree,
    Known,
    Likeness,
    found_by,
    known_as,
    likeness,
    part,
    slips_of,
    with_slips,
)

PHONE, OTHER_PHONE = ("mobile", "+447700900123"), ("mobile", "+447700900456")


def like(one: Known, other: Known) -> Likeness:
    """The same from both sides."""
    found = likeness(one, other)
    assert found == likeness(other, one)
    return found


def amina(**more: object) -> Known:
    told = {"first": "Amina", "last": "Yusuf", "born": "1980-05-14", "postcode": "B12 0YN"} | more
    return known_as(**told)  # type: ignore[arg-type]


class TestWhoIsAskedAbout:
    def test_the_same_record_twice(self) -> None:
        found = like(amina(reach=[PHONE]), amina(reach=[PHONE]))
        assert found.may_be_one
        assert found.words == "same birthday, same name, same number and same postcode"

    @pytest.mark.parametrize(
        ("more", "words"),
        [
            ({"last": "Yusof"}, "name spelt almost the same"),
            ({"first": "Yusuf", "last": "Amina"}, "first and last name the other way round"),
            ({"first": "Amina Yusuf", "last": ""}, "first and last name the other way round"),
            ({"born": "1980-05-15"}, "birthday a slip of the pen apart"),
            ({"born": ""}, "same postcode"),
            ({"postcode": ""}, "same birthday"),
            ({"postcode": "B12 0YM"}, "postcode but for a letter"),
            ({"first": "Ami"}, "short form of the same name"),
        ],
    )
    def test_one_thing_written_otherwise(self, more: dict[str, str], words: str) -> None:
        found = like(amina(), amina(**more))
        assert found.may_be_one, found
        assert words in found.words

    def test_day_and_month_the_other_way_round(self) -> None:
        found = like(amina(born="1980-05-04"), amina(born="1980-04-05"))
        assert Agreement.BORN_SWAPPED in found.agree
        assert found.may_be_one

    def test_a_number_and_a_birthday_whatever_the_name(self) -> None:
        one = known_as(first="Asha", last="Khan", born="1980-05-14", reach=[PHONE])
        assert like(one, known_as(first="Petra", last="Novak", born="1980-05-14", reach=[PHONE])).points >= MAY_BE_ONE

    def test_a_name_and_a_postcode(self) -> None:
        one = known_as(first="Asha", last="Khan", postcode="B1 1AA")
        assert like(one, known_as(first="Asha", last="Khan", postcode="B1 1AA")).may_be_one
        assert like(one, known_as(first="Asha", last="Kahn", postcode="B1 1AA")).may_be_one


class TestWhoIsNot:
    def test_a_namesake_of_whom_nothing_else_is_known(self) -> None:
        assert not like(known_as(first="Mohammed", last="Khan"), known_as(first="Mohammed", last="Khan")).may_be_one

    def test_a_father_and_a_son_of_one_name_at_one_postcode(self) -> None:
        found = like(amina(), amina(born="2003-11-30"))
        assert Disagreement.BORN in found.differ
        assert not found.may_be_one

    def test_a_family_that_shares_a_phone_and_a_home(self) -> None:
        found = like(amina(reach=[PHONE]), amina(first="Bilal", born="2003-11-30", reach=[PHONE]))
        assert Agreement.PHONE_SHARED in found.agree
        assert not found.may_be_one

    def test_a_number_that_is_said_to_be_shared_counts_little(self) -> None:
        mine = amina(postcode="", born="", reach=[PHONE])
        ours = mine | Known(shared=mine.phones)
        assert like(mine, amina(postcode="", born="", reach=[PHONE])).points - like(ours, mine).points == 5

    def test_a_birthday_alone(self) -> None:
        assert not like(amina(), known_as(first="Petra", last="Novak", born="1980-05-14", postcode="B90 1QN")).may_be_one

    def test_everybody_whose_birthday_nobody_knew_is_born_on_the_first_of_january(self) -> None:
        one, other = amina(born="1980-01-01", postcode=""), known_as(first="Amina", last="Warsame", born="1980-01-01")
        found = like(one, other)
        assert Agreement.BORN_JANUARY in found.agree
        assert not found.may_be_one


class TestNames:
    @pytest.mark.parametrize(
        ("one", "other", "degree"),
        [
            ("mohammed", "muhammad", Degree.ALIKE),
            ("mohammed", "mohamed", Degree.ALIKE),
            ("ahmed", "ahmad", Degree.ALIKE),
            ("smith", "smiht", Degree.ALIKE),
            ("ali", "ala", Degree.ALIKE),
            ("ali", "eli", Degree.OTHER),
            ("o neill", "oneill", Degree.SAME),
            ("mary ann", "mary", Degree.SHORT),
            ("bill", "william", Degree.SHORT),
            ("willie", "william", Degree.SHORT),
            ("mo", "mohammed", Degree.SHORT),
            ("h", "henry", Degree.SHORT),
            ("mary", "martin", Degree.OTHER),
            ("annie", "andrew", Degree.OTHER),
            ("khan", "", Degree.MISSING),
        ],
    )
    def test_how_like_two_parts_of_names_are(self, one: str, other: str, degree: Degree) -> None:
        assert part(one, other) == part(other, one) == degree

    def test_a_title_is_no_name(self) -> None:
        assert known_as(first="Mrs Mary", last="Smith").names == (("mary", "smith"),)

    def test_the_name_that_somebody_uses_counts_too(self) -> None:
        found = like(
            known_as(first="Oluwaseun", last="Ade", called="Seun", postcode="B1 1AA"), known_as(first="Seun", last="Ade", postcode="B1 1AA")
        )
        assert Agreement.NAME in found.agree

    def test_points_of_names_are_those_of_their_parts(self) -> None:
        assert FOR_FIRST[Degree.SAME] + FOR_LAST[Degree.SAME] == POINTS[Agreement.NAME]
        assert (FOR_FIRST[Degree.OTHER], FOR_LAST[Degree.OTHER]) == (POINTS[Disagreement.FIRST_NAME], POINTS[Disagreement.LAST_NAME])


def test_what_is_found_among_others_is_what_is_with_slips() -> None:
    """A slip in the birthday is looked for, and found under the day that stands there."""
    here = found_by(amina(born="1980-05-15", postcode=""))
    assert with_slips(amina(postcode="")) & here
    assert not with_slips(known_as(first="Petra", last="Novak", born="1971-02-03")) & here


def test_slips_of_the_pen_are_days() -> None:
    slips = slips_of("1980-12-31")
    assert {"1980-12-30", "1981-12-31", "1980-12-13", "1980-01-01"} <= slips
    assert not {"1980-12-31", "1980-13-31", "1980-31-12"} & slips


def test_every_reason_has_points_and_words() -> None:
    assert {*Agreement.values, *Disagreement.values} == set(POINTS)
    assert all(POINTS[code] > 0 for code in Agreement.values)
    assert all(POINTS[code] < 0 for code in Disagreement.values)
