"""Narrowing the list of sentences in other languages."""

from django import forms

from ground.languages import ENGLISH, LANGUAGES


class SentencesFilter(forms.Form):
    """Which language, whether somebody has read it, and a word to look for."""

    language = forms.ChoiceField(
        label="Language", required=False, choices=[("", "Any language"), *((one.code, one.english) for one in LANGUAGES if one != ENGLISH)]
    )
    state = forms.ChoiceField(label="Checked by a speaker", required=False, choices=[("", "Either"), ("no", "Not yet"), ("yes", "Yes")])
    words = forms.CharField(label="Words, in English or in the language", required=False, max_length=100)
