"""A demonstration district, all names invented: two towns, six departments, forty enterprises.

Loaded into an empty database outside production mode. Accounts made here are
marked and refused by a server in production mode.
"""

import json
from dataclasses import dataclass

from sqlalchemy.orm import Session

from inspection.accounts import people, recovery
from inspection.accounts.people import PersonAccount
from inspection.accounts.policy import Role
from inspection.cli import (
    demonstration_alerts,
    demonstration_bulletins,
    demonstration_campaigns,
    demonstration_lists,
    demonstration_orders,
    demonstration_records,
    demonstration_tables,
    demonstration_upkeep,
)
from inspection.cli.demonstration_names import actor, uuid_of
from inspection.domain.applicability import Venue
from inspection.edge import wired, writing
from inspection.organisations import credit_code, directory
from inspection.organisations.unit import Sector, Unit, UnitKind
from inspection.signing import recovery_keys

PASSWORD = "zhencha-2026"  # noqa: S105 - printed at start, refused in production
RECOVERY_PASSPHRASE = "zhencha-recovery-2026"  # noqa: S105 - as above
RECOVERY_FILE = "demonstration-recovery-key.json"

DISTRICT = "云岚区"
TOWNS = ("花桥镇", "石泉镇")
DEPARTMENTS = {
    "云岚区应急管理局": (
        Sector.CHEMICALS,
        Sector.MACHINERY,
        Sector.METALLURGY,
        Sector.WOOD,
        Sector.TEXTILES,
    ),
    "云岚区消防救援大队": (Sector.LODGING, Sector.RETAIL),
    "云岚区住房和城乡建设局": (Sector.CONSTRUCTION,),
    "云岚区市场监督管理局": (Sector.FOOD, Sector.CATERING),
    "云岚区交通运输局": (Sector.TRANSPORT,),
    "云岚区农业农村局": (Sector.FISHERY,),
}
HIGH_RISK = (Sector.CHEMICALS, Sector.METALLURGY, Sector.CONSTRUCTION)
VENUES: dict[Sector, tuple[Venue, ...]] = {
    Sector.CHEMICALS: (
        Venue.SPECIAL_EQUIPMENT,
        Venue.CONFINED_SPACE,
        Venue.HAZARDOUS_CHEMICALS,
        Venue.CONTRACTORS,
    ),
    Sector.MACHINERY: (Venue.SPECIAL_EQUIPMENT, Venue.CONTRACTORS),
    Sector.METALLURGY: (Venue.SPECIAL_EQUIPMENT, Venue.CONFINED_SPACE, Venue.MOLTEN_METAL),
    Sector.CONSTRUCTION: (Venue.SPECIAL_EQUIPMENT, Venue.CONTRACTORS),
    Sector.CATERING: (Venue.SMALL_PREMISES, Venue.GAS),
    Sector.LODGING: (Venue.CROWDED, Venue.SPECIAL_EQUIPMENT),
    Sector.RETAIL: (Venue.CROWDED, Venue.RENTED_OUT),
    Sector.WOOD: (Venue.DUST,),
    Sector.FOOD: (Venue.AMMONIA, Venue.SPECIAL_EQUIPMENT),
}

