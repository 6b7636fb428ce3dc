"""The rules that every programme begins with, what programmes had set in columns of their own, and reasons for putting off."""

from datetime import date

from django.db import migrations

ALWAYS = date(2000, 1, 1)
PHASES = ["outreach", "interest", "interview", "training", "offer", "retention", "sustained"]
CHECKS = ["identity", "right_to_work", "registration", "history", "criminal_record", "work_health"]
SHIPPED = {
    "caseload_limit": 25,
    "phases_shown": PHASES,
    "funnel_starts_at": "interest",
    "check_list": CHECKS,
    "answer_days": 5,
    "silent_days": 10,
    "chase_days": 5,
    "quiet_days": 28,
    "stuck_days": 14,
    "stale_days": 45,
    "employer_days": 730,
    "reopen_days": 90,
}
SNOOZE = (
    ("waiting_for_them", "Waiting for the person"),
    ("waiting_for_others", "Waiting for somebody else"),
    ("away", "The person is away"),
    ("asked_for_later", "They asked for a later day"),
    ("other", "Another reason"),
)


def lay_out(apps, schema_editor):
    rule, reason = apps.get_model("accounts", "ProgrammeRule"), apps.get_model("accounts", "Reason")
    rule.objects.bulk_create(rule(code=code, value=value, valid_from=ALWAYS) for code, value in SHIPPED.items())
    for programme in apps.get_model("accounts", "Programme").objects.order_by("id"):
        for code in ("caseload_limit", "phases_shown", "funnel_starts_at"):
            value = getattr(programme, code)
            if value != SHIPPED[code]:
                rule.objects.create(programme=programme, code=code, value=value, valid_from=ALWAYS)
    reason.objects.bulk_create(
        (reason(kind="snooze", code=code, label=label, position=place, valid_from=ALWAYS) for place, (code, label) in enumerate(SNOOZE)),
        ignore_conflicts=True,
    )


class Migration(migrations.Migration):
    dependencies = [("accounts", "0002_rules")]
    operations = [migrations.RunPython(lay_out, migrations.RunPython.noop, elidable=False)]
