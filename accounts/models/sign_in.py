"""Guesses and codes: counted in the database, so that parallel tries and a lost cache gain nothing."""

from __future__ import annotations

from django.db import models

from ground.rows import Personal, Row


class SignInAttempt(Row):
    """One counted try at something limited: a password, a code, a mail asked for. The key is a digest, never an address."""

    kind = models.CharField(max_length=20)
    key = models.CharField(max_length=64)
    at = models.DateTimeField()
    counts = models.BooleanField(default=True, help_text="No once it turned out right.")

    personal = Personal(other=("key", "at"), neither=("kind", "counts"))

    class Meta:
        ordering = ("-id",)
        indexes = [models.Index(fields=("kind", "key", "-at"), name="sign_in_attempt_window"), models.Index(fields=("at",))]

    def __str__(self) -> str:
        return f"Attempt {self.pk}"


class SignIn(Row):
    """One time that somebody signed in, until it ends: what the session's cookie stands for."""

    class Proof(models.TextChoices):
        PASSWORD = "password", "Password alone"
        MAILBOX = "mailbox", "A code sent to the mailbox"
        SECOND_FACTOR = "second_factor", "A second factor"

    user = models.ForeignKey("accounts.User", on_delete=models.CASCADE, related_name="sign_ins")
    proof = models.CharField(max_length=20, choices=Proof.choices)
    proved_at = models.DateTimeField(null=True, blank=True, help_text="When a code was last given: some acts ask again after ten minutes.")
    seen_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    device = models.CharField(max_length=60, blank=True)
    own_device = models.BooleanField(default=False, help_text="An outreach worker said that this device is theirs alone.")

    personal = Personal(other=("user", "seen_at", "device"), neither=("proof", "proved_at", "ended_at", "own_device"))

    class Meta:
        ordering = ("-id",)
        indexes = [models.Index(fields=("user", "-id"), condition=models.Q(ended_at__isnull=True), name="sign_in_open")]

    def __str__(self) -> str:
        return f"Sign-in {self.pk}"


class SignInCode(Row):
    """A six-digit code sent to an employer's mailbox: ten minutes, once, five tries."""

    user = models.ForeignKey("accounts.User", on_delete=models.CASCADE, related_name="sign_in_codes")
    code_digest = models.CharField(max_length=64)
    expires_at = models.DateTimeField()
    tries = models.PositiveSmallIntegerField(default=0)
    used_at = models.DateTimeField(null=True, blank=True)

    personal = Personal(other=("user", "used_at"), neither=("code_digest", "expires_at", "tries"))

    class Meta:
        ordering = ("-id",)

    def __str__(self) -> str:
        return f"Code {self.pk}"