ENTERPRISES: tuple[tuple[str, Sector], ...] = (
    ("青禾化工", Sector.CHEMICALS),
    ("瑞澜溶剂", Sector.CHEMICALS),
    ("星野涂料", Sector.CHEMICALS),
    ("润泽气体", Sector.CHEMICALS),
    ("恒砺机械", Sector.MACHINERY),
    ("铁杉锻造", Sector.MACHINERY),
    ("北辰钢结构", Sector.MACHINERY),
    ("微弧焊接", Sector.MACHINERY),
    ("长风电器", Sector.MACHINERY),
    ("锦程模具", Sector.MACHINERY),
    ("赤峦铸业", Sector.METALLURGY),
    ("云铝再生", Sector.METALLURGY),
    ("金梧轧钢", Sector.METALLURGY),
    ("广厦营造", Sector.CONSTRUCTION),
    ("拓基建工", Sector.CONSTRUCTION),
    ("筑远路桥", Sector.CONSTRUCTION),
    ("川味小厨", Sector.CATERING),
    ("海棠酒楼", Sector.CATERING),
    ("老街面馆", Sector.CATERING),
    ("悦宴大饭店", Sector.CATERING),
    ("听雨民宿", Sector.LODGING),
    ("云栖客栈", Sector.LODGING),
    ("望湖宾馆", Sector.LODGING),
    ("百汇商场", Sector.RETAIL),
    ("邻里超市", Sector.RETAIL),
    ("五金大世界", Sector.RETAIL),
    ("顺达货运", Sector.TRANSPORT),
    ("平安客运", Sector.TRANSPORT),
    ("捷运危货", Sector.TRANSPORT),
    ("鲜稻米业", Sector.FOOD),
    ("冰源冷链", Sector.FOOD),
    ("果然饮品", Sector.FOOD),
    ("家禾木业", Sector.WOOD),
    ("松韵家具", Sector.WOOD),
    ("森和板材", Sector.WOOD),
    ("织锦纺织", Sector.TEXTILES),
    ("棉语制衣", Sector.TEXTILES),
    ("彩练印染", Sector.TEXTILES),
    ("远帆渔业", Sector.FISHERY),
    ("海晏水产", Sector.FISHERY),
)
_SURNAMES = "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦许何吕施张孔曹严华金魏陶姜戚谢邹喻柏窦章云苏"
_GIVEN = ("建国", "海燕", "志强", "文静", "立新", "晓梅", "永康", "淑芬")


@dataclass(frozen=True)
class Account:
    """An account that is printed at start."""

    username: str
    name: str
    title: str
    badge: str
    unit: str
    role: Role


ACCOUNTS = (
    Account("zhang", "张晓峰", "安全检查员", "YL-0032", "花桥镇", Role.INSPECTOR),
    Account("li", "李𫖯", "安全检查员", "YL-0057", "花桥镇", Role.INSPECTOR),
    Account("chen", "陈思远", "执法科科长", "YL-0101", "云岚区应急管理局", Role.INSPECTOR),
    Account("wang", "王玉兰", "安全检查员", "YL-0064", "石泉镇", Role.INSPECTOR),
    Account("shen", "沈永康", "机械安全专家", "", "云岚区", Role.EXPERT),
    Account("anban", "周明", "安委办主任", "", "云岚区", Role.OFFICE),
    Account("audit", "孙正平", "审计员", "", "云岚区", Role.AUDITOR),
    Account("admin", "何管理", "系统管理员", "", "云岚区", Role.ADMINISTRATOR),
    Account("zhenban", "唐海燕", "安监办主任", "", "花桥镇", Role.OFFICE),
    Account("hengli", "郑国栋", "安全总监", "", "恒砺机械", Role.ENTERPRISE),
    Account("hengli2", "邹文静", "车间安全员", "", "恒砺机械", Role.ENTERPRISE),
    Account("zhou", "周立新", "总经理", "", "恒砺机械", Role.HEAD),
)


def load(*, history: bool = False) -> None:
    """Fill an empty database; its recovery key lies in a file before that.

    `history`: with three weeks of inspections, registers of enterprises, two offices' dispatch
    tables and the district's bulletin of last month, a campaign, closed hazards drawn to be
    looked at again, random selections, orders, tip-offs and a call behind it; a worker has reports
    and sheets to seal.
    """
    jwk, kept = _recovery_key(), people.hashed(PASSWORD)
    with writing() as session:
        units = _found_units(session)
        for account in ACCOUNTS:
            person = PersonAccount(
                uuid=uuid_of(account.username),
                username=account.username,
                name=account.name,
                title=account.title,
                badge=account.badge,
                demonstration=True,
                password_hash=kept,
            )
            people.enlist(session, person, unit=units[account.unit], role=account.role)
        recovery.put_in_force(session, actor(session, "admin"), jwk, at=wired().clock())
        _draft_lists(session)
    if history:
        demonstration_upkeep.load()
        demonstration_records.load()
        demonstration_tables.load()
        demonstration_campaigns.load()
        demonstration_bulletins.load()
        demonstration_orders.load()
        demonstration_alerts.load()


