"""What can go wrong in the work of offices: tip-offs, accidents, tables, orders, campaigns.

These are problems as `domain/problems.py` explains them; only their place is another.
"""

from inspection.domain.problems import Problem


class TipoffsCrowded(Problem):
    """Too many tip-offs came to one office lately; `retry_after_seconds` says when to try again."""


class TipoffSentAlready(Problem):
    """This very form was sent before; the tip-off that it made stands as it is."""


class TipoffSecretWrong(Problem):
    """No tip-off has this query code and passphrase; which of the two is wrong is not told."""


class TipoffMovedOn(Problem):
    """The tip-off is no longer where this step begins; `standing` says where it is."""


class IncidentIncomplete(Problem):
    """What was filled in about an accident does not do; `fields` has a code for each field."""


class IncidentReported(Problem):
    """This report on the accident was made already; what is new goes into a follow-up."""


class DispatchEntryOdd(Problem):
    """What was entered by hand for a dispatch table does not do; `fields` has a code for each."""


class DispatchTermsOdd(Problem):
    """From when and until when an office wants to count does not do; `fields` says which."""


class DispatchMonthOpen(Problem):
    """The month still counts, or its table was sent: there is nothing to send or to press for."""


class DispatchLocked(Problem):
    """The table was sent and its outer limit is over: only the next month's can differ."""


class DispatchNoteMissing(Problem):
    """A correction, or a table with values that fall, needs a note; `fallen` names the values."""


class DispatchMovedOn(Problem):
    """Somebody else sent or corrected the table meanwhile; `version` is the newest."""


class DispatchNobodyToRemind(Problem):
    """The office has nobody who could send its table."""


class RankingWeightsOdd(Problem):
    """The weights of a ranking do not do; `fields` has a code for each."""


class BulletinPeriodOpen(Problem):
    """The period is not over yet: figures that still move are not issued."""


class BulletinNoteMissing(Problem):
    """A bulletin of this period was issued: another corrects it, and says why."""


class BulletinMovedOn(Problem):
    """Somebody else issued a bulletin of this period meanwhile; `version` is the newest."""


class BulletinCaseUnknown(Problem):
    """A typical case is not a hazard in the office's area; `number` is what was written."""


class OrderIncomplete(Problem):
    """What was filled in about an order, or of a month, does not do; `fields` has codes."""


class OrderMovedOn(Problem):
    """Somebody else took a step meanwhile, or this one is not possible now; `state` says where."""


class WorkListHeadless(Problem):
    """No sheet of the workbook has a heading row with a column of tasks."""


class WorkListTooLong(Problem):
    """A list has more tasks than one act issues; `most` says how many."""


class CampaignOdd(Problem):
    """What an office said of a campaign does not do; `fields` has a code for each field."""


class CampaignClosed(Problem):
    """The campaign was closed: it can be read, nothing about it changes any more."""


class RevisitOdd(Problem):
    """A draw of closed hazards, or what is done about one, does not do; `fields` says why."""


class SelectionOdd(Problem):
    """A random selection cannot be announced like this; `fields` has a code for each field."""


class SelectionTooEarly(Problem):
    """The public value that decides cannot be known yet; `value_from` says from when it can."""


class SelectionOver(Problem):
    """The selection was drawn or withdrawn already: nobody draws twice."""


class UpkeepUnfit(Problem):
    """What was filled in for a register does not do; `fields` has a code for each field."""


class UpkeepTwice(Problem):
    """A drill or training is in the register already; `entry` is its number."""


class UpkeepMovedOn(Problem):
    """The entry was replaced or withdrawn meanwhile; what stands now is another."""


class UpkeepSheetOdd(Problem):
    """A workbook has not the columns of the register; `missing` names their headings."""
