"""The first person of an installation: an organisation, and a one-use invitation to be its administrator."""

from __future__ import annotations

from argparse import ArgumentParser

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.core.validators import validate_email
from django.forms import ValidationError

from accounts.choices import OrganisationKind, Role
from accounts.models import Organisation
from accounts.services.audit import on_route
from accounts.services.membership import invite, new_token
from accounts.services.organisation import add_organisation
from accounts.services.programme import lay_out_standard_rows
from ground.actor import SYSTEM
from ground.clock import read_clock
from ground.door import Refused


class Command(BaseCommand):
    help = "Invite the first administrator of an organisation; prints the link, which works once."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--organisation", required=True, help="its name; it is added when there is none")
        parser.add_argument("--email", required=True)
        parser.add_argument("--kind", action="append", choices=OrganisationKind.values, help="delivery, unless said; may be repeated")

    def handle(self, *args: object, **options: str) -> None:
        email = options["email"].strip().lower()
        try:
            validate_email(email)
        except ValidationError as invalid:
            raise CommandError("--email must be an e-mail address.") from invalid
        at, token = read_clock(), new_token()
        with on_route("command first_administrator"):
            lay_out_standard_rows()
            organisation = Organisation.objects.unscoped("the first administrator's organisation").filter(
                name__iexact=options["organisation"].strip()
            ).first() or add_organisation(
                name=options["organisation"], kinds=options["kind"] or [OrganisationKind.DELIVERY], by=SYSTEM, at=at
            )
            try:
                invite(
                    email=email, name="", organisation=organisation, role=Role.ADMINISTRATOR, programme=None, by=SYSTEM, at=at, token=token
                )
            except Refused as refused:
                raise CommandError(refused.sentence) from refused
        self.stdout.write(f"{settings.PUBLIC_BASE_URL}/invitation/{token}/")
