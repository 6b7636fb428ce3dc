"""What a person's own page says of its rows, in their language."""

from typing import Any

from django import template
from django.utils.translation import gettext

from ground.languages import ENGLISH, language_now
from ground.phones import show_phone
from ground.templatetags.said import day, money, weekday
from pathways.models import Introduction, Placement
from pathways.queries.own import Story

register = template.Library()


@register.filter
def own_day(value: Any) -> str:
    """Monday 7 December 2026; in other languages 7 December 2026, with their month."""
    return weekday(value) if language_now() == ENGLISH else day(value)


@register.filter
def job_words(job: Placement) -> str:
    """The job and where it is."""
    where = job.employer.name if job.employer is not None else job.employer_words
    return ", ".join(part for part in (job.title, where) if part)


@register.filter
def offer_facts(row: Introduction) -> list[tuple[str, str]]:
    """What is offered: only what is known of it."""
    hours = f"{row.offer_hours.normalize():f}" if row.offer_hours is not None else ""
    per_year = row.offer_pay_unit == "year"
    pay = money(row.offer_pay) if row.offer_pay is not None else ""
    facts = [
        (gettext("Hours a week"), hours),
        (gettext("Pay a year") if per_year else gettext("Pay an hour"), pay),
        (gettext("Where it is"), row.offer_site),
        (gettext("Start by"), own_day(row.offer_start_by)),
    ]
    return [(label, value) for label, value in facts if value]


@register.simple_tag
def acts_of(drawn: Any, place: str, row: Any) -> Any:
    """The buttons that belong to one row of a story."""
    return drawn.of(f"{place}-{row.pk}")


@register.simple_tag
def ring_line(story: Story) -> str:
    """Whom to ring with a question."""
    owner, number = story.case.owner, story.case.organisation.contact_phone
    name = owner.name.split(" ")[0] if owner is not None else ""
    if not number:
        return gettext("Questions? Ask the person who helps you.")
    if name:
        return gettext("Questions? Ring %(name)s on %(number)s.") % {"name": name, "number": show_phone(number)}
    return gettext("Questions? Ring us on %(number)s.") % {"number": show_phone(number)}
