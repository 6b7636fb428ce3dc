"""Words that steps wrote over leave the log for a table beside it, which can be emptied."""

import django.db.models.deletion
from django.db import migrations, models

#: What people typed, by machine, when this was written.
TYPED = """(VALUES ('pathway', 'referred_to'), ('interview', 'place'), ('interview', 'in_the_way'),
    ('training_place', 'over_capacity_reason'), ('introduction', 'shared'), ('introduction', 'offer_site'),
    ('placement', 'start_at'), ('placement', 'report_to'),
    ('pre_employment_check', 'owner_words'), ('pre_employment_check', 'blocked_by'))"""

APART = f"""
WITH typed (machine, name) AS {TYPED},
found AS (
    SELECT log.id, jsonb_object_agg(old.key, old.value) AS words
    FROM pathways_stagechange log
    CROSS JOIN LATERAL jsonb_each(log.before) old
    JOIN typed ON typed.machine = log.machine AND typed.name = old.key
    WHERE old.value NOT IN ('""', '{{}}', 'null')
    GROUP BY log.id
),
kept AS (INSERT INTO pathways_overwritten (change_id, words) SELECT id, words FROM found)
UPDATE pathways_stagechange log
SET before = log.before - ARRAY(SELECT jsonb_object_keys(found.words))
FROM found WHERE found.id = log.id
"""
TOGETHER = "UPDATE pathways_stagechange log SET before = before || words FROM pathways_overwritten old WHERE old.change_id = log.id"
OPEN = "ALTER TABLE pathways_stagechange DISABLE TRIGGER USER"
SHUT = ["SET CONSTRAINTS ALL IMMEDIATE", "ALTER TABLE pathways_stagechange ENABLE TRIGGER USER"]


class Migration(migrations.Migration):
    dependencies = [
        ("pathways", "0002_finding"),
    ]

    operations = [
        migrations.CreateModel(
            name="Overwritten",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("words", models.JSONField(default=dict)),
                (
                    "change",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE, related_name="overwritten", to="pathways.stagechange"
                    ),
                ),
            ],
        ),
        migrations.AddConstraint(
            model_name="stagechange",
            constraint=models.CheckConstraint(condition=models.Q(("reason__regex", "^[-a-zA-Z0-9_]*$")), name="log_reason_is_a_code"),
        ),
        migrations.RunSQL(sql=[OPEN, APART, *SHUT], reverse_sql=[OPEN, TOGETHER, *SHUT]),
    ]
