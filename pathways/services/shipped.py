"""What every installation starts with: dated words and days, job families, pay rates, wordings of texts, wards."""

from datetime import datetime

from accounts.services.programme import lay_out_standard_rows
from employers.services import shipped
from ground.door import transact
from outreach.models import Template
from pathways.services.text import load_texts
from places.services.wards import load_shipped_wards


@transact
def load_shipped(*, at: datetime) -> int:
    """Add what is missing of milestones, reasons, bank holidays, families, rates, wordings and wards; again is nothing.

    Rows that people ended or changed stay as they are. The number of dated rows and wordings that were added.
    """
    added = lay_out_standard_rows() + shipped.load_shipped()
    before = Template.objects.count()
    load_texts(at=at)
    load_shipped_wards()
    return added + Template.objects.count() - before
