"""Words about people. What a programme may tune is a dated row elsewhere; these are fixed."""

from django.db import models


class RouteKind(models.TextChoices):
    """A way to reach somebody."""

    MOBILE = "mobile", "Mobile"
    LANDLINE = "landline", "Landline"
    EMAIL = "email", "E-mail"
    LETTER = "letter", "Letter"
    THROUGH = "through", "Through a person or place"


class BirthQuality(models.TextChoices):
    """How much of a date of birth is known."""

    EXACT = "exact", "Day, month and year"
    MONTH = "month", "Month and year"
    YEAR = "year", "Year only"


class GeographyState(models.TextChoices):
    """What is known of where an address lies."""

    FOUND = "found", "Found"
    TERMINATED = "terminated", "Found: the postcode is no longer in use"
    PENDING = "pending", "Not looked up yet"
    NONE = "none", "No place: no fixed abode or no postcode"


class AddressChange(models.TextChoices):
    """Why an address replaced the one before: it matters to every ward figure."""

    FIRST = "first", "First address"
    MOVED = "moved", "Moved"
    CORRECTED = "corrected", "Corrected: it was always this one"


class Agreement(models.TextChoices):
    """What two records have in common, as it is said of people who may be one person."""

    NAME = "name", "same name"
    NAME_ALIKE = "name_alike", "name spelt almost the same"
    NAME_SWAPPED = "name_swapped", "first and last name the other way round"
    NAME_SHORT = "name_short", "short form of the same name"
    FIRST_NAME = "first_name", "same first name"
    LAST_NAME = "last_name", "same last name"
    BORN = "born", "same birthday"
    BORN_JANUARY = "born_january", "both born on 1 January of one year"
    BORN_SWAPPED = "born_swapped", "birthday with day and month the other way round"
    BORN_NEAR = "born_near", "birthday a slip of the pen apart"
    BORN_MONTH = "born_month", "same month or year of birth, as far as it is known"
    PHONE = "phone", "same number"
    PHONE_SHARED = "phone_shared", "same number (perhaps a family’s)"
    EMAIL = "email", "same e-mail address"
    EMAIL_SHARED = "email_shared", "same e-mail address (perhaps a family’s)"
    EMAIL_ALIKE = "email_alike", "e-mail address but for a letter or two"
    POSTCODE = "postcode", "same postcode"
    POSTCODE_NEAR = "postcode_near", "postcode but for a letter"
    ADDRESS = "address", "same address"


class Disagreement(models.TextChoices):
    """What speaks against it."""

    FIRST_NAME = "first_name_differs", "different first names"
    LAST_NAME = "last_name_differs", "different last names"
    BORN = "born_differs", "different birthdays"
    POSTCODE = "postcode_differs", "different postcodes"


class AnswerState(models.TextChoices):
    """Three silences and a value. They are never merged."""

    VALUE = "value", "Answered"
    PREFER_NOT = "prefer_not", "Prefer not to say"
    NOT_ASKED = "not_asked", "Not asked"
    NOT_KNOWN = "not_known", "Asked, no answer recorded"


class Question(models.TextChoices):
    """The equality questions. Those off by default are asked only where a programme switches them on."""

    ETHNIC_GROUP = "ethnic_group", "Ethnic group"
    HEALTH_CONDITION = "health_condition", "Health condition lasting 12 months or more"
    REDUCES_ACTIVITY = "reduces_activity", "Reduces daily activities"
    SEX = "sex", "Sex"
    REGISTERED_DISABLED = "registered_disabled", "Registered as disabled"
    GENDER_SAME = "gender_same", "Gender same as registered at birth"
    ORIENTATION = "orientation", "Sexual orientation"
    RELIGION = "religion", "Religion"
    CARE = "care", "Unpaid care"


#: number, category, group, NHS code of 2001. Source: Census 2021 categories; NHS data dictionary codes.
ETHNIC_GROUPS: tuple[tuple[int, str, str, str], ...] = (
    (1, "English, Welsh, Scottish, Northern Irish or British", "White", "A"),
    (2, "Irish", "White", "B"),
    (3, "Gypsy or Irish Traveller", "White", "C"),
    (4, "Roma", "White", "C"),
    (5, "Any other White background", "White", "C"),
    (6, "White and Black Caribbean", "Mixed", "D"),
    (7, "White and Black African", "Mixed", "E"),
    (8, "White and Asian", "Mixed", "F"),
    (9, "Any other Mixed or multiple background", "Mixed", "G"),
    (10, "Indian", "Asian", "H"),
    (11, "Pakistani", "Asian", "J"),
    (12, "Bangladeshi", "Asian", "K"),
    (13, "Chinese", "Asian", "R"),
    (14, "Any other Asian background", "Asian", "L"),
    (15, "Caribbean", "Black", "M"),
    (16, "African", "Black", "N"),
    (17, "Any other Black, Black British or Caribbean background", "Black", "P"),
    (18, "Arab", "Other", "S"),
    (19, "Any other ethnic group", "Other", "S"),
)
#: Ethnic category, as it is kept -> its broader group.
GROUP_OF = {str(number): group for number, _, group, _ in ETHNIC_GROUPS}

#: code -> words, for each question but the ethnic group (whose codes are the numbers above, as text).
ANSWERS: dict[str, tuple[tuple[str, str], ...]] = {
    Question.ETHNIC_GROUP: tuple((str(number), category) for number, category, _, _ in ETHNIC_GROUPS),
    Question.HEALTH_CONDITION: (("yes", "Yes"), ("no", "No")),
    Question.REDUCES_ACTIVITY: (("a_lot", "Yes, a lot"), ("a_little", "Yes, a little"), ("not_at_all", "Not at all")),
    Question.SEX: (("female", "Female"), ("male", "Male")),
    Question.REGISTERED_DISABLED: (("yes", "Yes"), ("no", "No")),
    Question.GENDER_SAME: (("yes", "Yes"), ("no", "No")),
    Question.ORIENTATION: (
        ("straight", "Straight or heterosexual"),
        ("gay", "Gay or lesbian"),
        ("bisexual", "Bisexual"),
        ("other", "Other"),
    ),
    Question.RELIGION: (
        ("none", "No religion"),
        ("christian", "Christian"),
        ("buddhist", "Buddhist"),
        ("hindu", "Hindu"),
        ("jewish", "Jewish"),
        ("muslim", "Muslim"),
        ("sikh", "Sikh"),
        ("other", "Any other religion"),
    ),
    Question.CARE: (
        ("no", "No"),
        ("under_20", "Up to 19 hours a week"),
        ("under_50", "20 to 49 hours a week"),
        ("over_50", "50 hours a week or more"),
    ),
}
