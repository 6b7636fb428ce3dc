"""What every row has, and how every model says whom its columns are about."""

from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from django.db import models
from django.db.models import F
from django.utils import timezone

from ground.door import Conflict


@dataclass(frozen=True)
class Personal:
    """Whose data a model's columns are: the candidate's, somebody else's, or nobody's.

    Access packs, disposal and erasure are built from these words, so each own column is named exactly once.
    """

    candidate: tuple[str, ...] = ()
    other: tuple[str, ...] = ()
    neither: tuple[str, ...] = ()

    def names(self) -> tuple[str, ...]:
        """Every column named, in order, repeats included."""
        return (*self.candidate, *self.other, *self.neither)


class Row(models.Model):
    """A row that people refer to: a public id, an id for reports, and a version that each edit moves on."""

    uuid = models.UUIDField(default=uuid4, unique=True, editable=False)
    reporting_id = models.UUIDField(default=uuid4, unique=True, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        abstract = True

    def change(self, *, version: int, **values: Any) -> None:
        """Write these columns if nobody else did since `version`, else raise Conflict.

        One UPDATE with the version in its WHERE: two edits at once can never both win.
        """
        written = type(self)._base_manager.filter(pk=self.pk, version=version).update(**values, version=F("version") + 1)
        if not written:
            raise Conflict()
        for name, value in values.items():
            setattr(self, name, value)
        self.version = version + 1


#: Columns of Row and the running number: nobody need name them.
IMPLIED = frozenset({"id", "uuid", "reporting_id", "version", "created_at"})


def undeclared(model: type[models.Model]) -> list[str]:
    """Plain sentences about columns of `model` that `personal` leaves out, names twice, or invents."""
    personal = getattr(model, "personal", None)
    label = model._meta.label
    if not isinstance(personal, Personal):
        return [f"{label} says nothing of whose data it holds."]
    named = personal.names()
    own = {field.name for field in (*model._meta.local_concrete_fields, *model._meta.local_many_to_many)}
    if model._meta.pk is not None and model._meta.pk.remote_field is not None and model._meta.pk.remote_field.parent_link:
        own.discard(model._meta.pk.name)
    said = set(named)
    sentences = [f"{label}.{name} is not declared." for name in sorted(own - said - IMPLIED)]
    sentences += [f"{label}.{name} is declared twice." for name in sorted({name for name in named if named.count(name) > 1})]
    sentences += [f"{label} has no column {name}." for name in sorted(said - own)]
    return sentences
