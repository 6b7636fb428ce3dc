"""Equality questions as they are put: in the words of the GOV.UK pattern "Equality information", one a page; or all at once, from paper."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from candidates.choices import ANSWERS, GROUP_OF, Question
from ground.forms import HouseForm, LineField

Words = str | Promise
PREFER_NOT = ("prefer_not", _("Prefer not to say"))
YES_NO: tuple[tuple[str, Words], ...] = (("yes", _("Yes")), ("no", _("No")))
#: The second step of the ethnic group is a page of its own.
DETAIL = "ethnic_detail"
GROUPS: tuple[tuple[str, Words], ...] = (
    ("White", _("White")),
    ("Mixed", _("Mixed or multiple ethnic groups")),
    ("Asian", _("Asian or Asian British")),
    ("Black", _("Black, Black British, Caribbean or African")),
    ("Other", _("Other ethnic group")),
)
CATEGORIES: dict[str, Words] = {
    "1": _("English, Welsh, Scottish, Northern Irish or British"),
    "2": _("Irish"),
    "3": _("Gypsy or Irish Traveller"),
    "4": _("Roma"),
    "5": _("Any other White background"),
    "6": _("White and Black Caribbean"),
    "7": _("White and Black African"),
    "8": _("White and Asian"),
    "9": _("Any other Mixed or multiple background"),
    "10": _("Indian"),
    "11": _("Pakistani"),
    "12": _("Bangladeshi"),
    "13": _("Chinese"),
    "14": _("Any other Asian background"),
    "15": _("Caribbean"),
    "16": _("African"),
    "17": _("Any other Black, Black British or Caribbean background"),
    "18": _("Arab"),
    "19": _("Any other ethnic group"),
}


@dataclass(frozen=True)
class Put:
    """One question as it stands on its page."""

    question: str
    words: Words
    answers: tuple[tuple[str, Words], ...]
    hint: Words = ""
    #: Whether it may be said in one's own words too.
    free: bool = False


PAGES: dict[str, Put] = {
    Question.ETHNIC_GROUP: Put(Question.ETHNIC_GROUP, _("What is your ethnic group?"), GROUPS),
    DETAIL: Put(
        Question.ETHNIC_GROUP,
        _("Which of these describes your background best?"),
        tuple(CATEGORIES.items()),
        free=True,
    ),
    Question.HEALTH_CONDITION: Put(
        Question.HEALTH_CONDITION,
        _("Do you have any physical or mental health conditions or illnesses lasting or expected to last 12 months or more?"),
        YES_NO,
    ),
    Question.REDUCES_ACTIVITY: Put(
        Question.REDUCES_ACTIVITY,
        _("Do any of your conditions or illnesses reduce your ability to carry out day-to-day activities?"),
        (("a_lot", _("Yes, a lot")), ("a_little", _("Yes, a little")), ("not_at_all", _("Not at all"))),
    ),
    Question.SEX: Put(Question.SEX, _("What is your sex?"), (("female", _("Female")), ("male", _("Male")))),
    Question.GENDER_SAME: Put(
        Question.GENDER_SAME, _("Is your gender the same as the sex you were registered with at birth?"), YES_NO, free=True
    ),
    Question.ORIENTATION: Put(
        Question.ORIENTATION,
        _("Which of these describes your sexual orientation best?"),
        (
            ("straight", _("Straight or heterosexual")),
            ("gay", _("Gay or lesbian")),
            ("bisexual", _("Bisexual")),
            ("other", _("Other")),
        ),
        free=True,
    ),
    Question.RELIGION: Put(
        Question.RELIGION,
        _("What is your religion?"),
        (
            ("none", _("No religion")),
            ("christian", _("Christian")),
            ("buddhist", _("Buddhist")),
            ("hindu", _("Hindu")),
            ("jewish", _("Jewish")),
            ("muslim", _("Muslim")),
            ("sikh", _("Sikh")),
            ("other", _("Any other religion")),
        ),
        free=True,
    ),
    Question.CARE: Put(
        Question.CARE,
        _("Do you look after somebody who is ill, disabled or old, without being paid for it?"),
        (
            ("no", _("No")),
            ("under_20", _("Up to 19 hours a week")),
            ("under_50", _("20 to 49 hours a week")),
            ("over_50", _("50 hours a week or more")),
        ),
    ),
}


def answers_of(page: str, said: str = "") -> tuple[tuple[str, Words], ...]:
    """What may be answered on a page: of the second step, what lies within the group that was said."""
    answers = PAGES[page].answers
    if page == DETAIL:
        group = GROUP_OF.get(said, said)
        answers = tuple((code, words) for code, words in answers if GROUP_OF[code] == group)
    return (*answers, PREFER_NOT)


class OwnAnswer(HouseForm):
    """One question. Nothing chosen is an answer too: the next one is put."""

    heading_field = "answer"

    def __init__(self, *args: Any, page: str, said: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        put = PAGES[page]
        self.fields["answer"] = forms.ChoiceField(
            label=put.words, help_text=put.hint, choices=answers_of(page, said), widget=forms.RadioSelect, required=False
        )
        self.fields["answer"].hide_optional = True  # type: ignore[attr-defined]  # read by the label's template
        if put.free:
            self.fields["words"] = LineField(
                label=_("You can say it in your own words"), required=False, widget=forms.TextInput(attrs={"dir": "auto"})
            )
        del self.fields["once"]  # sent twice it says the same thing


class PaperForm(HouseForm):
    """All questions at once, as they stand on paper. An empty one was left empty there."""

    def __init__(self, *args: Any, asked: Sequence[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for question in asked:
            answers = [("", "Left empty"), *ANSWERS[question], ("prefer_not", "Prefer not to say")]
            widget = forms.Select if question == Question.ETHNIC_GROUP else forms.RadioSelect
            field = forms.ChoiceField(label=Question(question).label, choices=answers, widget=widget, required=False)
            field.hide_optional = True  # type: ignore[attr-defined]
            self.fields[question] = field
            if question in FREE:
                self.fields[f"{question}_words"] = LineField(label=f"{Question(question).label}: in their own words", required=False)
        self.asked = list(asked)

    def said(self) -> dict[str, str]:
        """Question and answer. Called once the form is sound."""
        return {question: self.cleaned_data[question] for question in self.asked}

    def own_words(self) -> dict[str, str]:
        """Question and what stands there in the person's own words. Called once the form is sound."""
        return {question: self.cleaned_data[f"{question}_words"] for question in self.asked if question in FREE}


#: Questions that may be answered in one's own words too.
FREE = frozenset(put.question for put in PAGES.values() if put.free)
