"""People: who they are, how to reach them, where they live, and what only they may read."""

from candidates.models.address import Address, AddressPlace
from candidates.models.candidate import Candidate
from candidates.models.equality import EqualityAnswer, EqualityObjection
from candidates.models.link import CandidateCode, CandidateLink, CandidateSession, LinkPurpose
from candidates.models.merge import Merge, MergeProposal, NotSame
from candidates.models.route import ContactRoute

__all__ = [
    "Address",
    "AddressPlace",
    "Candidate",
    "CandidateCode",
    "CandidateLink",
    "CandidateSession",
    "ContactRoute",
    "EqualityAnswer",
    "EqualityObjection",
    "LinkPurpose",
    "Merge",
    "MergeProposal",
    "NotSame",
]
