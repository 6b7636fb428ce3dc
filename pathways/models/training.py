"""Courses, seats, and who was there."""

import pghistory
from django.db import models

from candidates.models.candidate import person_at_end_of
from ground.rows import Personal, Row
from pathways.models.log import agrees_with_log
from pathways.workflow.training_place import PlaceStage, TrainingPlaceChart


class Guarantee(models.TextChoices):
    """What a course promises at its end; no source says there is one."""

    NONE = "none", "Nothing promised"
    INTERVIEW = "interview", "An interview"
    JOB = "job", "A job"


class CourseQuerySet(models.QuerySet):
    """Filters on courses."""

    def for_user(self, user: object) -> "CourseQuerySet":
        """Courses of the programmes that the user's seats reach; a trainer's own organisation's alone."""
        desk = getattr(user, "desk", None)
        if desk is None:
            return self.none()
        seen = models.Q(pk__in=[])
        for seat in desk.seats:
            if seat.role in {"programme_lead", "outreach_worker"}:
                seen |= models.Q(programme__in=seat.programmes_of())
            elif seat.role == "trainer":
                seen |= models.Q(organisation=seat.organisation_id, programme__in=seat.programmes_of())
        return self.filter(seen)


class Course(Row):
    """Pre-employment training with dates, a venue and seats."""

    organisation = models.ForeignKey("accounts.Organisation", on_delete=models.PROTECT, related_name="+")
    programme = models.ForeignKey("accounts.Programme", on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=120)
    venue = models.CharField(max_length=160, blank=True)
    starts_on = models.DateField(null=True, blank=True)
    ends_on = models.DateField(null=True, blank=True)
    capacity = models.PositiveSmallIntegerField(null=True, blank=True)
    guarantee = models.CharField(max_length=9, choices=Guarantee, default=Guarantee.NONE)
    before_pathways = models.BooleanField("made for imported seats", default=False)

    objects = CourseQuerySet.as_manager()
    personal = Personal(
        neither=("organisation", "programme", "name", "venue", "starts_on", "ends_on", "capacity", "guarantee", "before_pathways"),
    )

    class Meta:
        ordering = ["starts_on", "name"]
        constraints = [
            models.CheckConstraint(
                name="course_ends_after_start",
                condition=models.Q(ends_on__isnull=True) | models.Q(starts_on__isnull=True) | models.Q(ends_on__gte=models.F("starts_on")),
            )
        ]

    def __str__(self) -> str:
        return self.name


class TrainingPlace(TrainingPlaceChart, Row):
    """One person's seat on one course, or their wait for it."""

    machine = "training_place"

    pathway = models.ForeignKey("pathways.Pathway", on_delete=models.CASCADE, related_name="training_places")
    course = models.ForeignKey(Course, on_delete=models.PROTECT, related_name="training_places")
    over_capacity_reason = models.CharField(max_length=200, blank=True)
    begun_on = models.DateField(null=True, blank=True)
    over_on = models.DateField(null=True, blank=True)

    personal = Personal(
        candidate=("pathway", "stage", "begun_on", "over_on"),
        neither=("course", "over_capacity_reason"),
    )
    audit_person = person_at_end_of("pathway.candidate")

    class Meta:
        constraints = [
            models.CheckConstraint(name="training_place_stage_known", condition=models.Q(stage__in=PlaceStage.values)),
            models.UniqueConstraint(
                fields=["pathway", "course"],
                condition=models.Q(stage__in=["waiting", "booked", "in_training"]),
                name="training_place_one_live",
            ),
        ]
        triggers = [agrees_with_log("training_place")]


@pghistory.track(pghistory.InsertEvent(), pghistory.UpdateEvent(), exclude=["reporting_id"])
class Attendance(Row):
    """Whether somebody was there on one day of their course, as the register of that day says. No row: not marked."""

    place = models.ForeignKey(TrainingPlace, on_delete=models.CASCADE, related_name="attendance")
    day = models.DateField()
    present = models.BooleanField()
    marked_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")
    marked_at = models.DateTimeField()
    opened_by = models.ForeignKey(
        "pathways.StageChange",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        help_text="The beginning of the course, where this mark was the first and brought it about: undone, the mark goes with it.",
    )
    voided_at = models.DateTimeField(null=True, blank=True)

    personal = Personal(candidate=("place", "day", "present"), other=("marked_by",), neither=("marked_at", "opened_by", "voided_at"))
    audit_person = person_at_end_of("place.pathway.candidate")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["place", "day"], condition=models.Q(voided_at__isnull=True), name="attendance_one_a_day")
        ]
