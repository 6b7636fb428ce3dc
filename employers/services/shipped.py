"""What every installation starts with: job families and pay rates. People add rows, and end these, by date."""

from datetime import date
from decimal import Decimal

from employers.choices import RateCode
from employers.models import JobFamily, PayRate

#: Families hold from before any register that is brought in.
ALWAYS = date(2000, 1, 1)
#: code, name, examples, picture.
FAMILIES: tuple[tuple[str, str, str, str], ...] = (
    ("administration", "Administration", "Receptionist, clerk, booking team", "administration"),
    ("facilities", "Facilities", "Porter, catering, domestic assistant, driver", "facilities"),
    ("healthcare", "Healthcare", "Healthcare support worker, pharmacy assistant", "healthcare"),
)
_LAW = "Minimum wage rates on gov.uk, to be confirmed"
_LIVING = "Living Wage Foundation, rates of October 2025, to be confirmed; later ones are entered by hand"
#: code, pounds an hour, first day, day after the last, source. None of these has been confirmed by a person yet.
RATES: tuple[tuple[str, str, date, date | None, str], ...] = (
    (RateCode.NATIONAL, "12.21", date(2025, 4, 1), date(2026, 4, 1), _LAW),
    (RateCode.NATIONAL, "12.71", date(2026, 4, 1), date(2027, 4, 1), _LAW),
    (RateCode.NATIONAL, "13.21", date(2027, 4, 1), None, _LAW),
    (RateCode.YOUNG, "10.85", date(2026, 4, 1), date(2027, 4, 1), _LAW),
    (RateCode.YOUNG, "11.27", date(2027, 4, 1), None, _LAW),
    (RateCode.APPRENTICE, "8.00", date(2026, 4, 1), date(2027, 4, 1), _LAW),
    (RateCode.APPRENTICE, "8.31", date(2027, 4, 1), None, _LAW),
    (RateCode.REAL_UK, "13.45", date(2025, 10, 1), None, _LIVING),
    (RateCode.REAL_LONDON, "14.80", date(2025, 10, 1), None, _LIVING),
)


def load_shipped() -> int:
    """Add the families and rates that are missing; how many were. Again is nothing, and what people changed stays."""
    before = JobFamily.objects.count() + PayRate.objects.count()
    JobFamily.objects.bulk_create(
        [
            JobFamily(code=code, name=name, examples=examples, picture=picture, valid_from=ALWAYS)
            for code, name, examples, picture in FAMILIES
        ],
        ignore_conflicts=True,
    )
    PayRate.objects.bulk_create(
        [
            PayRate(code=code, amount=Decimal(amount), valid_from=first, valid_to=end, source=source)
            for code, amount, first, end, source in RATES
        ],
        ignore_conflicts=True,
    )
    return JobFamily.objects.count() + PayRate.objects.count() - before
