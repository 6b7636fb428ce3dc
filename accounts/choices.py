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
    """The phases that figures count, in the order most programmes meet them."""

    OUTREACH = "outreach", "Outreach"
    INTERESTED = "interested", "Interested"
    INTERVIEWED = "interviewed", "Chat done"
    TRAINED = "trained", "Training done"
    READY = "ready", "Job ready"
    OFFERED = "offered", "Offer"
    STARTED = "started", "Started"
    SUSTAINED = "sustained", "Six months in work"


class FunnelStart(models.TextChoices):
    OUTREACH = "outreach", "Everybody met at an event"
    INTERESTED = "interested", "Everybody who said they were interested"


class MilestoneCode(models.TextChoices):
    FOUR_WEEKS = "four_weeks", "4 weeks"
    THIRTEEN_WEEKS = "thirteen_weeks", "13 weeks"
    SIX_MONTHS = "six_months", "Six months"
    TWENTY_SIX_WEEKS = "twenty_six_weeks", "26 weeks"


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
    CLOSE = "close", "Closed"
    HAND_OVER = "hand_over", "Handed over"
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
