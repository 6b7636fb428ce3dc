"""Words of accounts: kinds of organisation, roles, states of mail."""

from django.db import models


class OrganisationKind(models.TextChoices):
    DELIVERY = "delivery", "Delivery partner"
    TRAINING = "training", "Training provider"
    EMPLOYER = "employer", "Employer"


class Role(models.TextChoices):
    ADMINISTRATOR = "administrator", "Administrator"
    PROGRAMME_LEAD = "programme_lead", "Programme lead"
    OUTREACH_WORKER = "outreach_worker", "Outreach worker"
    TRAINER = "trainer", "Trainer"
    EMPLOYER = "employer", "Employer"


#: Everybody but employers: they use a password and a second factor.
STAFF = (Role.ADMINISTRATOR, Role.PROGRAMME_LEAD, Role.OUTREACH_WORKER, Role.TRAINER)


class Mark(models.TextChoices):
    """A right that adds to a role and never stands alone."""

    SAFEGUARDING = "safeguarding", "Reads restricted records"
    DATA_PROTECTION = "data_protection", "Access packs, complaints, disposal"


class Phase(models.TextChoices):
    """The phases that figures count, in the order most people meet them. When each is reached: docs/workflow.md."""

    OUTREACH = "outreach", "Outreach"
    INTEREST = "interest", "Expression of interest"
    INTERVIEW = "interview", "Interview"
    TRAINING = "training", "Training"
    OFFER = "offer", "Job offer"
    RETENTION = "retention", "Retention"
    SUSTAINED = "sustained", "Sustained"


class FunnelStart(models.TextChoices):
    OUTREACH = "outreach", "Everybody met by name"
    INTEREST = "interest", "Everybody who said they were interested"


class MilestoneCode(models.TextChoices):
    FOUR_WEEKS = "four_weeks", "4 weeks"
    THIRTEEN_WEEKS = "thirteen_weeks", "13 weeks"
    SIX_MONTHS = "six_months", "Six months"
    TWENTY_SIX_WEEKS = "twenty_six_weeks", "26 weeks"


class CheckKind(models.TextChoices):
    """The six NHS employment check standards (NHS Employers)."""

    IDENTITY = "identity", "Identity"
    RIGHT_TO_WORK = "right_to_work", "Right to work"
    REGISTRATION = "registration", "Registration and qualifications"
    HISTORY = "history", "Employment history and references"
    CRIMINAL = "criminal_record", "Criminal record"
    HEALTH = "work_health", "Work health"


class Asked(models.TextChoices):
    """Whether a question is asked at all."""

    YES = "yes", "Yes"
    NO = "no", "No"


class FurtherQuestion(models.TextChoices):
    """Equality questions that are put only where a programme says so. The codes are those under which answers are kept."""

    GENDER_SAME = "gender_same", "Gender same as registered at birth"
    ORIENTATION = "orientation", "Sexual orientation"
    RELIGION = "religion", "Religion"
    CARE = "care", "Unpaid care"


class RuleCode(models.TextChoices):
    """What a programme may set for itself, from a day on."""

    CASELOAD_LIMIT = "caseload_limit", "People on one caseload"
    PHASES_SHOWN = "phases_shown", "Phases that figures show"
    FUNNEL_STARTS_AT = "funnel_starts_at", "Where the funnel starts"
    CHECK_LIST = "check_list", "Checks before a first day"
    ANSWER_DAYS = "answer_days", "Days for an employer to answer"
    SILENT_DAYS = "silent_days", "Working days of an employer’s silence until they are asked again"
    CHASE_DAYS = "chase_days", "Days until “still in work?” is asked again"
    QUIET_DAYS = "quiet_days", "Days of silence until somebody has gone quiet"
    STUCK_DAYS = "stuck_days", "Days until a check is stuck"
    STALE_DAYS = "stale_days", "Days until an opening that nobody confirmed is stale"
    EMPLOYER_DAYS = "employer_days", "Days for which an employer sees who was put forward"
    REOPEN_DAYS = "reopen_days", "Days in which an ended case may be opened again"
    ANY_WORK = "any_work", "Ask those who left about any paid work"
    MEANINGFUL_CONTACTS = "meaningful_contacts", "Meaningful talks wanted with one person"
    EQUALITY = "equality_questions", "Further equality questions"


class ReasonKind(models.TextChoices):
    """What a reason is given for; each step that asks why names one of these."""

    NOT_NOW = "not_now", "Not now"
    WITHDRAWN = "withdrawn", "Withdrew"
    SKIP_TRAINING = "skip_training", "Ready without training"
    SKIP_CHAT = "skip_chat", "Ready without a chat"
    LEAVE = "leave", "Left a job"
    LEAVE_TRAINING = "leave_training", "Left a course"
    DECLINE = "decline", "Employer declined"
    DECLINE_OFFER = "decline_offer", "Candidate declined"
    FALL_THROUGH = "fall_through", "Job fell through"
    MISSED = "missed", "Missed a chat"
    CANCEL = "cancel", "Cancelled"
    PAUSE = "pause", "Paused"
    INELIGIBLE = "ineligible", "Not eligible"
    OFFER_WITHDRAWN = "offer_withdrawn", "Employer withdrew an offer"
    HAND_OVER = "hand_over", "Handed over"
    SNOOZE = "snooze", "Put off"
    UNDO = "undo", "Undone"
    VOID = "void", "Voided"


class MailState(models.TextChoices):
    READY = "ready", "Waiting"
    SENDING = "sending", "Being sent"
    ACCEPTED = "accepted", "Sent"
    UNKNOWN = "unknown", "Not known whether it went"
    REJECTED = "rejected", "Refused"
    EXPIRED = "expired", "Too late to send"
    CANCELLED = "cancelled", "Cancelled"


class NoticeRole(models.TextChoices):
    CONTROLLER = "controller", "Controller"
    JOINT = "joint", "Joint controller"
    PROCESSOR = "processor", "Processor"
