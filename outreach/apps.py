from typing import Any

from django.apps import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage, Error, register

from outreach.backends import BACKENDS

#: Those that reach nobody.
FOR_TRIAL = frozenset({"console", "locmem"})


class OutreachConfig(AppConfig):
    name = "outreach"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        register(check_backends)


def check_backends(**kwargs: Any) -> list[CheckMessage]:
    """Every backend named exists, and none that reaches nobody is used in earnest unknowingly."""
    unknown = [name for name in settings.SMS_BACKEND if name not in BACKENDS]
    found: list[CheckMessage] = [
        Error(f"SMS_BACKEND names {name!r}; there are {', '.join(BACKENDS)}.", id="outreach.E001") for name in unknown
    ]
    if FOR_TRIAL & set(settings.SMS_BACKEND) and not settings.RELAXED and not settings.SMS_OFF_OK:
        found.append(Error("SMS_BACKEND names one that reaches nobody. Set SMS_OFF_OK=1 if texts are to be off.", id="outreach.E002"))
    return found
