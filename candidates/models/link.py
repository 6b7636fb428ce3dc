"""A person's way to their own page: the link that they were sent, the codes that it asked for, and the sittings that codes opened."""

from django.db import models
from django.db.models import Q

from candidates.models.candidate import person_at_end_of
from ground.rows import Personal, Row


class LinkPurpose(models.TextChoices):
    """What a link was sent for: behind it nothing else can be done."""

    PAGE = "page", "Their own page"
    CHAT = "chat", "Their chat"
    OFFER = "offer", "A job offer"
    CHECK = "check", "Still in the job?"


class CandidateLink(Row):
    """One link, in one text or letter. It carries no login: behind it a code is sent to the number on file.

    Its random part is kept as a digest alone. It is bound to the number that was held when it was made, and is over for good when that
    number changes, ends or opts out; one made for somebody without a number, for a letter, is bound to none.
    """

    candidate = models.ForeignKey("candidates.Candidate", on_delete=models.CASCADE, related_name="links")
    digest = models.CharField("digest of the random part", max_length=64, unique=True)
    purpose = models.CharField(max_length=5, choices=LinkPurpose)
    number = models.CharField("the number it is bound to", max_length=320, blank=True)
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)
    made_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, null=True, blank=True, related_name="+")

    personal = Personal(candidate=("candidate", "number"), other=("made_by",), neither=("digest", "purpose", "expires_at", "revoked_at"))
    audit_person = person_at_end_of("candidate")

    class Meta:
        constraints = [models.CheckConstraint(name="link_purpose_known", condition=Q(purpose__in=LinkPurpose.values))]
        indexes = [models.Index(fields=["candidate"], name="link_standing", condition=Q(revoked_at__isnull=True))]


class CandidateCode(Row):
    """Six digits that were sent for a link: once, for ten minutes, and over as soon as others are asked for."""

    link = models.ForeignKey(CandidateLink, on_delete=models.CASCADE, related_name="codes")
    number = models.CharField("the number it went to", max_length=320, blank=True)
    digest = models.CharField("keyed digest of the digits", max_length=64)
    stamp_digest = models.CharField("digest of the page that was pressed", max_length=64, unique=True)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField("when others were asked for", null=True, blank=True)

    personal = Personal(candidate=("link", "number"), neither=("digest", "stamp_digest", "expires_at", "used_at", "ended_at"))
    audit_person = person_at_end_of("link.candidate")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["link"], condition=Q(used_at__isnull=True, ended_at__isnull=True), name="code_one_a_link")
        ]


class CandidateSession(Row):
    """A sitting that a right code opened: one person, one link, thirty minutes. It is no sign-in of a user."""

    link = models.ForeignKey(CandidateLink, on_delete=models.CASCADE, related_name="sessions")
    code = models.OneToOneField(CandidateCode, on_delete=models.CASCADE, related_name="session")
    digest = models.CharField("digest of what the browser holds", max_length=64, unique=True)
    ends_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)

    personal = Personal(candidate=("link", "ends_at", "ended_at"), neither=("code", "digest"))
    audit_person = person_at_end_of("link.candidate")
