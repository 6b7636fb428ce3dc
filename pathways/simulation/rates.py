"""The truth that stories are drawn with. What a figure recovers is held against these, never against a count of the rows."""

from dataclasses import dataclass, field, replace
from typing import Any

#: Answers to "which ethnic group" of a thousand people, by category.
ETHNIC_SHARES: dict[str, int] = {
    "1": 330, "2": 12, "3": 3, "4": 8, "5": 47, "6": 30, "7": 8, "8": 10, "9": 12, "10": 50,
    "11": 200, "12": 60, "13": 10, "14": 30, "15": 60, "16": 90, "17": 12, "18": 18, "19": 10,
}  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Bias:
    """A planted unfairness: people of one broad ethnic group are offered jobs less often, by so many points of interest to offer."""

    group: str
    points: int


@dataclass(frozen=True, kw_only=True)
class Rates:
    """The true parameters of a programme. Each is the chance drawn with, for one person and independently of all others."""

    interest: float = 0.82
    chat: float = 0.80
    training: float = 0.62
    ready_without_course: float = 0.20
    finish: float = 0.90
    offer: float = 0.72
    start: float = 0.85
    own_job: float = 0.25
    six_months: float = 0.78
    silence: float = 0.16
    silence_of_leavers: float | None = None
    unknown_last_day: float = 0.0
    told_early: float = 0.35
    restart: float = 0.45
    #: Of those who stopped, so many come back and begin again: a second try, which the rates above leave out.
    come_back: float = 0.0
    on_the_web: float = 0.08
    moves: float = 0.04
    not_stated: float = 0.12
    bias: Bias | None = None
    ethnic_shares: dict[str, int] = field(default_factory=lambda: dict(ETHNIC_SHARES))

    @property
    def ready(self) -> float:
        """From a chat to being ready for a job, by a course that was finished or without one."""
        return self.training * self.finish + (1 - self.training) * self.ready_without_course

    def interest_to_offer(self, group: str) -> float:
        """The true conversion of one broad ethnic group from interest to an offer."""
        usual = self.chat * self.ready * self.offer
        if self.bias is not None and group == self.bias.group:
            return max(usual - self.bias.points / 100, 0.0)
        return usual

    def offer_for(self, group: str) -> float:
        """The chance of an offer for somebody of this group who is ready."""
        return self.interest_to_offer(group) / (self.chat * self.ready)

    def silence_for(self, *, left: bool) -> float:
        """The chance that nobody answers one check."""
        return self.silence_of_leavers if left and self.silence_of_leavers is not None else self.silence

    def biased(self, bias: Bias) -> "Rates":
        """The same rates with an unfairness planted."""
        return replace(self, bias=bias)

    def truth(self) -> dict[str, Any]:
        """The parameters in plain names, as the command prints them."""
        groups = ("White", "Mixed", "Asian", "Black", "Other")
        return {
            "conversion": {
                "outreach_to_interest": self.interest,
                "interest_to_interview": self.chat,
                "interview_to_training": self.training,
                "training_to_offer": round(self.finish * self.offer, 6),
                "offer_to_retention": self.start,
            },
            "interest_to_offer_by_ethnic_group": {group: round(self.interest_to_offer(group), 6) for group in groups},
            "training_finished": self.finish,
            "ready_without_a_course": self.ready_without_course,
            "offer_once_ready": self.offer,
            "own_job_without_an_offer": self.own_job,
            "in_post_after_six_months": self.six_months,
            "check_unanswered": {"still_in_post": self.silence_for(left=False), "left": self.silence_for(left=True)},
            "told_before_the_check": self.told_early,
            "last_day_unknown": self.unknown_last_day,
            "searched_again_after_leaving": self.restart,
            "came_back_after_stopping": self.come_back,
            "signed_up_on_the_web": self.on_the_web,
            "moved_home": self.moves,
            "equality_not_stated": self.not_stated,
            "ethnic_groups_in_a_thousand": dict(self.ethnic_shares),
            "planted_bias": {"group": self.bias.group, "points": self.bias.points} if self.bias else None,
        }


#: Enough offers for a planted twenty points to be seen among 300 people.
EVEN_HANDED = Rates(interest=0.95, chat=0.92, training=0.75, ready_without_course=0.80, offer=0.85)
#: Leavers fall silent more often: what is known flatters, and only the bounds hold the truth.
SILENT_LEAVERS = Rates(silence=0.10, silence_of_leavers=0.65, told_early=0.0)
