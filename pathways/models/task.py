"""What is owed, by whom, by when. A task closes itself when the thing happens."""

from typing import Any

from django.db import models

from candidates.models.candidate import person_at_end_of
from ground.rows import Personal, Row


class TaskKind(models.TextChoices):
    """What is owed, in words for a list row."""

    NEXT_CONTACT = "next_contact", "Get in touch"
    BOOK_CHAT = "book_chat", "Book the chat"
    HOLD_CHAT = "hold_chat", "Have the chat"
    REBOOK_CHAT = "rebook_chat", "Book the chat again"
    DECIDE = "decide", "Decide together what is next"
    START_COURSE = "start_course", "Start the course"
    INTRODUCE = "introduce", "Put forward to an opening"
    SEND = "send", "Send the introduction"
    ANSWER = "answer", "Answer the introduction"
    CHASE = "chase", "Ask the employer again"
    ACCEPT = "accept", "Answer the offer"
    TELL = "tell", "Tell the person"
    CHECKS = "checks", "Finish the checks and agree a start"
    CONFIRM_START = "confirm_start", "Confirm the first day"
    KEEP_IN_TOUCH = "keep_in_touch", "Keep in touch"
    CALL = "call", "Ring them today"
    RETENTION = "retention", "Ask: still in work?"
    ANY_WORK = "any_work", "Ask: in any paid work?"
    SETTLE = "settle", "Answers disagree: find out which is right"
    LAST_DAY = "last_day", "Find out the last day"
    LEAVING = "leaving", "Find out why they left, and where to"
    AFTER_LEAVING = "after_leaving", "Talk about what is next"
    FINISH_LIVE = "finish_live", "Finish or close what is still live"
    END_FOLLOW_UP = "end_follow_up", "Every check is answered: end the follow-up"
    REVISIT = "revisit", "Ask again"
    REVIEW = "review", "See whether the pause is over"
    OFFER_SEAT = "offer_seat", "A seat is free: offer it"
    FREE = "free", "To do"


class TaskState(models.TextChoices):
    """Open, done, or gone with the step that made it."""

    OPEN = "open", "Open"
    DONE = "done", "Done"
    VOID = "void", "Entered in error"


class Task(Row):
    """One open per case, kind and subject."""

    pathway = models.ForeignKey("pathways.Pathway", on_delete=models.CASCADE, related_name="tasks")
    kind = models.CharField(max_length=20, choices=TaskKind)
    subject = models.CharField("what it is about", max_length=40, blank=True, help_text="machine:id, or nothing for the case itself")
    words = models.CharField(max_length=400, blank=True)
    due_on = models.DateField()
    owed_by = models.CharField(max_length=10, default="worker")
    assignee = models.ForeignKey("accounts.User", on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    assigned_under = models.ForeignKey(
        "accounts.User",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        help_text="Who held the case then: in other hands the task is its holder's again.",
    )
    state = models.CharField(max_length=4, choices=TaskState, default=TaskState.OPEN)
    opened_by = models.ForeignKey("pathways.StageChange", on_delete=models.PROTECT, null=True, blank=True, related_name="tasks_opened")
    closed_by = models.ForeignKey("pathways.StageChange", on_delete=models.PROTECT, null=True, blank=True, related_name="tasks_closed")
    closed_by_user = models.ForeignKey("accounts.User", on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    closed_on = models.DateField(null=True, blank=True)
    snoozed_until = models.DateField(null=True, blank=True)
    snooze_reason = models.SlugField(max_length=40, blank=True, help_text="The reason's code; none is asked for one working day.")

    personal = Personal(
        candidate=("pathway", "subject", "words"),
        other=("assignee", "assigned_under", "closed_by_user"),
        neither=("kind", "due_on", "owed_by", "state", "opened_by", "closed_by", "closed_on", "snoozed_until", "snooze_reason"),
    )
    audit_person = person_at_end_of("pathway.candidate")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["pathway", "kind", "subject"], condition=models.Q(state="open"), name="task_one_open"),
            models.CheckConstraint(name="task_state_known", condition=models.Q(state__in=TaskState.values)),
        ]
        indexes = [
            models.Index(fields=["pathway", "due_on", "id"], name="task_next", condition=models.Q(state="open")),
            models.Index(fields=["due_on", "id"], name="task_due", condition=models.Q(state="open")),
            models.Index(fields=["assignee", "due_on"], name="task_given", condition=models.Q(state="open", assignee__isnull=False)),
        ]

    @property
    def given_to(self) -> Any:
        """The colleague who does it instead of the case's holder, as long as the case is in the hands that gave it."""
        return self.assignee if self.assignee_id is not None and self.assigned_under_id == self.pathway.owner_id else None

    @property
    def label(self) -> str:
        """Its words on a list row."""
        return self.words or self.get_kind_display()
