"""Which equality questions are put beside the usual ones is a rule of the programme: none, unless it says so."""

from datetime import date

from django.db import migrations, models

ALWAYS = date(2000, 1, 1)
CODES = [
    ("caseload_limit", "People on one caseload"),
    ("phases_shown", "Phases that figures show"),
    ("funnel_starts_at", "Where the funnel starts"),
    ("check_list", "Checks before a first day"),
    ("answer_days", "Days for an employer to answer"),
    ("silent_days", "Working days of an employer’s silence until they are asked again"),
    ("chase_days", "Days until “still in work?” is asked again"),
    ("quiet_days", "Days of silence until somebody has gone quiet"),
    ("stuck_days", "Days until a check is stuck"),
    ("stale_days", "Days until an opening that nobody confirmed is stale"),
    ("employer_days", "Days for which an employer sees who was put forward"),
    ("reopen_days", "Days in which an ended case may be opened again"),
    ("any_work", "Ask those who left about any paid work"),
    ("meaningful_contacts", "Meaningful talks wanted with one person"),
    ("equality_questions", "Further equality questions"),
]


def lay_out(apps, schema_editor):
    apps.get_model("accounts", "ProgrammeRule").objects.create(code="equality_questions", value=[], valid_from=ALWAYS)


class Migration(migrations.Migration):
    dependencies = [("accounts", "0007_meaningful_contacts")]
    operations = [
        migrations.RemoveConstraint(model_name="programmerule", name="programme_rule_code_known"),
        migrations.AlterField(model_name="programmerule", name="code", field=models.CharField(choices=CODES, max_length=24)),
        migrations.AddConstraint(
            model_name="programmerule",
            constraint=models.CheckConstraint(
                condition=models.Q(("code__in", [code for code, _ in CODES])), name="programme_rule_code_known"
            ),
        ),
        migrations.RunPython(lay_out, migrations.RunPython.noop, elidable=False),
    ]
