"""Orders of the demonstration: one in each state, an instruction, five of a holiday, a month."""

from datetime import date, datetime, time, timedelta

from sqlalchemy.orm import Session

from inspection.accounts.people import Actor
from inspection.cli import demonstration_names as names
from inspection.cli.demonstration_names import uuid_of
from inspection.domain.order import Deadline, Kind, Step, Term, half_year
from inspection.domain.workdays import CHINA, day_of
from inspection.edge import wired, writing
from inspection.orders import enquiries, handling, issuing, months
from inspection.orders.handling import Document, Said
from inspection.orders.issuing import NewOrder, Source
from inspection.orders.months import Word

_REPORT = b"%PDF-1.4\n% a placeholder: nothing is in it\n%%EOF\n"


def load() -> None:
    """Issue orders last month and have units answer them."""
    today = day_of(wired().clock())
    began = (today.replace(day=1) - timedelta(days=1)).replace(day=3)
    report = Document(wired().blobs.keep(_REPORT), "办理报告.pdf")
    with writing() as session:
        play = _Play(session, began)
        play.towns(today)
        play.departments(today, report)
        play.five()
        play.month()


class _Play:
    """Who does what on which day."""

    def __init__(self, session: Session, began: date) -> None:
        self.session, self.began = session, began

    def actor(self, name: str) -> Actor:
        return names.actor(self.session, name)

    def at(self, days: int) -> datetime:
        moment = datetime.combine(self.began + timedelta(days=days), time(10), CHINA)
        return min(moment, wired().clock())

    def issue(self, who: str, *orders: NewOrder, list_title: str = "", days: int = 0) -> list[str]:
        return issuing.issue(
            self.session, self.actor(who), orders, list_title=list_title, at=self.at(days)
        )

    def step(self, who: str, order: str, step: Step, days: int, **said: object) -> None:
        at = self.at(days)
        seen = enquiries.order(self.session, self.actor(who), order, today=at.date()).last_seq
        words = Said(seen_seq=seen, **said)  # type: ignore[arg-type]
        handling.take(self.session, self.actor(who), order, step, words, at=at)

    def towns(self, today: date) -> None:
        """One under way with a joint unit, one overdue, one not acknowledged."""
        town, other = uuid_of("花桥镇"), uuid_of("石泉镇")
        office = uuid_of("云岚区应急管理局")
        half = half_year(today.year + 1, 1)
        kept = Deadline(half.term, half.on, None, keep_going=True)
        (working,) = self.issue(
            "anban",
            NewOrder(
                "建立辖区企业隐患清单和整治责任清单",
                "逐企业建立两个清单，报安委办备案。",
                town,
                (office,),
                kept,
            ),
        )
        self.step("zhenban", working, Step.RECEIVE, 1)
        self.step("chen", working, Step.RECEIVE, 1)
        self.step("zhenban", working, Step.PROGRESS, 9, words="已完成 12 家企业，其余月底前完成。")
        due = self.began + timedelta(days=14)
        self.issue(
            "anban",
            NewOrder(
                "排查冬季施工临时用房",
                "查用电、取暖、疏散，问题录入台账。",
                other,
                (),
                Deadline(Term.DAY, due),
            ),
        )
        (claimed,) = self.issue(
            "zhenban",
            NewOrder(
                "焊接车间动火作业自查",
                "对照动火作业检查表自查一遍，附照片和自查表。",
                uuid_of("恒砺机械"),
                (),
                Deadline(Term.DAY, today + timedelta(days=10)),
            ),
            days=2,
        )
        self.step("hengli", claimed, Step.RECEIVE, 3)

    def departments(self, today: date, report: Document) -> None:
        """An instruction with its report, evaluated; a standing one."""
        office = uuid_of("云岚区应急管理局")
        source = Source(
            "区政府主要负责人", str(self.began), "请应急局牵头，尽快摸清底数，限期整治。"
        )
        soon = Deadline(Term.DAY, self.began + timedelta(days=20))
        (done,) = self.issue(
            "anban",
            NewOrder(
                "有限空间作业专项排查",
                "形成报告和台账。",
                office,
                (),
                soon,
                Kind.INSTRUCTION,
                source,
            ),
        )
        self.step("chen", done, Step.RECEIVE, 1)
        self.step("chen", done, Step.CLAIM, 15, words="排查 38 家，报告附后。", documents=(report,))
        words = {"words": "底数清、措施实，继续跟踪整改。", "grade": "good"}
        self.step("anban", done, Step.STRIKE_OFF, 17, **words)
        self.issue(
            "anban",
            NewOrder(
                "领导带队开展四不两直检查",
                "每月至少一次，检查情况录入系统。",
                office,
                (uuid_of("花桥镇"), uuid_of("石泉镇")),
                Deadline(Term.STANDING, None, today + timedelta(days=40)),
            ),
        )

    def five(self) -> None:
        """The five of the next new year, for one town."""
        first = date(self.began.year + 1, 1, 1)
        orders = issuing.five([uuid_of("花桥镇")], f"{first.year} 年元旦", first, first)
        self.issue("anban", *orders, list_title=f"{first.year} 年元旦五个一", days=20)

    def month(self) -> None:
        """One town wrote of the month; the others did not."""
        word = Word(
            "两个清单已建 12 家；检查企业 9 家次。",
            "部分小企业没有安全员。",
            "月底前完成其余企业。",
        )
        month = self.began.replace(day=1)
        office = self.actor("anban").unit_uuid
        months.write(self.session, self.actor("zhenban"), office, month, word, at=self.at(25))
