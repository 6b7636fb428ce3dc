"""Pay rates: dated rows with a source, entered by people."""

from django.db import models

from employers.choices import RateCode
from ground.rows import Personal, Row


class PayRate(Row):
    """Pounds an hour, from one day to another."""

    code = models.CharField(max_length=12, choices=RateCode)
    amount = models.DecimalField("pounds an hour", max_digits=6, decimal_places=2)
    valid_from = models.DateField()
    valid_to = models.DateField(null=True, blank=True)
    source = models.CharField(max_length=200)
    confirmed_on = models.DateField(null=True, blank=True)

    personal = Personal(neither=("code", "amount", "valid_from", "valid_to", "source", "confirmed_on"))

    class Meta:
        constraints = [models.UniqueConstraint(fields=["code", "valid_from"], name="rate_once_a_day")]
