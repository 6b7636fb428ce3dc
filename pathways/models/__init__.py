"""The case and everything that happens in it."""

from typing import Any

from pathways.models.case import Ownership, Pathway, Pause
from pathways.models.finding import Finding, FindingKind
from pathways.models.imports import ImportMapping, ImportRow, ImportRun
from pathways.models.interest import InterestPost, InterestState
from pathways.models.interview import Interview
from pathways.models.introduction import Consent, Introduction
from pathways.models.kept import DeviceKey, KeptForm
from pathways.models.letter import Letter, LetterState, LetterStop
from pathways.models.log import Overwritten, StageChange
from pathways.models.note import Note
from pathways.models.placement import Placement, PreEmploymentCheck
from pathways.models.retention import Evidence, RetentionCheck
from pathways.models.support import Support, SupportShare
from pathways.models.task import Task
from pathways.models.training import Attendance, Course, TrainingPlace

#: machine name -> model: the names of contract URLs, of the log, of imports.
MACHINES: dict[str, Any] = {
    "pathway": Pathway,
    "interview": Interview,
    "training_place": TrainingPlace,
    "introduction": Introduction,
    "placement": Placement,
    "pre_employment_check": PreEmploymentCheck,
    "retention_check": RetentionCheck,
}

__all__ = [
    "MACHINES",
    "Attendance",
    "Consent",
    "Course",
    "DeviceKey",
    "Evidence",
    "Finding",
    "FindingKind",
    "ImportMapping",
    "ImportRow",
    "ImportRun",
    "InterestPost",
    "InterestState",
    "Interview",
    "Introduction",
    "KeptForm",
    "Letter",
    "LetterState",
    "LetterStop",
    "Note",
    "Overwritten",
    "Ownership",
    "Pathway",
    "Pause",
    "Placement",
    "PreEmploymentCheck",
    "RetentionCheck",
    "StageChange",
    "Support",
    "SupportShare",
    "Task",
    "TrainingPlace",
]
