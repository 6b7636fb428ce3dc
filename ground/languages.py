"""The languages in which a candidate may read: which there are, and which one a request asks for.

Staff read English. A language stands in the address or in the posted form, never in a cookie or with a person signed in.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.cache import patch_vary_headers
from django.utils.translation import get_language, override
from django.utils.translation.trans_real import parse_accept_lang_header


@dataclass(frozen=True)
class Language:
    """A language as we call it in addresses and rows, as Django does, and as those call it who speak it."""

    code: str
    locale: str
    name: str
    english: str
    right_to_left: bool = False

    @property
    def direction(self) -> str:
        """How its lines run, for `dir`."""
        return "rtl" if self.right_to_left else "ltr"


#: English first, then by their names in English. A new one: its line here, its catalogue under locale/.
LANGUAGES: tuple[Language, ...] = (
    Language("en", "en-gb", "English", "English"),
    Language("ar", "ar", "العربية", "Arabic", right_to_left=True),
    Language("bn", "bn", "বাংলা", "Bengali"),
    Language("pl", "pl", "Polski", "Polish"),
    Language("pa", "pa", "ਪੰਜਾਬੀ", "Punjabi"),
    Language("ro", "ro", "Română", "Romanian"),
    Language("so", "so", "Soomaali", "Somali"),
    Language("ur", "ur", "اردو", "Urdu", right_to_left=True),
)
BY_CODE = {language.code: language for language in LANGUAGES}
ENGLISH = LANGUAGES[0]
#: The name of the field and of the word in an address.
FIELD = "language"
#: What a button to another language is called inside a form whose own field says the present one.
OTHER = "other_language"
View = Callable[..., HttpResponse]


def language_asked(request: HttpRequest) -> Language:
    """What the form or the address says, else what the browser likes best of what there is, else English."""
    given = request.POST.get(OTHER) or request.POST.get(FIELD) or request.GET.get(FIELD)
    if given in BY_CODE:
        return BY_CODE[given]
    for liked, _ in parse_accept_lang_header(request.headers.get("Accept-Language", "")):
        found = BY_CODE.get(liked.partition("-")[0])
        if found is not None:
            return found
    return ENGLISH


def language_now() -> Language:
    """The language of the page that is being drawn."""
    locale = get_language()
    return next((language for language in LANGUAGES if language.locale == locale), ENGLISH)


def in_their_language(view: View) -> View:
    """A page for candidates, drawn in the language that they ask for. Stands below `open_to`; for no page of staff.

    A no that rises out of the view is said in English, and says so: its page is everybody's.
    """

    @wraps(view)
    def spoken(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        with override(language_asked(request).locale):
            response = view(request, *args, **kwargs)
            response.headers.setdefault("Content-Language", language_now().locale)
        patch_vary_headers(response, ["Accept-Language"])
        return response

    return spoken
