"""Where a person lives, with the days it was true and the places it lay in by edition."""

import pghistory
from django.db import models

from candidates.choices import AddressChange, GeographyState
from candidates.models.candidate import person_at_end_of
from ground.rows import Personal, Row


@pghistory.track(pghistory.UpdateEvent(), exclude=["reporting_id"])
class Address(Row):
    """One address. Moving ends it and begins another; a correction replaces it from its start."""

    candidate = models.ForeignKey("candidates.Candidate", on_delete=models.CASCADE, related_name="addresses")
    lines = models.CharField("address", max_length=300, blank=True)
    postcode = models.CharField(max_length=8, blank=True)
    no_fixed_abode = models.BooleanField("no fixed abode", default=False)
    change_kind = models.CharField(max_length=9, choices=AddressChange, default=AddressChange.FIRST)
    valid_from = models.DateField(null=True, blank=True, help_text="empty: as long as we have known the person")
    valid_to = models.DateField(null=True, blank=True)
    replaced_by = models.ForeignKey(
        "self", on_delete=models.SET_NULL, null=True, blank=True, related_name="+", help_text="set on a corrected address"
    )

    personal = Personal(
        candidate=("candidate", "lines", "postcode", "no_fixed_abode", "change_kind", "valid_from", "valid_to", "replaced_by"),
    )
    audit_person = person_at_end_of("candidate")

    class Meta:
        indexes = [models.Index(fields=["postcode"], name="address_postcode")]
        constraints = [
            models.UniqueConstraint(
                fields=["candidate"],
                condition=models.Q(valid_to__isnull=True, replaced_by__isnull=True),
                name="address_one_current",
            ),
        ]


class AddressPlace(Row):
    """Where an address lay in one edition of the wards and postcodes. A new file adds rows; nothing is overwritten."""

    address = models.ForeignKey(Address, on_delete=models.CASCADE, related_name="places")
    edition = models.CharField(max_length=40)
    state = models.CharField(max_length=10, choices=GeographyState, default=GeographyState.PENDING)
    ward_code = models.CharField(max_length=9, blank=True)
    authority_code = models.CharField(max_length=9, blank=True)
    lsoa21 = models.CharField(max_length=9, blank=True)
    lsoa11 = models.CharField(max_length=9, blank=True)
    oa21 = models.CharField(max_length=9, blank=True)
    looked_up_on = models.DateField()
    by_hand = models.BooleanField(default=False)

    personal = Personal(
        candidate=("address", "ward_code", "authority_code", "lsoa21", "lsoa11", "oa21"),
        neither=("edition", "state", "looked_up_on", "by_hand"),
    )
    audit_person = person_at_end_of("address.candidate")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["address", "edition"], name="place_once_an_edition")]
        indexes = [models.Index(fields=["ward_code"], name="place_ward")]
