"""A person who signs in. The e-mail address is the name; rights come from memberships alone."""

from __future__ import annotations

from typing import Any, Self

import rules
from django.apps import apps
from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower

from accounts.desk import Desk
from ground.rows import Personal, Row


class UserQuerySet(models.QuerySet["User"]):
    def for_user(self, user: object) -> Self:
        """Those whose memberships this user may read: an administrator's and an employer's colleagues, a lead's programme."""
        read = apps.get_model("accounts", "Membership").objects.for_user(user)
        return self.filter(pk__in=read.values("user"))

    def unscoped(self, reason: str) -> Self:
        """All rows, for work that no user asked for. The reason is read by reviewers."""
        return self.all()

    def known_as(self, email: str) -> Self:
        return self.filter(email=email.strip().lower())


class UserManager(BaseUserManager.from_queryset(UserQuerySet)):  # type: ignore[misc]  # django-stubs cannot follow from_queryset here
    def create_user(self, email: str, password: str | None = None, **fields: Any) -> User:
        """A person who can sign in once they have a membership; no password means none works."""
        user = self.model(email=email.strip().lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def get_by_natural_key(self, username: str | None) -> User:
        return self.get(email=(username or "").strip().lower())


class User(AbstractBaseUser, Row):
    """Somebody with a work e-mail address."""

    email = models.EmailField(unique=True, max_length=254, error_messages={"unique": "Somebody already signs in with this address."})
    name = models.CharField(max_length=200, help_text="As colleagues say it.")
    is_active = models.BooleanField(default=True)
    second_factor_since = models.DateTimeField(null=True, blank=True)

    objects = UserManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = []

    personal = Personal(other=("email", "name", "last_login"), neither=("password", "is_active", "second_factor_since"))

    class Meta:
        ordering = ("name", "id")
        constraints = [models.CheckConstraint(condition=Q(email=Lower("email")), name="user_email_in_small_letters")]

    def __str__(self) -> str:
        return self.name or self.email

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.email = self.email.strip().lower()
        super().save(*args, **kwargs)

    def get_full_name(self) -> str:
        return self.name

    def get_short_name(self) -> str:
        return self.name.split(" ")[0] if self.name else self.email

    def has_perm(self, perm: str, obj: object = None) -> bool:
        """Rules alone decide; nobody is above them."""
        return self.is_active and bool(rules.has_perm(perm, self, obj))

    def has_perms(self, perm_list: list[str], obj: object = None) -> bool:
        return all(self.has_perm(perm, obj) for perm in perm_list)

    def has_module_perms(self, app_label: str) -> bool:
        return False

    @property
    def desk(self) -> Desk | None:
        """What the person may see in this request; None, and so nothing, until the middleware has read the memberships."""
        found = self.__dict__.get("_desk")
        return found if self.is_active else None

    @desk.setter
    def desk(self, value: Desk | None) -> None:
        self.__dict__["_desk"] = value