def _draft_lists(session: Session) -> None:
    """One list of the district's own, and one of a town that waits for its second reader."""
    wiring = wired()
    demonstration_lists.draft(
        session,
        *(actor(session, name) for name in ("anban", "admin", "zhenban")),
        catalog=wiring.catalog,
        schema=wiring.checklist_schema,
        at=wiring.clock(),
    )


def _recovery_key() -> dict[str, str]:
    """Make the recovery key that an administrator makes in the browser; return its public half."""
    key = recovery_keys.make()
    path = wired().settings.home / RECOVERY_FILE
    text = json.dumps(recovery_keys.locked_file(key, RECOVERY_PASSPHRASE), indent=1)
    path.write_text(text + "\n", encoding="ascii")
    path.chmod(0o600)
    return recovery_keys.public_jwk(key)


def accounts_text() -> str:
    """The table of accounts, for people to read."""
    words = {
        Role.INSPECTOR: "检查人员 inspector",
        Role.EXPERT: "专家 expert",
        Role.OFFICE: "安委办 office",
        Role.AUDITOR: "审计 auditor",
        Role.ADMINISTRATOR: "管理员 administrator",
        Role.ENTERPRISE: "企业 enterprise",
        Role.HEAD: "企业负责人 head",
    }
    lines = [f"演示账号 · demonstration accounts (password: {PASSWORD})"]
    lines += [
        f"  {each.username:<8} {words[each.role]:<22} {each.name} · {each.unit}"
        for each in ACCOUNTS
    ]
    path = wired().settings.home / RECOVERY_FILE
    if path.exists():
        lines += [f"恢复密钥 · recovery key: {path} (passphrase: {RECOVERY_PASSPHRASE})"]
    return "\n".join(lines)


def _found_units(session: Session) -> dict[str, Unit]:
    district = directory.found(
        session, Unit(uuid=uuid_of(DISTRICT), kind=UnitKind.DISTRICT, name=DISTRICT), parent=None
    )
    units = {DISTRICT: district}
    for name in (*TOWNS, *DEPARTMENTS):
        kind = UnitKind.TOWN if name in TOWNS else UnitKind.DEPARTMENT
        units[name] = directory.found(
            session, Unit(uuid=uuid_of(name), kind=kind, name=name), parent=district
        )
    for index, (short, sector) in enumerate(ENTERPRISES):
        town = units[TOWNS[index % 2]]
        enterprise = _enterprise(index, short, sector, units)
        units[short] = directory.found(session, enterprise, parent=town)
    return units


def _enterprise(index: int, short: str, sector: Sector, units: dict[str, Unit]) -> Unit:
    supervisor = next(name for name, sectors in DEPARTMENTS.items() if sector in sectors)
    town = TOWNS[index % 2]
    return Unit(
        uuid=uuid_of(short),
        kind=UnitKind.ENTERPRISE,
        name=f"{DISTRICT}{short}有限公司",
        supervisor_id=units[supervisor].id,
        sector=sector,
        high_risk=sector in HIGH_RISK,
        venues=" ".join(VENUES.get(sector, ())),
        staff=12 + index * 17 % 230,
        credit_code=_credit_code(index),
        address=f"{DISTRICT}{town}工业路{index * 2 + 8}号",
        principal=_SURNAMES[index] + _GIVEN[index % len(_GIVEN)],
        phone=f"0999-55{index:05d}",
    )


def _credit_code(index: int) -> str:
    # 91 (enterprise), an administrative division that does not exist (999901), a serial body.
    body = f"91999901MA{index * 37 + 1000:07d}"
    return body + credit_code.check_digit(body)
