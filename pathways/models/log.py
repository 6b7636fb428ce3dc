"""The log everything is counted from: append-only, and the database checks each stage against it."""

from typing import Any
from uuid import uuid4

import pgtrigger
from django.db import models

from candidates.models.candidate import person_at_end_of
from ground.rows import Personal


class Quality(models.TextChoices):
    """How sure a day is. Days that are not exact stay out of medians."""

    EXACT = "exact", "Exact"
    MONTH = "month", "Month only"
    UNKNOWN = "unknown", "Not known"


class StageChange(models.Model):
    """One step taken by somebody, or brought about by another: when it was true, when we learned it, what it wrote over."""

    append_only = True

    uuid = models.UUIDField(default=uuid4, unique=True, editable=False)
    reporting_id = models.UUIDField(default=uuid4, unique=True, editable=False)
    machine = models.CharField(max_length=24)
    subject_id = models.BigIntegerField()
    pathway = models.ForeignKey("pathways.Pathway", on_delete=models.PROTECT, null=True, blank=True, related_name="changes")
    step = models.CharField(max_length=32)
    from_stage = models.CharField(max_length=24)
    to_stage = models.CharField(max_length=24)
    actor_kind = models.CharField(max_length=16)
    actor = models.ForeignKey("accounts.User", on_delete=models.PROTECT, null=True, blank=True, related_name="+", db_index=False)
    organisation = models.ForeignKey(
        "accounts.Organisation", on_delete=models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )
    said_by = models.CharField(max_length=12, blank=True)
    said_how = models.CharField(max_length=12, blank=True)
    happened_on = models.DateField()
    happened_quality = models.CharField(max_length=7, choices=Quality, default=Quality.EXACT)
    recorded_at = models.DateTimeField()
    reason = models.CharField(max_length=40, blank=True, help_text="a code from a dated list, never free text")
    cause = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="effects")
    undoes = models.OneToOneField("self", on_delete=models.PROTECT, null=True, blank=True, related_name="undone_by")
    import_run = models.ForeignKey("pathways.ImportRun", on_delete=models.PROTECT, null=True, blank=True, related_name="changes")
    before = models.JSONField(default=dict, blank=True, help_text="the coded fields that the step wrote, as they were")

    personal = Personal(
        candidate=("subject_id", "pathway", "step", "from_stage", "to_stage", "happened_on", "reason", "before", "said_by", "said_how"),
        other=("actor",),
        neither=("machine", "actor_kind", "organisation", "happened_quality", "recorded_at", "cause", "undoes", "import_run"),
    )
    audit_person = person_at_end_of("pathway.candidate")

    class Meta:
        indexes = [
            models.Index(fields=["machine", "subject_id", "-id"], name="log_subject"),
            models.Index(fields=["pathway", "id"], name="log_pathway"),
        ]
        constraints = [models.CheckConstraint(name="log_reason_is_a_code", condition=models.Q(reason__regex=r"^[-a-zA-Z0-9_]*$"))]
        triggers = [
            pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete),
            pgtrigger.Trigger(
                name="append_only_whole",
                operation=pgtrigger.Truncate,
                when=pgtrigger.Before,
                level=pgtrigger.Statement,
                func="RAISE EXCEPTION 'pgtrigger: Cannot truncate rows from % table', TG_TABLE_NAME;",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.machine} {self.step}: {self.from_stage} -> {self.to_stage}"

    @property
    def wrote_over(self) -> dict[str, Any]:
        """What the step wrote over: coded fields as the log has them, and typed words while they are kept beside it."""
        beside = getattr(self, "overwritten", None)
        return {**self.before, **(beside.words if beside is not None else {})}

    @property
    def is_undo(self) -> bool:
        """Whether this row takes another back."""
        return self.undoes_id is not None


class Overwritten(models.Model):
    """Words that a step wrote over, for an undo to give back.

    Beside the log and not in it: the log holds codes and is never changed, while what people typed can be disposed of.
    An undo gives back what is still here.
    """

    change = models.OneToOneField(StageChange, on_delete=models.CASCADE, related_name="overwritten")
    words = models.JSONField(default=dict)

    personal = Personal(candidate=("change", "words"))
    audit_person = person_at_end_of("change.pathway.candidate")

    def __str__(self) -> str:
        return f"words of change {self.change_id}"


_AGREES = """
    EXECUTE format('SELECT stage FROM %I.%I WHERE id = $1', TG_TABLE_SCHEMA, TG_TABLE_NAME) INTO kept USING NEW.id;
    IF kept IS NULL THEN RETURN NULL; END IF;
    SELECT to_stage INTO logged FROM pathways_stagechange
        WHERE machine = '$machine' AND subject_id = NEW.id ORDER BY id DESC LIMIT 1;
    IF logged IS DISTINCT FROM kept THEN
        RAISE EXCEPTION 'stage of $machine % is % but the log says %', NEW.id, kept, coalesce(logged, 'nothing')
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NULL;
"""


def agrees_with_log(machine: str) -> pgtrigger.Trigger:
    """A trigger that, at commit, holds a row's stage against the last log row of that subject."""
    return pgtrigger.Trigger(
        name="stage_is_in_log",
        when=pgtrigger.After,
        operation=pgtrigger.Insert | pgtrigger.UpdateOf("stage"),
        timing=pgtrigger.Deferred,
        declare=[("logged", "text"), ("kept", "text")],
        func=_AGREES.replace("$machine", machine),
    )
