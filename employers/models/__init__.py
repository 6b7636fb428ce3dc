"""Jobs: families a candidate picks, openings an employer posts, and the rates that pay is held against."""

from employers.models.heading import CareerHeading, JobFamily
from employers.models.pay import PayRate

__all__ = ["CareerHeading", "JobFamily", "PayRate"]
