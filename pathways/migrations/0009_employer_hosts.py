"""An employer hosts a chat, with the person's yes; a note may be gone with the step that wrote it."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0001_initial"),
        ("pathways", "0008_ring_them_today"),
    ]

    operations = [
        migrations.AddField(
            model_name="interview",
            name="host_employer",
            field=models.ForeignKey(
                blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.organisation"
            ),
        ),
        migrations.AddField(
            model_name="interview",
            name="consent",
            field=models.ForeignKey(
                blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="pathways.consent"
            ),
        ),
        migrations.AddField(
            model_name="interview",
            name="shared",
            field=models.JSONField(blank=True, default=dict, verbose_name="exactly what an employer who hosts was told"),
        ),
        migrations.AddField(
            model_name="note",
            name="opened_by",
            field=models.ForeignKey(
                blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="pathways.stagechange"
            ),
        ),
        migrations.AddField(model_name="note", name="voided_at", field=models.DateTimeField(blank=True, null=True)),
        migrations.AddIndex(
            model_name="interview",
            index=models.Index(
                condition=models.Q(("host_employer__isnull", False)), fields=["host_employer", "stage", "at"], name="interview_desk"
            ),
        ),
        migrations.AddConstraint(
            model_name="interview",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("host_employer__isnull", True),
                    models.Q(("consent__isnull", False), ("host__isnull", True)),
                    _connector="OR",
                ),
                name="interview_at_employer_has_consent",
            ),
        ),
    ]
