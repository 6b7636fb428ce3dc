"""Moving the demo's day on."""

from django import forms

from ground.forms import HouseForm

LONGEST = 400


class DayForm(HouseForm):
    days = forms.IntegerField(
        label="How many days?",
        help_text="1 is the next day, 7 a week, 184 a little over six months. The day cannot be moved back.",
        min_value=1,
        max_value=LONGEST,
        widget=forms.NumberInput(attrs={"class": "govuk-input--width-3", "inputmode": "numeric"}),
        error_messages={
            "invalid": "Enter a number of days, such as 7",
            "min_value": "Enter 1 or more: the day cannot be moved back",
            "max_value": f"Enter {LONGEST} or fewer, and move it on again after that",
        },
    )
