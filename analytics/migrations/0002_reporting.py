"""The reporting views, as analytics.queries.reporting says them. A later change of theirs is a migration that makes them again."""

from django.db import migrations

from analytics.queries.reporting import CREATE, DROP


class Migration(migrations.Migration):
    dependencies = [
        ("analytics", "0001_initial"),
        ("accounts", "0001_initial"),
        ("candidates", "0001_initial"),
        ("employers", "0001_initial"),
        ("outreach", "0001_initial"),
        ("pathways", "0002_finding"),
    ]
    operations = [migrations.RunSQL(CREATE, DROP)]
