"""The rows that every programme starts with; people add their own, and end these, by date."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from accounts.choices import Asked, CheckKind, FunnelStart, FurtherQuestion, MilestoneCode, Phase, ReasonKind, RuleCode
from ground.templatetags.said import counted


@dataclass(frozen=True)
class Shipped:
    """A rule as the product ships with it: a number between two others, one word of a few, or several of them."""

    value: Any
    hint: str
    unit: str = ""
    least: int = 0
    most: int = 0
    choices: type[Phase] | type[FunnelStart] | type[CheckKind] | type[Asked] | type[FurtherQuestion] | None = None
    none_of_them: str = ""  # how it is said that none of several words is chosen; empty: at least one must be

    @property
    def several(self) -> bool:
        """Whether its value is a list of words."""
        return isinstance(self.value, list)

    def accepts(self, value: Any) -> bool:
        """Whether this may be set."""
        if self.choices is None:
            return isinstance(value, int) and self.least <= value <= self.most
        if self.several:
            return isinstance(value, list) and bool(value or self.none_of_them) and set(value) <= set(self.choices.values)
        return value in self.choices.values

    def words(self, value: Any) -> str:
        """A value as people say it."""
        if self.choices is None:
            years = value // 365 if self.unit == "day" and value and value % 365 == 0 else 0
            return f"{counted(value, self.unit)} ({counted(years, 'year')})" if years else counted(value, self.unit)
        labels = dict(self.choices.choices)
        if value == []:
            return self.none_of_them
        return ", ".join(str(labels.get(one, one)) for one in (value if self.several else [value]))


RULES: dict[RuleCode, Shipped] = {
    RuleCode.CASELOAD_LIMIT: Shipped(25, "The board and the morning page say who holds more.", unit="person,people", least=1, most=500),
    RuleCode.PHASES_SHOWN: Shipped(list(Phase.values), "Figures of days before the change keep the phases of those days.", choices=Phase),
    RuleCode.FUNNEL_STARTS_AT: Shipped(FunnelStart.INTEREST.value, "Who is counted from the first phase on.", choices=FunnelStart),
    RuleCode.CHECK_LIST: Shipped(
        list(CheckKind.values), "Opened with each job that an accepted offer makes from that day on.", choices=CheckKind
    ),
    RuleCode.ANSWER_DAYS: Shipped(5, "Counted from the day somebody was put forward.", unit="working day", least=1, most=60),
    RuleCode.SILENT_DAYS: Shipped(10, "Counted from what was last done about somebody put forward.", unit="working day", least=1, most=60),
    RuleCode.CHASE_DAYS: Shipped(5, "Counted from the day that is asked about.", unit="day", least=1, most=28),
    RuleCode.QUIET_DAYS: Shipped(28, "Today and the caseload list them.", unit="day", least=1, most=365),
    RuleCode.STUCK_DAYS: Shipped(14, "Counted from the day the check was asked for.", unit="day", least=1, most=365),
    RuleCode.STALE_DAYS: Shipped(45, "Counted from the day somebody last said that it is still true.", unit="day", least=7, most=365),
    RuleCode.EMPLOYER_DAYS: Shipped(730, "Counted from the day somebody was put forward.", unit="day", least=30, most=1100),
    RuleCode.REOPEN_DAYS: Shipped(
        90, "Counted from the day it ended, or the day to ask again. Later they start anew.", unit="day", least=0, most=730
    ),
    RuleCode.ANY_WORK: Shipped(
        Asked.YES.value, "On the dates of their later checks. It is counted beside retention, never in it.", choices=Asked
    ),
    RuleCode.MEANINGFUL_CONTACTS: Shipped(
        3,
        "Those that moved something on. A case keeps the number of the day it was opened.",
        unit="talk",
        least=1,
        most=20,
    ),
    RuleCode.EQUALITY: Shipped(
        [],
        "Ethnic group, health conditions and sex are always put, and every answer may be left out. These only where they are ticked.",
        choices=FurtherQuestion,
        none_of_them="No further questions",
    ),
}

#: How long each milestone is from the first day: weeks, or calendar months.
MILESTONE_LENGTHS: dict[MilestoneCode, tuple[int | None, int | None]] = {
    MilestoneCode.FOUR_WEEKS: (4, None),
    MilestoneCode.THIRTEEN_WEEKS: (13, None),
    MilestoneCode.SIX_MONTHS: (None, 6),
    MilestoneCode.TWENTY_SIX_WEEKS: (26, None),
}
#: Code, weeks, calendar months, days in which an answer still counts.
MILESTONES: tuple[tuple[str, int | None, int | None, int], ...] = (
    (MilestoneCode.FOUR_WEEKS, 4, None, 14),
    (MilestoneCode.THIRTEEN_WEEKS, 13, None, 14),
    (MilestoneCode.SIX_MONTHS, None, 6, 28),
)

REASONS: dict[str, tuple[tuple[str, str], ...]] = {
    ReasonKind.NOT_NOW: (
        ("childcare", "Childcare or caring"),
        ("health", "Health"),
        ("travel", "Travel"),
        ("other_job", "Found other work"),
        ("studying", "Studying"),
        ("moved_away", "Moved away"),
        ("wrong_time", "Not the right time"),
        ("no_contact", "Please do not contact"),
        ("other", "Another reason"),
    ),
    ReasonKind.WITHDRAWN: (
        ("changed_mind", "Changed their mind"),
        ("other_job", "Found other work"),
        ("health", "Health"),
        ("childcare", "Childcare or caring"),
        ("moved_away", "Moved away"),
        ("not_said", "Did not say"),
        ("other", "Another reason"),
    ),
    ReasonKind.SKIP_TRAINING: (
        ("has_experience", "Has done this work before"),
        ("has_certificate", "Has the certificate already"),
        ("employer_trains", "The employer trains on the job"),
        ("no_course_in_time", "No course in time"),
        ("other", "Another reason"),
    ),
    ReasonKind.SKIP_CHAT: (
        ("known_already", "Known from earlier"),
        ("chat_elsewhere", "Had the chat elsewhere"),
        ("other", "Another reason"),
    ),
    ReasonKind.LEAVE: (
        ("new_job", "Another job"),
        ("contract_ended", "The contract ended"),
        ("hours_or_pay", "Hours or pay"),
        ("health", "Health"),
        ("childcare", "Childcare or caring"),
        ("travel", "Travel"),
        ("not_a_fit", "Did not suit them"),
        ("dismissed", "Dismissed"),
        ("redundant", "Made redundant"),
        ("death", "Died"),
        ("not_known", "Not known yet"),
        ("other", "Another reason"),
    ),
    ReasonKind.LEAVE_TRAINING: (
        ("started_job", "Started a job"),
        ("health", "Health"),
        ("childcare", "Childcare or caring"),
        ("travel", "Travel"),
        ("not_a_fit", "Did not suit them"),
        ("stopped_coming", "Stopped coming"),
        ("other", "Another reason"),
    ),
    ReasonKind.DECLINE: (
        ("filled", "The places are filled"),
        ("experience", "Needs other experience"),
        ("hours", "Hours do not fit"),
        ("checks", "A check was not passed"),
        ("did_not_come", "Did not come to the interview"),
        ("other", "Another reason"),
    ),
    ReasonKind.DECLINE_OFFER: (
        ("other_offer", "Took another offer"),
        ("hours", "Hours do not fit"),
        ("pay", "Pay"),
        ("travel", "Travel"),
        ("health", "Health"),
        ("changed_mind", "Changed their mind"),
        ("other", "Another reason"),
    ),
    ReasonKind.OFFER_WITHDRAWN: (
        ("checks", "A check was not passed"),
        ("post_gone", "The post is gone"),
        ("no_answer", "No answer in time"),
        ("other", "Another reason"),
    ),
    ReasonKind.FALL_THROUGH: (
        ("checks", "A check was not passed"),
        ("took_other", "Took another job"),
        ("did_not_come", "Did not come on the first day"),
        ("post_gone", "The post is gone"),
        ("health", "Health"),
        ("changed_mind", "Changed their mind"),
        ("other", "Another reason"),
    ),
    ReasonKind.MISSED: (
        ("candidate", "The person did not come"),
        ("us", "We could not keep it"),
        ("nobody_knows", "Not clear"),
    ),
    ReasonKind.CANCEL: (
        ("candidate", "The person asked"),
        ("us", "We had to"),
        ("other", "Another reason"),
    ),
    ReasonKind.PAUSE: (
        ("health", "Health"),
        ("childcare", "Childcare or caring"),
        ("away", "Away"),
        ("studying", "Studying"),
        ("other", "Another reason"),
    ),
    ReasonKind.INELIGIBLE: (
        ("right_to_work", "No right to work yet"),
        ("age", "Too young"),
        ("area", "Lives outside the area"),
        ("in_work", "In work already"),
        ("other", "Another reason"),
    ),
    ReasonKind.HAND_OVER: (
        ("leaving", "Leaving the team"),
        ("balance", "To balance caseloads"),
        ("language", "Language"),
        ("area", "Nearer to where they live"),
        ("asked", "The person asked"),
        ("conflict", "They know each other"),
        ("other", "Another reason"),
    ),
    ReasonKind.SNOOZE: (
        ("waiting_for_them", "Waiting for the person"),
        ("waiting_for_others", "Waiting for somebody else"),
        ("away", "The person is away"),
        ("asked_for_later", "They asked for a later day"),
        ("other", "Another reason"),
    ),
    ReasonKind.UNDO: (
        ("mistake", "Pressed by mistake"),
        ("wrong_person", "The wrong person"),
        ("not_so", "It turned out not to be so"),
    ),
    ReasonKind.VOID: (
        ("mistake", "Entered in error"),
        ("twice", "Entered twice"),
        ("wrong_person", "The wrong person"),
    ),
}

#: England and Wales, from gov.uk/bank-holidays; later years are added as they are proclaimed.
BANK_HOLIDAYS: tuple[tuple[date, str], ...] = (
    (date(2020, 1, 1), "New Year's Day"),
    (date(2020, 4, 10), "Good Friday"),
    (date(2020, 4, 13), "Easter Monday"),
    (date(2020, 5, 8), "Early May bank holiday (VE day)"),
    (date(2020, 5, 25), "Spring bank holiday"),
    (date(2020, 8, 31), "Summer bank holiday"),
    (date(2020, 12, 25), "Christmas Day"),
    (date(2020, 12, 28), "Boxing Day (substitute day)"),
    (date(2021, 1, 1), "New Year's Day"),
    (date(2021, 4, 2), "Good Friday"),
    (date(2021, 4, 5), "Easter Monday"),
    (date(2021, 5, 3), "Early May bank holiday"),
    (date(2021, 5, 31), "Spring bank holiday"),
    (date(2021, 8, 30), "Summer bank holiday"),
    (date(2021, 12, 27), "Christmas Day (substitute day)"),
    (date(2021, 12, 28), "Boxing Day (substitute day)"),
    (date(2022, 1, 3), "New Year's Day (substitute day)"),
    (date(2022, 4, 15), "Good Friday"),
    (date(2022, 4, 18), "Easter Monday"),
    (date(2022, 5, 2), "Early May bank holiday"),
    (date(2022, 6, 2), "Spring bank holiday"),
    (date(2022, 6, 3), "Platinum Jubilee bank holiday"),
    (date(2022, 8, 29), "Summer bank holiday"),
    (date(2022, 9, 19), "Bank Holiday for the State Funeral of Queen Elizabeth II"),
    (date(2022, 12, 26), "Boxing Day"),
    (date(2022, 12, 27), "Christmas Day (substitute day)"),
    (date(2023, 1, 2), "New Year's Day (substitute day)"),
    (date(2023, 4, 7), "Good Friday"),
    (date(2023, 4, 10), "Easter Monday"),
    (date(2023, 5, 1), "Early May bank holiday"),
    (date(2023, 5, 8), "Bank holiday for the coronation of King Charles III"),
    (date(2023, 5, 29), "Spring bank holiday"),
    (date(2023, 8, 28), "Summer bank holiday"),
    (date(2023, 12, 25), "Christmas Day"),
    (date(2023, 12, 26), "Boxing Day"),
    (date(2024, 1, 1), "New Year's Day"),
    (date(2024, 3, 29), "Good Friday"),
    (date(2024, 4, 1), "Easter Monday"),
    (date(2024, 5, 6), "Early May bank holiday"),
    (date(2024, 5, 27), "Spring bank holiday"),
    (date(2024, 8, 26), "Summer bank holiday"),
    (date(2024, 12, 25), "Christmas Day"),
    (date(2024, 12, 26), "Boxing Day"),
    (date(2025, 1, 1), "New Year's Day"),
    (date(2025, 4, 18), "Good Friday"),
    (date(2025, 4, 21), "Easter Monday"),
    (date(2025, 5, 5), "Early May bank holiday"),
    (date(2025, 5, 26), "Spring bank holiday"),
    (date(2025, 8, 25), "Summer bank holiday"),
    (date(2025, 12, 25), "Christmas Day"),
    (date(2025, 12, 26), "Boxing Day"),
    (date(2026, 1, 1), "New Year's Day"),
    (date(2026, 4, 3), "Good Friday"),
    (date(2026, 4, 6), "Easter Monday"),
    (date(2026, 5, 4), "Early May bank holiday"),
    (date(2026, 5, 25), "Spring bank holiday"),
    (date(2026, 8, 31), "Summer bank holiday"),
    (date(2026, 12, 25), "Christmas Day"),
    (date(2026, 12, 28), "Boxing Day (substitute day)"),
    (date(2027, 1, 1), "New Year's Day"),
    (date(2027, 3, 26), "Good Friday"),
    (date(2027, 3, 29), "Easter Monday"),
    (date(2027, 5, 3), "Early May bank holiday"),
    (date(2027, 5, 31), "Spring bank holiday"),
    (date(2027, 8, 30), "Summer bank holiday"),
    (date(2027, 12, 27), "Christmas Day (substitute day)"),
    (date(2027, 12, 28), "Boxing Day (substitute day)"),
)
